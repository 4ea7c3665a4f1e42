"""The verbs of what is planned and done, in all their forms, and where in a chain of them the next one begins.

"Will build a port, expand its roads and strive to draw firms" tells of three things to be done. Rules name the forms
``<<verb>>``, ``<<verb_s>>``, ``<<verb_ed>>`` and ``<<verb_ing>>``, so that each verb stands once, in its plain form,
in ``[verbs]`` of english.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set

from kg.english import load_words
from kg.model import Span

_WORDS = load_words("verbs")
_IRREGULAR = dict(pair.split(":") for pair in _WORDS.all_of("irregular"))
_DOUBLED = frozenset(_WORDS.all_of("doubled"))
_STATES = frozenset(_WORDS.all_of("states"))
_SPELLING = re.compile(r"(?<=[a-z]i)z(?=e|ing\b)")


def _plain(verb: str) -> str:
    return verb


def _third(verb: str) -> str:
    if re.search(r"(?:s|x|z|ch|sh|o)$", verb):
        return f"{verb}es"
    return re.sub(r"(?<![aeiou])y$", "ie", verb) + "s"


def _past(verb: str) -> str:
    stem = re.sub(r"(?<![aeiou])y$", "i", verb).removesuffix("e")
    if verb in _IRREGULAR:
        return f"(?:{_IRREGULAR[verb]})" if "|" in _IRREGULAR[verb] else _IRREGULAR[verb]
    return f"{stem}{verb[-1] if verb in _DOUBLED else ''}ed"


def _participle(verb: str) -> str:
    stem = verb if verb.endswith(("ee", "oe", "ye")) else verb.removesuffix("e")
    return f"{stem}{verb[-1] if verb in _DOUBLED else ''}ing"


def _any_of(make: Callable[[str], str]) -> str:
    """Return a pattern of one form of every verb, with what belongs to it behind it ("set up")."""
    forms = []
    for entry in _WORDS.all_of("does"):
        verb, *rest = entry.split(" ", 1)
        forms.append(" ".join((_SPELLING.sub("[sz]", make(verb)), *rest)))
    return f"(?:{'|'.join(forms)})"


_MADE = {"verb": _plain, "verb_s": _third, "verb_ed": _past, "verb_ing": _participle}
FORMS = {form: _any_of(make) for form, make in _MADE.items()}
"""By the name of the word list that rules use, a pattern of that form of all verbs."""
_SHORT = 4
"""A verb of so few letters stands in too many words to start a rule."""
# What stands right in front of a participle that tells what somebody is doing.
_DOING = {"verb_ing": ("is ", "are ", "been ", "ly ", "also ", "now ")}
LEADS = {
    form: tuple(
        sorted(
            f"{lead}{_SPELLING.split(word)[0]}"
            for verb in {entry.split(" ")[0] for entry in _WORDS.all_of("does") if entry not in _STATES}
            for word in make(verb).removeprefix("(?:").removesuffix(")").split("|")
            for lead in _DOING.get(form, ("",))
            if len(word) > _SHORT
        )
    )
    for form, make in _MADE.items()
}
"""By the same names, how each verb begins in that form, up to where spellings differ: what starts a rule."""

_HOW = rf"(?:(?:[a-z]{{3,}}ly|{_WORDS.any_of('how')}) ){{0,3}}"
# A word that is a noun as well is a verb only where what is done to something begins right behind it.
_NOUN = (
    rf"(?!(?:{_WORDS.any_of('nouns')})(?:s|es|n?ed|d)? (?!(?:{_WORDS.any_of('opens')})\b|[\ue000-\uf8ff]))"
    rf"(?!(?:{_WORDS.any_of('half_nouns')})s? (?:(?:{_WORDS.any_of('ends')})\b|[a-z-]+ (?:{_WORDS.any_of('ends')})$))"
)
_OBJECT = r"\b(?! (?:of|and|or|is|are|was|were|has|have|will)\b|[,.;:’'-]|$)"
_LINK = r"(?P<link>,(?: and| or| as well as)?|(?: and| as well as)(?: also| then)?) "
_BEGINS = rf"(?:{_WORDS.any_of('begins')})\b"


def _opens(lead: str, form: str) -> re.Pattern[str]:
    """Return a pattern of how a chain begins whose verbs have a form."""
    return re.compile(f"^{lead}{_HOW}{FORMS[form]}\\b")


def _follows(lead: str, form: str, tail: str = "") -> re.Pattern[str]:
    """Return a pattern of a further verb of a form, what leads to it and that it has an object."""
    how = rf"(?:{lead}{_HOW}|(?:[a-z]{{3,}}ly|{_WORDS.any_of('how')}) {_HOW})"
    return re.compile(rf"{_LINK}(?P<verb>(?:{how}|{_NOUN}){FORMS[form]}{_OBJECT}{tail})")


# A verb that tells something else of whoever does all this, and is none of the chain.
_ELSE = re.compile(
    rf"{_LINK}(?:now |also |already )?(?:has|have|had|is|are|was|were|covers|owns|boasts|had|became)\b.*$"
)

# What opens a chain, by the form of its verbs, and what goes on with it.
_OPENERS = {
    "verb": _opens(rf"(?:{_BEGINS}(?:[^,;]*?\b(?:to|will|would|shall|should|must))?? )?", "verb"),
    "verb_s": _opens("", "verb_s"),
    "verb_ed": _opens("(?:(?:has|have|had) )?", "verb_ed"),
    "verb_ing": _opens(
        r"(?:(?:(?:is|are|was|were|has been|have been|will be) )?(?:[a-z]+ (?:on|to|at|by|in) )?)?", "verb_ing"
    ),
}
_NEXT = {
    "verb": _follows("(?:will |to )", "verb"),
    "verb_s": _follows("(?:also )", "verb_s"),
    "verb_ed": _follows("(?:(?:has|have) )", "verb_ed", r"(?! (?:by|in|at|on|with|from|as|to|for|under|through)\b)"),
    # "The production of chemicals and building materials": what is made.
    "verb_ing": _follows("(?:also )", "verb_ing", r"(?! (?:materials|stones?|industr(?:y|ies)|sectors?)\b)"),
}
# Who else does what is told next: "encourages firms to go abroad and open shops", "a law that sets limits and …".
_OTHERS = re.compile(
    rf"\b(?:(?:{_WORDS.any_of('urges')})(?:s|es|d|ed|ing)? (?!to )[^,]*?\bto [a-z]"
    rf"|(?:{_WORDS.any_of('lets')}) (?:[\w\ue000-\uf8ff’'-]+ ){{1,6}}?{FORMS['verb']}\b)"
)
_RELATIVE = re.compile(r"\b(?:that|which|who|whom|whose|where|when|while|if)\b")
_MEANING = re.compile(rf", [a-z]{{3,}}ing (?:[^,;:]{{0,40}} )?to {_HOW}{FORMS['verb']}\b")
_PURPOSE = re.compile(rf"\bto {_HOW}{FORMS['verb']}\b")


def split_chain(text: str) -> list[Span]:
    """Return where each verb phrase of a chain stands in folded text; all of it where it is none.

    >>> text = "will build a port, expand its roads and strive to draw firms"
    >>> [text[slice(*span)] for span in split_chain(text)]
    ['will build a port', 'expand its roads', 'strive to draw firms']
    """
    for form, opener in _OPENERS.items():
        if opened := opener.match(text):
            return _split_form(text, form, opened.end())
    return [Span(0, len(text))]


def _split_form(text: str, form: str, opened: int) -> list[Span]:
    following = list(_NEXT[form].finditer(text, opened))
    end = _find_end(text, form, opened, {match.start() for match in following})
    found: list[Span] = []
    start, last = 0, ""
    for match in following:
        piece = text[start : match.start()]
        bare = not text[opened : match.start()].strip()  # "will design and build ports"
        if match.end() > end or bare or _is_quoted(piece) or _goes_on(piece, form):
            continue
        if form == "verb" and _MEANING.search(text, opened, match.start()):
            continue  # "continues to grow, making efforts to draw firms, build a port": what these efforts are for
        plain = form == "verb" and not found and "," not in match["link"]
        if plain and _PURPOSE.search(text, opened, match.start()):
            continue  # "will build a port to boost trade and attract firms"
        found.append(Span(start, match.start()))
        start, opened, last = match.start("verb"), match.end(), match["link"]
    if form == "verb_ing" and last.startswith(",") and " " not in last:
        return [Span(0, end)]  # "is building a port, creating jobs": what comes of it
    return [*found, Span(start, end)]


def _find_end(text: str, form: str, opened: int, chained: Set[int]) -> int:
    """Return where a verb that tells something else ends a chain: "has built a port and is home to 30 firms"."""
    for match in _ELSE.finditer(text, opened):
        if match.start() not in chained and not _goes_on(text[: match.start()], form):
            return match.start()
    return len(text)


def _goes_on(piece: str, form: str) -> bool:
    """Say whether a verb behind a piece of a chain belongs to something in it and begins no phrase of its own."""
    return _RELATIVE.search(piece) is not None or (form == "verb" and _OTHERS.search(piece) is not None)


def _is_quoted(text: str) -> bool:
    """Say whether a quotation or a bracket that begins in some text does not end in it."""
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1 or text.count("(") > text.count(")")


# A further clause with a subject of its own: "has built a port, and its exports have grown".
_NEXT_CLAUSE = re.compile(
    r",? (?:and|while|but) (?=(?:the|its|their|an?|another|one|this|these|it|they|[\ue000-\uf8ff]{2})(?![\w-])"
    r"(?:(?!\b(?:that|which|who|whose|where|to)\b)[^,.;:]){0,80}(?:, [^,;:]{1,80},)?"
    r" (?:also |now )?(?:has|have|had|was|were|is|are|will|would|can|rose|grew|fell|reached|became)\b)"
)
_BEHIND = 180
"""How much behind a chain is looked at for the verb of the clause it may have run into."""


def list_pieces(text: str, behind: str = "") -> Iterator[Span]:
    """Yield the verb phrases of a chain without a "to" or "will" that a later one begins with.

    A chain ends where a clause with a subject of its own begins, whose verb may stand ``behind`` it: "has shut its
    mines, and the last one" of "has shut its mines, and the last one was closed in May" is "has shut its mines".
    """
    clause = _NEXT_CLAUSE.search(text + behind[:_BEHIND])
    end = len(text)
    if clause and clause.start() < end and not _RELATIVE.search(text, 0, clause.start()):
        if any(opener.match(text, 0, clause.start()) for opener in _OPENERS.values()):
            end = clause.start()
    for number, span in enumerate(split_chain(text[:end])):
        again = re.compile("to ").match(text, *span) if number else None
        yield Span(again.end(), span.end) if again else span
