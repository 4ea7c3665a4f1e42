"""Write the graph in a format that other programs open, chosen by the suffix of the file.

``FORMATS`` is the table; each family of formats has its own small module, imported when it is used.
What a format cannot hold is told in a loss report, printed by the command and returned by
``export_file``: nothing is left out in silence.
"""

from __future__ import annotations

from kg.export.base import FORMATS as FORMATS
from kg.export.base import Format as Format
from kg.export.base import Losses as Losses
from kg.export.base import Report as Report
from kg.export.base import Target as Target
from kg.export.base import export_file as export_file
from kg.export.base import find_format as find_format
from kg.export.source import Options as Options
from kg.export.source import Source as Source
