"""Every term the tool knows, declared once; nobody else spells an IRI.

The names under ``RD`` equal the terms of ``ontology/kg.ttl``; a test holds them together. The concepts under ``RDC``
stand in ``kg/concepts.py``. Plain strings, standard library only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kg.concepts import CURRENCIES, UNIT_SLUGS
from kg.errors import OntologyError
from kg.iri import check_iri as check_iri
from kg.iri import expand_iri as expand_iri
from kg.iri import mint_iri as mint_iri
from kg.iri import slugify as slugify
from kg.iri import split_iri as split_iri
from kg.model import hash_id

# ---------------------------------------------------------------- namespaces
RD = "https://kg.example/ontology/"
RDC = "https://kg.example/concept/"
RDSH = "https://kg.example/shape/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"
OA = "http://www.w3.org/ns/oa#"
PROV = "http://www.w3.org/ns/prov#"
ORG = "http://www.w3.org/ns/org#"
DCTERMS = "http://purl.org/dc/terms/"
SH = "http://www.w3.org/ns/shacl#"

PREFIXES: dict[str, str] = {
    "dcterms": DCTERMS,
    "oa": OA,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "rd": RD,
    "rdc": RDC,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "xsd": XSD,
}
"""What files and queries may write short. A domain adds ``kgd``, its own data base."""

# ---------------------------------------------------------------- our classes
ADMIN_AREA = RD + "AdminArea"
DISTRICT = RD + "District"
PARK = RD + "Park"
ENTERPRISE = RD + "Enterprise"
PROJECT = RD + "Project"
PROGRAMME = RD + "Programme"
POLICY = RD + "Policy"
PRACTICE = RD + "Practice"
INDUSTRY = RD + "Industry"
COHORT = RD + "Cohort"
RECOGNITION = RD + "Recognition"
EVENT = RD + "Event"
OBSERVATION = RD + "Observation"
CLAIM = RD + "Claim"
QUOTE = RD + "Quote"
FIGURE = RD + "Figure"
CONFLICT = RD + "Conflict"
RELEASE = RD + "Release"

PLACES = frozenset({"District", "Park", "AdminArea"})
"""The classes whose things alone have a gross domestic product or a population."""
BEARERS = PLACES | {"Enterprise", "Project", "Organization"}
"""The classes whose things a number can belong to."""

# ---------------------------------------------------------------- our properties
WITHIN = RD + "within"
COVERS = RDC + "covers"
HAS_CORE = RD + "hasCore"
LOCATED_IN = RD + "locatedIn"
UNDERTAKEN_BY = RD + "undertakenBy"
PART_OF_PROGRAMME = RD + "partOfProgramme"
STAGE = RD + "stage"
USES_PRACTICE = RD + "usesPractice"
IN_INDUSTRY = RD + "inIndustry"
SUPPORTS = RD + "supports"
BENEFITS_FROM = RD + "benefitsFrom"
RECOGNISED_AS = RD + "recognisedAs"

COUNT = RD + "count"
MEMBER_TYPE = RD + "memberType"
SUBSET_OF = RD + "subsetOf"
EXAMPLE_MEMBER = RD + "exampleMember"

ABOUT = RD + "about"
INDICATOR = RD + "indicator"
VALUE = RD + "value"
VALUE_BEFORE = RD + "valueBefore"
UNIT = RD + "unit"
QUALIFIER = RD + "qualifier"
QUALIFIER_BEFORE = RD + "qualifierBefore"
PERIOD = RD + "period"
VALUE_STATUS = RD + "valueStatus"
RANK = RD + "rank"
RANK_SCOPE = RD + "rankScope"
UNSCOPED = RDC + "unscoped"
SCOPE_TEXT = RD + "scopeText"

STATES = RD + "states"
EVIDENCE = RD + "evidence"
CLAIM_STATUS = RD + "claimStatus"
MODALITY = RD + "modality"
CONFIDENCE = RD + "confidence"
RULE = RD + "rule"
RESOLUTION = RD + "resolution"
FORMULA = RD + "formula"

RELATIONS: tuple[str, ...] = (
    WITHIN,
    HAS_CORE,
    LOCATED_IN,
    UNDERTAKEN_BY,
    PART_OF_PROGRAMME,
    STAGE,
    USES_PRACTICE,
    IN_INDUSTRY,
    SUPPORTS,
    BENEFITS_FROM,
    RECOGNISED_AS,
    MEMBER_TYPE,
    SUBSET_OF,
    EXAMPLE_MEMBER,
)
"""Our properties that articles state between two things: each triple of these has a claim."""

# ---------------------------------------------------------------- terms of others
TYPE = RDF + "type"
SUBJECT = RDF + "subject"
PREDICATE = RDF + "predicate"
OBJECT = RDF + "object"
LABEL = RDFS + "label"
COMMENT = RDFS + "comment"
IS_DEFINED_BY = RDFS + "isDefinedBy"
OWL_CLASS = OWL + "Class"
XSD_STRING = XSD + "string"
XSD_INTEGER = XSD + "integer"
XSD_DECIMAL = XSD + "decimal"
XSD_DATE = XSD + "date"
XSD_DATE_TIME = XSD + "dateTime"
XSD_GYEAR = XSD + "gYear"
XSD_GYEAR_MONTH = XSD + "gYearMonth"
XSD_ANY_URI = XSD + "anyURI"
CONCEPT = SKOS + "Concept"
CONCEPT_SCHEME = SKOS + "ConceptScheme"
PREF_LABEL = SKOS + "prefLabel"
ALT_LABEL = SKOS + "altLabel"
HIDDEN_LABEL = SKOS + "hiddenLabel"
CLOSE_MATCH = SKOS + "closeMatch"
EXACT_MATCH = SKOS + "exactMatch"
IN_SCHEME = SKOS + "inScheme"
BROADER = SKOS + "broader"
DEFINITION = SKOS + "definition"
EXAMPLE = SKOS + "example"
NEWS_ARTICLE = SCHEMA + "NewsArticle"
PERSON = SCHEMA + "Person"
CREATIVE_WORK = SCHEMA + "CreativeWork"
PLACE = SCHEMA + "Place"
ORGANIZATION = ORG + "Organization"
HEADLINE = SCHEMA + "headline"
ALTERNATIVE_HEADLINE = SCHEMA + "alternativeHeadline"
ARTICLE_BODY = SCHEMA + "articleBody"
IN_LANGUAGE = SCHEMA + "inLanguage"
SHA256 = SCHEMA + "sha256"
URL = SCHEMA + "url"
DATE_PUBLISHED = SCHEMA + "datePublished"
AUTHOR = SCHEMA + "author"
EDITOR = SCHEMA + "editor"
JOB_TITLE = SCHEMA + "jobTitle"
WORKS_FOR = SCHEMA + "worksFor"
FOUNDING_DATE = SCHEMA + "foundingDate"
PUBLISHER = SCHEMA + "publisher"
ORGANIZER = SCHEMA + "organizer"
TOPIC = SCHEMA + "about"
START_DATE = SCHEMA + "startDate"
END_DATE = SCHEMA + "endDate"
CONTAINED_IN_PLACE = SCHEMA + "containedInPlace"
EXACT = OA + "exact"
START = OA + "start"
END = OA + "end"
HAS_SOURCE = OA + "hasSource"
WAS_ATTRIBUTED_TO = PROV + "wasAttributedTo"
WAS_DERIVED_FROM = PROV + "wasDerivedFrom"
WAS_REVISION_OF = PROV + "wasRevisionOf"
NEXT_ITEM = SCHEMA + "nextItem"
SAME_AS = OWL + "sameAs"
SOURCE = DCTERMS + "source"
TEMPORAL = DCTERMS + "temporal"
SPATIAL = DCTERMS + "spatial"
DESCRIPTION = DCTERMS + "description"
HAS_VERSION = DCTERMS + "hasVersion"
IS_PART_OF = DCTERMS + "isPartOf"
KIND = DCTERMS + "type"

CLASSES: dict[str, str] = {
    "AdminArea": ADMIN_AREA,
    "District": DISTRICT,
    "Park": PARK,
    "Enterprise": ENTERPRISE,
    "Project": PROJECT,
    "Programme": PROGRAMME,
    "Policy": POLICY,
    "Practice": PRACTICE,
    "Industry": INDUSTRY,
    "Cohort": COHORT,
    "Recognition": RECOGNITION,
    "Event": EVENT,
    "Observation": OBSERVATION,
    "Claim": CLAIM,
    "Quote": QUOTE,
    "Figure": FIGURE,
    "Conflict": CONFLICT,
    "Release": RELEASE,
    "NewsArticle": NEWS_ARTICLE,
    "Person": PERSON,
    "CreativeWork": CREATIVE_WORK,
    "Place": PLACE,
    "Organization": ORGANIZATION,
    "Concept": CONCEPT,
    "Class": OWL_CLASS,
}
"""The class that each short name of ``subject_type`` and ``object_type`` stands for."""

_CLASS_NAMES = {iri: name for name, iri in CLASSES.items()}


# ---------------------------------------------------------------- IRIs of the model
def concept_iri(name: str) -> str:
    """Return the IRI of a concept such as ``signed``, ``gdp`` or ``explicit``."""
    return mint_iri(RDC, name)


def unit_iri(label: str) -> str:
    """Return the IRI of the unit that claims print as ``label``; case counts, except in currencies.

    >>> unit_iri("CNY")
    'https://kg.example/concept/unit/cny'
    """
    slug = UNIT_SLUGS.get(label) or slugify(label)
    if label not in UNIT_SLUGS and label not in CURRENCIES and label != label.lower():
        slug += "--" + hash_id(label)[:8]
    return mint_iri(RDC, "unit", slug)


def class_iri(name: str) -> str:
    """Return the class that a claim's type means: a name of ``CLASSES``, or an absolute IRI; else ``OntologyError``.

    >>> class_iri("Person")
    'https://schema.org/Person'
    """
    known = CLASSES.get(name)
    if known:
        return known
    if "://" in name:
        return check_iri(name)
    raise OntologyError(f"no class {name!r}", hint=f"known are: {', '.join(CLASSES)}; or write its IRI")


def class_name(iri: str) -> str:
    """Return the short name of a class, or its IRI where it has none.

    >>> class_name("https://kg.example/ontology/Park")
    'Park'
    """
    return _CLASS_NAMES.get(iri, iri)


@lru_cache(maxsize=4096)
def local_name(iri: str) -> str:
    """Return the last part of an IRI.

    >>> local_name("https://kg.example/concept/gdp")
    'gdp'
    """
    return re.split(r"[/#]", iri)[-1]


def article_iri(base: str, article: str) -> str:
    """Return the IRI of an article, which is also that of its graph."""
    return mint_iri(base, "article", article)


def graph_iri(base: str, name: str) -> str:
    """Return the IRI of the graph ``lexicon``, ``ontology`` or ``across``."""
    return mint_iri(base, "graph", name)


def new_entity_iri(base: str, type_name: str, name: str) -> str:
    """Return the IRI of a thing that no lexicon knows, from its class and name.

    >>> new_entity_iri("https://kg.example/id/", "Park", "Nanchang High-Tech Zone")
    'https://kg.example/id/park/nanchang-high-tech-zone'
    """
    local = re.split(r"[/#]", class_iri(type_name))[-1]
    return mint_iri(base, slugify(local), slugify(name))


def cohort_iri(base: str, article: str, *criteria: str) -> str:
    """Return the IRI of a group known by its criteria in one article."""
    return mint_iri(base, "cohort", hash_id(article, *criteria))


def described_iri(base: str, article: str, *criteria: str | int) -> str:
    """Return the IRI of a thing that one article describes and nobody names."""
    return mint_iri(base, "described", hash_id(article, *criteria))


_REGIONS = tuple(
    f"/{side}-china"
    for side in ("north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest")
)
_DESCRIBED = re.compile(r"/described/[0-9a-f]{16}$")


def is_china(iri: str) -> bool:
    """Say whether an IRI is that of the whole country, which holds every place and places none.

    >>> is_china("https://kg.example/id/china"), is_china("https://kg.example/id/china-mobile")
    (True, False)
    """
    return iri.endswith("/china")


def is_region(iri: str) -> bool:
    """Say whether an IRI is that of one of the great regions of the country.

    >>> is_region("https://kg.example/id/northeast-china"), is_region("https://kg.example/id/china")
    (True, False)
    """
    return iri.endswith(_REGIONS)


def is_wide(iri: str) -> bool:
    """Say whether an IRI is that of the whole country or of one of its great regions."""
    return is_china(iri) or is_region(iri)


def is_described(iri: str) -> bool:
    """Say whether an IRI is one of ``described_iri``: of a thing that is known in its article alone.

    >>> is_described(described_iri("https://kg.example/id/", "a", "plant", 1)), is_described("https://kg.example/id/x")
    (True, False)
    """
    return _DESCRIBED.search(iri) is not None


def observation_iri(
    base: str,
    *,
    article: str,
    subject: str,
    predicate: str,
    value: str = "",
    value_before: str = "",
    unit: str = "",
    qualifier: str = "",
    qualifier_before: str = "",
    period: str = "",
    period_start: str = "",
    period_end: str = "",
    scope: str = "",
    modality: str = "achieved",
) -> str:
    """Return the IRI of a measured value: what is said twice is one observation.

    The arguments are the fields of a claim of the same names, and all that stands on the observation.
    """
    parts = (article, subject, predicate, value, value_before, unit, qualifier, qualifier_before)
    return mint_iri(base, "observation", hash_id(*parts, period, period_start, period_end, scope, modality))


def claim_iri(base: str, claim: str) -> str:
    """Return the IRI of a claim from its id."""
    return mint_iri(base, "claim", claim)


def rule_iri(base: str, rule: str) -> str:
    """Return the IRI of an extraction rule from its id."""
    return mint_iri(base, "rule", rule)


TOLD = "+"
"""Among the heads of a reference: it says more of the thing than its kind, and may mean another than that alone."""


def is_told(reference: str) -> bool:
    """Say whether a reference, by what it may mean, is in words of its own: "the border city" describes no new thing.

    >>> is_told("rd:AdminArea\\tcity\\t+"), is_told("rd:AdminArea\\tcity")
    (True, False)
    """
    return reference.endswith(f"\t{TOLD}")
