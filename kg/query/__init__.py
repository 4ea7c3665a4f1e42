"""Questions to the graph: ``.rq`` files with a header, typed parameters bound as terms, answers in many formats."""

from kg.query.formats import FORMATS as FORMATS
from kg.query.formats import format_answer as format_answer
from kg.query.headers import Parameter as Parameter
from kg.query.headers import Query as Query
from kg.query.headers import find_query as find_query
from kg.query.headers import list_queries as list_queries
from kg.query.headers import parse_query as parse_query
from kg.query.headers import read_query as read_query
from kg.query.names import Namer as Namer
from kg.query.names import query_prefixes as query_prefixes
from kg.query.names import resolve_name as resolve_name
from kg.query.run import Answer as Answer
from kg.query.run import prepare_query as prepare_query
from kg.query.run import run_query as run_query
