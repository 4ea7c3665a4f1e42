"""The conditions, stops and prefixes of a query, as they stand among its tokens."""

from __future__ import annotations

from kg.shapes.prebinding import Token


def conditions_of(items: list[Token], start: int, end: int) -> list[str]:
    """Return the FILTERs of a group, as written."""
    return ["".join(token.text for token in items[slice(*places)]) for places in condition_places(items, start, end)]


def condition_places(items: list[Token], start: int, end: int) -> list[tuple[int, int]]:
    """Return where the FILTERs of a group start, and where what follows each does."""
    out: list[tuple[int, int]] = []
    place = start + 1
    while place < end:
        if items[place].word == "FILTER":
            after = after_condition(items, place + 1)
            out.append((place, after))
            place = after
        else:
            place += 1
    return out


def after_condition(items: list[Token], place: int) -> int:
    """Return where a condition ends: after its brackets, or before the group of an EXISTS."""
    depth = 0
    while place < len(items):
        text = items[place].text
        if text == "{" and not depth:
            return place
        depth += (text == "(") - (text == ")")
        place += 1
        if text == ")" and not depth:
            return place
    return place


def split_dots(items: list[Token]) -> list[Token]:
    """Take the full stop that ends a statement off a prefixed name before it."""
    out: list[Token] = []
    for token in items:
        bare = token.text.rstrip(".") if token.kind == "pname" else token.text
        out.append(Token(token.kind, bare))
        if bare != token.text:
            out.append(Token("other", "."))
    return out


def prefixes_of(items: list[Token]) -> dict[str, str]:
    solid = [token for token in items if token.kind != "space"]
    return {solid[n + 1].text: solid[n + 2].text[1:-1] for n, token in enumerate(solid[:-2]) if token.word == "PREFIX"}
