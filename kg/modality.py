"""Whether words say that something is done, planned, a target, or denied."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.dating import ASIDE
from kg.english import load_words
from kg.model import Span
from kg.pattern import MARK
from kg.reading import SentenceReading
from kg.rules import RuleSet

_ANY = load_words("modality").any_of
CLAUSE = 90
"""How many masked characters before a match can still say that it is planned or denied."""

FAR = 400
"""How many masked characters before a match a list that is planned can begin."""
# In front of an item of a list, and what no list holds.
_LISTED = re.compile(r"(?:,(?: and| as well as| or)?|\band|\bas well as) $")
_GOES_ON = re.compile(r",?(?: and| as well as| or)? (?=[\ue000-\ue0ff])")
_OTHER = re.compile(r"\b(?:which|who|that|where|when|while|but|whose|because|so|said|says|already|currently|now)\b|:")

_PASSED = re.compile(ASIDE.pattern + r"(?= \w)")
"""An aside behind which a match goes on: "X, which used to be a village, has 300 firms"."""
_DONE = re.compile(r"\b(?:after|following|having) (?:having )?[a-z]{3,}(?:ing|ed) ")
_CLAUSE = re.compile(r",\s(?:and|but|while|yet|so|which|who|whose|where)\b")
# "X plans to grow, and has attracted 12 firms": what has been done is under no plan before it.
_HAS_DONE = re.compile(
    r",? (?:and|but) has (?:(?:also|already|now|so far) )?(?=[a-z]+(?:ed|t|n|own)\b)"
    rf"|,? of which (?={MARK} (?:were|was|(?:have|has|had) been) (?:already )?[a-z]+(?:ed|t)\b)"
    r"|, now (?=home|with|hous|host)"
    r"| and (?=managed to )"
    rf"|, and (?=(?:(?:[a-z-]+|{MARK}) ){{1,4}}(?:of )?{MARK}"
    r" (?:were|was) (?:recorded|reali[sz]ed|achieved|completed)\b)"
    rf"|, and (?={MARK} (?:[a-z-]+ ){{0,4}}(?:has|have) (?:already )?been [a-z]+(?:ed|t)\b)"
    rf"|, where (?=(?:it|they|the [a-z]+|{MARK}) (?:now |currently |already )?(?:has|have|had|owns|operates)\b)"
    rf"|, as (?:the |it |they |{MARK} )(?:[a-z-]+ ){{0,2}}?(?=(?:bets|has|have|is|are|continues)\b)"
)
# "The mayor will tell delegates that exports rose": what will be told has been done.
_TO_BE_TOLD = re.compile(r"\bwill (?:tell|say|announce|report|present|inform|explain)\b[^.;:]{0,60}? that\b")
# "Against a target of 6 percent, GDP grew by 3": what was reached is no target.
_AGAINST = re.compile(r"\b(?:against|missing|beating) (?:an?|its|the) (?:[a-z-]+ ){0,2}(?:targets?|goals?) of\b")

# "To reach the target of green growth, the city built 3 plants": what it was built for.
_PURPOSE = re.compile(
    r"^[\W_]*(?:(?:in order )?to|with a view to) (?:reach|meet|achieve|attain|fulfill?|reali[sz]e|hit) "
    rf"(?:the|its|this|their) (?:[a-z-]+ ){{0,2}}(?:{_ANY('goals')})s?\b[^,.;:]{{0,60}}, "
)
# "Among the 57 firms which are planned to move, 52 have moved": which those are, and not what they did.
_AMONG = re.compile(rf"(?:^|[.;] )(?:among|of|out of) (?:all )?(?:the )?{MARK} [^,.;:]{{3,150}}, ")
_PLANS = re.compile(
    rf"\b(?:{_ANY('making')}) (?:an?|its|the) (?:[\w-]+ ){{0,2}}plan (?:{MARK} )?(?:for|to|that)\b[^.;:]*$"
)
_TARGETS = re.compile(
    r"\bstriv(?:e|es|ing) to achieve\b[^.;:]{0,60}\bindicators (?:are\b|:)"
    r"|\b(?:targets|goals|objectives)\b[^.;:]{0,80}(?::|\b(?:are|include)\b)"
    rf"|\b(?:{_ANY('goals')})\b[^.;:]{{0,120}}\b(?:is|was) (?:that|to)\b"
    r"|\bstriv(?:e|es|ing) (?:to achieve|for) (?:the )?[^.;:]{0,60}:"
)
# "The plan for 2025: GDP 40 billion yuan; exports …", "Target: …"; but "the target was met: …".
_HEADED = re.compile(rf"\b(?:(?P<target>{_ANY('targets')})|{_ANY('plans')}|outlook)\b[^.;:]{{0,140}}:")
# Without one of these none of the three above matches: what they look for is seldom there.
_LISTS = re.compile(r"target|goal|striv|objective|indicators|\baim\b|plan|forecast|project(?:ion|ed)|outlook")
_MET = re.compile(rf"\b(?:{_ANY('met')})\b")
_FINITE = re.compile(rf"\b(?:{_ANY('finite')})\b")
# "We will close 2,000 firms in the county, rectify 4,000 …": a further step of what is planned, far behind the plan.
_STEP = re.compile(
    rf"(?:[,;] (?:and,? )?| and )(?:[a-z]+ly )?(?:{_ANY('steps')}) (?:and (?:{_ANY('steps')}) )?[^,;:]*$"
)
# "Eleven factories are due to open": right behind a number, they are not there yet.
_DUE = re.compile(rf"(?: (?:is|are|was|were) (?:{_ANY('ahead')}))$")
_TO_COME = re.compile(
    rf" (?:is|are|was|were) (?:(?:also|now|all|still) )?(?:{_ANY('ahead')})"
    rf" to (?:{_ANY('begins')}|be [a-z]{{2,}}(?:ed|ilt|own|en))\b"
    r"| (?:was|were) to (?!(?:the|an?|its|their|be found|have|date)\b)[a-z]+"
)
_OWN_CLAUSE = re.compile(rf"{MARK} (?:[a-z-]+ ){{0,4}}(?:has|have|had) (?:already )?been [a-z]+(?:ed|t)\b")
"""A number whose clause has a verb of its own, and is no item of a list that is planned."""
# "We will ensure 230 projects completed, 130 projects under way, and 142 in preparation".
_WILL_ENSURE = re.compile(
    r"\bwill (?:also )?(?:ensure|make sure|see to it)\b(?:[^.;:](?!\b(?:which|that|who|where)\b))*, (?:and )?$"
)
# "By 2026 it will become a strong county, with output reaching 3 billion yuan and exports amounting to 2 billion".
_WILL_WITH = re.compile(
    r"\bwill\b(?:[^.;:](?!\b(?:which|that|who|where)\b))*, with"
    r"(?:[^.;:](?!\b(?:which|while|but|where|was|were|is|are|has|have|had)\b))*$"
)
_PARTICIPLE = re.compile(
    r"\b(?:reaching|amounting|totall?ing|exceeding|surpassing|hitting|topping|standing|growing|rising|increasing)\b"
)
# "A total of 210 projects worth 3 billion yuan will be built".
_WILL_BE = re.compile(
    r"(?: (?:with|worth|involving|costing) [^,.;]{2,60}?)? will (?:all |also )?be (?:jointly |gradually )?"
    r"(?:built|developed|constructed|implemented|carried out|arranged|started|launched|planned|recorded|handled"
    r"|received|registered|created|generated|added|held|produced|delivered|installed|set up|established)\b"
    r"| to be (?:newly )?(?:built|developed|constructed|introduced|implemented|launched|added|set up|established)\b"
    r"| (?:is|are) (?:set|scheduled|expected|poised|due|slated) to (?:start|begin|commence|be)\b"
)
_REACHED = re.compile(
    r"\b(?:signed|started|launched|completed|approved|released|attracted|introduced|added|selected)\b"
)
# "Is to launch the 23 projects signed at the fair": signed they are.
_SIGNED_ONES = re.compile(rf"\bthe {MARK} (?:[a-z-]+ ){{0,3}}projects (?:signed|introduced|approved)$")
_LEFT_AT = re.compile(r" (?:during|at|in|on|last|this)\b")
_FRONTED = re.compile(r"(?:with|involving|covering) ")
_AIMS = re.compile(rf"\b(?:(?P<target>{_ANY('targets')}|aims?)|{_ANY('plans')}|expected|expectations?)\b")


def find_modality(
    sentence: SentenceReading, rules: RuleSet, start: int, end: int, heading: SentenceReading | None = None
) -> str:
    """Return achieved, planned, target or denied, from masked positions and the clause before them.

    What a plan or a list of targets names ("the main targets are: …") is a target, however far down the list, and so
    is what stands under a ``heading`` that says so ("Targets for 2025:").
    What a closed aside says ("X, which will be widened, has …") is not said of the match, a denial
    ends where "and", "but" or "which" begins a new clause, and no plan reaches over "after attracting" to what was
    done.
    """
    text = sentence.folded
    clause = max(text.rfind(mark, 0, start) for mark in (";", ":", ". ")) + 1
    among = _AMONG.search(text, max(0, start - 3 * CLAUSE), start + 1)
    clause = max(clause, start - CLAUSE, min(among.end(), start) if among else 0)
    lead, match = ASIDE.sub(", ", _PURPOSE.sub("", text[clause:start])), _PASSED.sub(", ", text[start:end])
    denied = _CLAUSE.split(lead)[-1] + match
    lead = _TO_BE_TOLD.sub("", _AGAINST.sub("", _DONE.split(lead)[-1]))
    done = [found.start() for found in _HAS_DONE.finditer(lead + match) if found.start() <= len(lead)]
    said = (lead + match)[done[-1] if done else 0 :]
    if not done and (headed := _find_headed(text, start)):
        return headed
    if _SIGNED_ONES.search(text, max(0, start - 4), end) and _LEFT_AT.match(text, end):
        return "achieved"
    for name, pattern, words in (
        ("denied", rules.denied, denied),
        ("target", rules.target, said),
        ("planned", rules.planned, said),
    ):
        if pattern.search(words):
            return name
    due = _DUE.search(text, start, end)
    if _TO_COME.match(text, due.start() if due else end):
        return "planned"
    if not done and not among and (ahead := _find_ahead(text, start, end, rules)):
        return ahead
    if _WILL_BE.match(text, end) and not _REACHED.search(text, start, end) and not _FRONTED.match(text, start):
        return "planned"
    if heading is not None and (aim := _AIMS.search(heading.folded)):
        return "target" if aim["target"] else "planned"
    return "achieved"


def _find_headed(text: str, start: int) -> str:
    """Return what a list of plans or targets says of its items: "the main targets are: …"."""
    if not _LISTS.search(text, 0, start):
        return ""
    if _TARGETS.search(text, 0, start):
        return "target"
    if _PLANS.search(text, 0, start):
        return "planned"
    headed = _HEADED.search(text, 0, start)
    if headed and not _MET.search(text, max(0, headed.start() - 40), headed.end()):
        return "target" if headed["target"] else "planned"
    return ""


def _find_ahead(text: str, start: int, end: int, rules: RuleSet) -> str:
    """Return what a verb further back says of a step, an item of a list or a clause without a verb of its own."""
    ahead = _find_listed(text, start, end, rules) or _find_planned_step(text, start, rules)
    if ahead := ahead or _find_far(text, start, rules):
        return ahead
    far = max(0, start - FAR)
    with_participle = _WILL_WITH.search(text, far, start) and _PARTICIPLE.search(text, start, end)
    return "planned" if with_participle or _WILL_ENSURE.search(text, far, start) else ""


def _find_far(text: str, start: int, rules: RuleSet) -> str:
    """Return what a verb says of the end of its long list: "strives to foster 10 makers, …, and 30 companies".

    Of what a clause or a verb of its own tells, nothing is said so far back.
    """
    low = max(text.rfind(";", 0, start), text.rfind(". ", 0, start), start - FAR) + 1
    listed = _LISTED.search(text, max(low, start - 40), start) or _GOES_ON.match(text, start)
    if start - low <= CLAUSE or not listed or _OWN_CLAUSE.match(text, start):
        return ""
    return _find_governing(text, Span(low, start), start, rules, (_FINITE, _OTHER))


def _find_listed(text: str, start: int, end: int, rules: RuleSet) -> str:
    """Return what the clause before says of one that has no verb: "a growth target of 7 percent; exports up to …"."""
    begin = text.rfind(";", 0, start)
    if begin < 0 or _FINITE.search(text, begin, end):
        return ""
    opens = max(text.rfind(";", 0, begin), 0)
    before = max(opens, begin - CLAUSE)
    for name in ("target", "planned"):
        said = getattr(rules, name).search(text, before, begin)
        if said is not None:
            # "GDP exceeded 50 billion yuan, and is expected to rank first; exports of 3 billion": not what is planned.
            comma = text.rfind(",", opens, said.start())
            return "" if comma > 0 and _FINITE.search(text, max(opens, comma - 3 * CLAUSE), comma) else name
    return ""


def _find_planned_step(text: str, start: int, rules: RuleSet) -> str:
    """Return what a clause far before says of a step: "will close 2,000 firms …, rectify 4,000"."""
    opens = max(*(text.rfind(mark, 0, start) for mark in (":", ". ")), start - 5 * CLAUSE, -1) + 1
    step = _STEP.search(text, max(opens, start - CLAUSE), max(start, text.find(" ", start) + 1))
    if step is None:
        return ""
    return _find_governing(text, Span(opens, step.start()), start, rules, (_FINITE,))


def _find_governing(text: str, lead: Span, start: int, rules: RuleSet, ends: Sequence[re.Pattern[str]]) -> str:
    """Return what is said first in ``lead`` and still governs ``start``: nothing that ends it stands between."""
    for name in ("target", "planned"):
        said = getattr(rules, name).search(text, *lead)
        if said is not None and not any(end.search(text, said.end(), start) for end in ends):
            return name
    return ""
