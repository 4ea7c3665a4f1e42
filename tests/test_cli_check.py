"""``kg check FILE --shapes S``: any RDF file, and shapes that are themselves checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main

HEAD = """\
@prefix : <http://example.org/> .
@prefix rd: <https://kg.example/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = """
:bridge a :Bridge ; rdfs:label "Old Bridge"@en ; :length 312.5 ; :opened "1994-02-30"^^xsd:date .
:ferry a :Bridge ; rdfs:label "Ferry"@en ; :length -3 ; :opened "1990-05-01"^^xsd:date ; :name "Bee" .
"""
SHAPES = """
:BridgeShape sh:targetClass :Bridge ;
    sh:property [ sh:path :length ; sh:minExclusive 0 ] , [ sh:path :opened ; sh:datatype xsd:date ] .
:Tunnel sh:targetClass :Tunnel ; sh:nodeKind sh:IRI .
:Name sh:targetSubjectsOf :name ; sh:property [ sh:path :name ; sh:pattern "^(?=A)" ] .
"""
SAID = """\
3 findings (3 Violation) by 3 shapes.

BridgeShape › length  (1 finding)
  Violation: length "-3" is not more than "0"
    at Ferry  <http://example.org/ferry>
    length = "-3"
  mend: use a value above "0"

BridgeShape › opened  (1 finding)
  Violation: opened "1994-02-30" is not a well-formed date
    at Old Bridge  <http://example.org/bridge>
    opened = "1994-02-30"
  mend: write it as a date

Name › name  (1 finding)
  Violation: Value does not match pattern '^(?=A)'
    at Ferry  <http://example.org/ferry>
    name = "Bee"
  mend: change what the message says

Tunnel met no node, which says nothing about the data.
Name was judged by pySHACL: the regular expression '^(?=A)' needs what the store's expressions do not have.

Nodes looked at:
  BridgeShape         2
  Tunnel              0
  Name                1
"""


def check(folder: Path, shapes: str) -> Result:
    (folder / "data.ttl").write_text(HEAD + DATA, encoding="utf-8")
    (folder / "shapes.ttl").write_text(HEAD + shapes, encoding="utf-8")
    return CliRunner().invoke(main, ["check", str(folder / "data.ttl"), "--shapes", str(folder / "shapes.ttl")])


def test_a_file_and_shapes_of_others(tmp_path, caplog):
    done = check(tmp_path, SHAPES)
    assert (done.stdout, done.exit_code) == (SAID, 1)
    assert "Traceback" not in done.stderr and not caplog.records  # of rdflib, that a date is none


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        (":S sh:targetClass rd:Claim ; sh:property [ sh:path rd:evidance ] .",
         "S › evidance: https://kg.example/ontology/evidance is not declared "
         "(did you mean https://kg.example/ontology/evidence?)"),
        (":S sh:targetClass rd:Clam ; sh:class rd:Claim .",
         "S: a target that nothing can reach: https://kg.example/ontology/Clam is not declared "
         "(did you mean https://kg.example/ontology/Claim?)"),
        (":S sh:targetSubjectsOf rd:Claim ; sh:class rd:Claim .",
         "S: a target that nothing can reach: https://kg.example/ontology/Claim is a class, not a property "
         "(use sh:targetClass for a class, sh:targetSubjectsOf or sh:targetObjectsOf for a property)"),
        (":S sh:targetClass :Bridge ; sh:property [ sh:path :length ; sh:minCuont 1 ] .",
         "S › length: sh:minCuont is no word of SHACL (did you mean sh:minCount?)"),
        (":S sh:targetClass :Bridge ; sh:property [ sh:path :length ; sh:minCount 'one' ] .",
         'S › length: sh:minCount "one" (it must be an integer of at least 0)'),
    ],
)  # fmt: skip
def test_shapes_that_are_refused(tmp_path, shapes, said):
    done = check(tmp_path, shapes)
    assert (done.stderr, done.exit_code) == (f"Error: {said}\n", 2)
