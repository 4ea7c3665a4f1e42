"""What would end the process or leave the machine is refused; what stands in strings, IRIs and comments is not."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import measure_seconds

from kg.errors import QueryError
from kg.sparql_guard import MAX_BYTES, check_query, scan_query

SERVICE = [
    "ASK { SERVICE <http://127.0.0.1:9/> {} }",
    "ASK {service<http://127.0.0.1:9/>{}}",
    "ASK {SERVICESILENT<http://127.0.0.1:9/>{}}",
    "ASK {SERVICE:foo{}}",
    "ASK {SERVICEex:foo{}}",
    "ASK {?s ?p 1SERVICE<http://127.0.0.1:9/>{}}",
    "ASK {?s ?p trueSERVICE<http://127.0.0.1:9/>{}}",
    'ASK {?s ?p "x"SERVICE<http://127.0.0.1:9/>{}}',
    "ASK {?s ?p ?o.SERVICE?x{}}",
    "ASK {?s ex:.SERVICE<http://127.0.0.1:9/>{}}",
    "ASK { # a comment ends with the line\nSERVICE <http://127.0.0.1:9/> {} }",
    "ASK { ?s ex:it\\'s ?o . SERVICE <http://127.0.0.1:9/> {} FILTER(?o != 'x') }",
    "ASK { FILTER(1<2) SERVICE <http://127.0.0.1:9/> {} FILTER(3>2) }",
]


@pytest.mark.parametrize("text", SERVICE)
def test_service_is_refused_however_it_is_glued(text: str) -> None:
    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        check_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service WHERE { ?service ?p ?o }",
        "ASK { ?s <http://example.org/SERVICE> 'SERVICE <x> {' }",
        'ASK { ?s ?p """SERVICE " \'\'\' \n ( ( ( """ } # SERVICE',
        "ASK { ?s ex:service ?o }",
        "ASK { ?s ?p 'a service'@en-service }",
        "PREFIX ex: <http://example.org/#> ASK { ?s ex:a ?o FILTER (?o < 5 && ?o > 3) }",
        "BASE <http://example.org/>\nprefix ex: <x/>\nselect * where { ?s ex:a/ex:b|^ex:c ?o }",
        "ASK { VALUES ?n { " + "-1 " * 500 + "} }",
        "ASK { VALUES ?page { " + "<http://example.org/Foo_(bar)> " * 300 + "} }",
        "ASK { FILTER (?x IN (" + "'a', " * 500 + "'b')) }",
        "ASK {" + "{" * 199 + "}" * 199 + "}",
    ],
)
def test_plain_queries_pass(text: str) -> None:
    assert check_query(text) in ("ASK", "SELECT")


@pytest.mark.parametrize("verb", ["INSERT DATA { }", "delete where { }", "LOAD <http://x/>", "DROP ALL", "CLEAR ALL"])
def test_updates_are_refused(verb: str) -> None:
    with pytest.raises(QueryError, match="changes data"):
        check_query(f"PREFIX ex: <http://example.org/> {verb}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: the query is empty"),
        ("# nothing", "1:1: the query is empty"),
        ("{ ?s ?p ?o }", "not a SPARQL query"),
        ("SELECT *\nWHERE { ?s ?p 'open }", "2:15: a string that is not closed"),
        ("ASK { FILTER (1<'>') }", "an apostrophe between < and >"),
        ("ASK { FILTER (1<ex:b#>'''\n && (((1))) ) # ''')}", "a string of several lines after an IRI with #"),
        ("ASK { ?s ?p <http://example.org/" + "a" * 2000 + "> }", "an IRI of 2021 characters"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, message: str) -> None:
    with pytest.raises(QueryError) as caught:
        check_query(text)
    assert message in str(caught.value)


DEADLY = {
    "braces": "ASK " + "{" * 3000 + "}" * 3000,
    "parentheses": "SELECT (" + "(" * 5000 + "1" + ")" * 5000 + " AS ?x) {}",
    "lists": "ASK { ?s ?p " + "(" * 400 + ")" * 400 + " }",
    "plus": "SELECT (" + "1+" * 8000 + "1 AS ?x) {}",
    "minus": "SELECT (" + "1-" * 8000 + "1 AS ?x) {}",
    "not in brackets": "SELECT (" + ("!" * 99 + "(") * 190 + "1" + ")" * 190 + " AS ?x) {}",
    "path": "ASK { ?s " + ":a/" * 1000 + ":a ?o }",
    "union": "ASK {" + "{}UNION" * 7000 + "{}}",
    "bind": "ASK {" + "".join(f"BIND(1 AS ?v{n})" for n in range(3000)) + "}",
    "minus groups": "ASK {" + "MINUS{}" * 4000 + "}",
    "objects": "ASK { ?s ?p " + "1," * 9000 + "1 }",
    "columns": "SELECT " + "".join(f"(1 AS ?v{n})" for n in range(3000)) + " {}",
    "hidden in a comparison": "SELECT (1" + "<(" * 5000 + "2>1" + ")" * 5000 + " AS ?x) {}",
    "hyphens of names": "SELECT (" + "true-" * 8000 + "x:b AS ?x) {}",
    "too long": "ASK { ?s ?p '" + "a" * MAX_BYTES + "' }",
}


@pytest.mark.parametrize("name", DEADLY)
def test_what_ends_the_process_is_refused(name: str) -> None:
    with pytest.raises(QueryError):
        check_query(DEADLY[name])


AT_THE_LIMIT = {
    "braces": "ASK " + "{" * 200 + "}" * 200,
    "lists": "ASK { ?s ?p " + "(" * 199 + "1" + ")" * 199 + " }",
    "path before lists": "ASK { ?s " + "<a:b>/" * 149 + "<a:b> " + "(" * 199 + "1" + ")" * 199 + " }",
    "chain in functions": "SELECT (" + "STR(" * 190 + "1+" * 149 + "1" + ")" * 190 + " AS ?x) {}",
    "union": "ASK {" + "{}UNION" * 1990 + "{}}",
    "columns": "SELECT " + "".join(f"(1 AS ?v{n})" for n in range(1990)) + " {}",
    "exists": "ASK {" + "FILTER EXISTS{" * 198 + "}" * 199,
    "objects": "ASK { ?s ?p " + "1," * 60 + "1 }",
}


SLOW = ("lists", "path before lists")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in AT_THE_LIMIT]
)
def test_what_is_let_through_leaves_the_process_alive(name: str) -> None:
    text = AT_THE_LIMIT[name]
    check_query(text)
    code = "import sys, pyoxigraph as ox; ox.Store().query(sys.stdin.read())"
    done = subprocess.run([sys.executable, "-c", code], input=text, text=True, capture_output=True, timeout=60)
    assert done.returncode >= 0, done.stderr


@given(st.text(alphabet="<>#'\"\\(){}[]?:a1-+/.,;@ \n", max_size=80))
@settings(max_examples=400, deadline=None)
def test_tokens_cover_the_text_or_it_is_refused(text: str) -> None:
    try:
        tokens = scan_query(text)
    except QueryError:
        return
    place = 0
    for token in tokens:
        assert token.start >= place and text[token.start : token.end] == token.text
        between = text[place : token.start]
        assert not between.strip() or "#" in between
        place = token.end


@pytest.mark.parametrize("piece", ["a.", "a-", '"', "'", "'''", "<a", "\\", "ex:a.", "@a-", "((", "<(>", '"""\\'])
def test_scanning_is_linear(piece: str) -> None:
    text = "ASK { " + piece * (60_000 // len(piece))

    def judge_query() -> None:
        with suppress(QueryError):
            check_query(text)

    assert measure_seconds(judge_query) < 2
