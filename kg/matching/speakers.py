"""Who is meant by "said Wang", "he added" or "the official said": somebody whom the article has named before."""

from __future__ import annotations

import re
from bisect import bisect_right

from kg.chinese import SYLLABLE
from kg.english import load_words
from kg.matching.bearing import MatchBearing
from kg.matching.told import Source
from kg.matching.words import NotFilled, Thing, clean_words
from kg.model import Span
from kg.pattern import Match
from kg.vocab import mint_iri, slugify

APART = 2
"""How many paragraphs at most lie between one who spoke and "he said"."""
REACH = 256
"""How many sources an article is looked back through at most, so that the cost stays that of the text."""
_ANY = load_words("speakers").any_of
# In front of what is no name alone: "Chen Hong said" is not said by one called Hong.
_FIRST_NAME = re.compile(rf"(?<![\w’'-])(?!(?:{_ANY('titles')}) )[A-Z][a-z’'-]+ $")
_NO_PEOPLE = frozenset(load_words("speakers").all_of("no_people"))
_PRONOUNS = frozenset(("he", "she"))
_OFFICIAL = re.compile(rf"\b(?:{_ANY('officials')})\b")
# A name in Chinese, surname first: somebody else who may be meant.
_NAME = re.compile(rf"(?<![\w’'-])(?=[A-Z])(?i:{SYLLABLE}) (?=[A-Z])(?i:{SYLLABLE}){{1,2}}(?![\w’'-])")


# "Ke Ning Textile": no person.
_LONGER = re.compile(r" [A-Z][a-z]+")
# Two words in capitals: a name of somebody or something.
_CAPITALS = re.compile(r"(?<![\w’'-])[A-Z][a-z]+ [A-Z][a-z]+")


class MatchSpeakers(MatchBearing):
    """Finds the person that words of a match mean, among those the article has told of."""

    def _speaker(self, match: Match, name: str, kind: str = "Person") -> Thing:
        """Return whom group ``name`` means: by surname, by a pronoun, or by "the official", "the commission"."""
        if not match[name]:
            raise NotFilled
        start, end = self._group_span(match, name)
        words = clean_words(self.article.text[start:end])
        if words[0].isupper() and _FIRST_NAME.search(self.article.text, max(0, start - 24), start):
            raise NotFilled
        called = self._people_called(words)
        folded = words.casefold()
        if folded in _PRONOUNS:
            last = self._last_speaker(match, "Person")
            if called and called[-1].iri != last.iri:  # "He said": the pronoun, or Ms He?
                raise NotFilled
            called = [last]
        elif folded == "it":
            called = [self._last_speaker(match, "Organization")]
        elif not words[0].isupper():
            called = self._sources_posted(folded, kind)
        if len({person.iri for person in called}) != 1:
            raise NotFilled
        found = called[-1]
        return Thing(found.iri, found.label, found.type, False, Span(found.start, found.end), "earlier-speaker")

    def _people_called(self, word: str) -> list[Source]:
        """Return those people told of whose name begins or ends with a word."""
        found = [
            person
            for person in self.earlier.sources[-REACH:]
            if person.type == "Person" and word in _surnames(person.label)
        ]
        return found or self._people_told(word)

    def _people_told(self, surname: str) -> list[Source]:
        """Return those of a surname (empty: all) whom the body names in full before this sentence, speaking or not."""
        if "" not in self.reading.people:
            self.reading.people[""] = []
            marks = [mark for sentence in self.reading.sentences for mark in sentence.marks if mark.mention]
            starts = [mark.start for mark in marks]
            body = next((s.sentence.start for s in self.reading.sentences if s.sentence.part == "body"), 0)
            firms = {
                name[0] for name in _NAME.finditer(self.article.text) if _LONGER.match(self.article.text, name.end())
            }
            for name in _NAME.finditer(self.article.text, body):
                before = marks[bisect_right(starts, name.start()) - 1] if marks else None
                marked = before is not None and before.start <= name.start() < before.end
                if not marked and name[0] not in firms and name[0] not in _NO_PEOPLE:
                    self.reading.people[""].append(Span(*name.span()))
                    self.reading.people.setdefault(name[0].split()[0], []).append(Span(*name.span()))
        told = [span for span in self.reading.people.get(surname, ()) if span.end <= self.sentence.sentence.start]
        names = {self.article.text[slice(*span)]: span for span in told}
        return [
            Source(mint_iri(self.base, "person", slugify(name)), name, "Person", span.start, span.end, spoke=False)
            for name, span in names.items()
        ]

    def _sources_posted(self, words: str, kind: str) -> list[Source]:
        """Return those who spoke and whose post or name holds words; of several the last speaker, if it is one."""
        wanted = _OFFICIAL if words == "official" else re.compile(rf"\b{re.escape(words)}\b")
        spoken = [source for source in self.earlier.sources[-REACH:] if source.spoke]
        found = [
            source
            for source in spoken
            if source.type == kind
            and any(wanted.search(post.casefold()) for post in (source.label, *self.earlier.posts.get(source.iri, ())))
        ]
        if not found:
            raise NotFilled
        last = max(spoken, key=lambda source: source.start)
        return [source for source in found if source.iri == last.iri] or found

    def _last_speaker(self, match: Match, kind: str) -> Source:
        """Return who spoke last, close before, if it is of a kind; nobody else may be named since."""
        start = self.sentence.locate(match.start())
        said = [source for source in self.earlier.sources[-REACH:] if source.spoke and source.end <= start]
        last = max(said, key=lambda source: source.start, default=None)
        if last is None and kind == "Person":
            last = self._only_person(start)
        if last is None or last.type != kind:
            raise NotFilled
        near = [self.sentence]
        for sentence in self._sentences_before():
            if near[-1].sentence.start <= last.start:
                break
            near.append(sentence)
        if self.sentence.sentence.paragraph - near[-1].sentence.paragraph > APART:
            raise NotFilled
        for name in _NAME.finditer(self.article.text, last.end, start):
            marked = any(m.start <= name.start() < m.end for sentence in near for m in sentence.marks)
            if name[0] != last.label and not marked:
                raise NotFilled
        return last

    def _only_person(self, start: int) -> Source | None:
        """Return the one person whom the article has named in full so far, if nobody else may be meant since."""
        told = self._people_told("")
        if len(told) != 1 or _CAPITALS.search(self.article.text, told[0].end, start):
            return None
        return told[0]


def _surnames(name: str) -> tuple[str, ...]:
    """Return what a person may be called by alone: of a name in Chinese the first word, else the first or the last.

    >>> _surnames("Li Na"), _surnames("John Smith"), _surnames("top official")
    (('Li',), ('John', 'Smith'), ())
    """
    parts = name.split()
    if len(parts) < 2 or not parts[-1][:1].isupper():
        return ()
    return (parts[0],) if _NAME.fullmatch(name) else (parts[0], parts[-1])
