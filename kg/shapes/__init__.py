"""SHACL: shapes compiled to SPARQL on an Oxigraph store, with pySHACL as the reference.

``load_shapes`` reads and checks a shapes graph, ``check`` judges a store, ``check_file`` any RDF file, and
``write_report`` gives what they found as text, Turtle, JSON, Markdown or SARIF.
"""

from kg.shapes.check import check, check_file
from kg.shapes.divided import Judge, Judged, is_divisible, put_together
from kg.shapes.exchange import turtle_report
from kg.shapes.model import Path, Report, Result, Shape, Shapes, severity_rank
from kg.shapes.parse import load_shapes, shapes_of
from kg.shapes.parts import PartJudge, Step
from kg.shapes.recheck import recheck_graph
from kg.shapes.report import write_report
from kg.shapes.wellformed import check_terms

__all__ = [
    "Judge",
    "Judged",
    "PartJudge",
    "Path",
    "Report",
    "Result",
    "Shape",
    "Shapes",
    "Step",
    "check",
    "check_file",
    "check_terms",
    "is_divisible",
    "load_shapes",
    "put_together",
    "recheck_graph",
    "severity_rank",
    "shapes_of",
    "turtle_report",
    "write_report",
]
