"""Load the built graph into a database, or into files for a database's own bulk loader.

``KINDS`` is the table; each family has a small module of its own, imported when it is used. Loading
twice equals loading once, only what was loaded is ever touched, and every load is verified.
"""

from __future__ import annotations

from kg.load.base import KINDS as KINDS
from kg.load.base import Kind as Kind
from kg.load.base import Loader as Loader
from kg.load.base import Loss as Loss
from kg.load.base import Plan as Plan
from kg.load.base import Result as Result
from kg.load.base import Settings as Settings
from kg.load.base import find_kind as find_kind
from kg.load.base import make_loader as make_loader
from kg.load.source import Source as Source
