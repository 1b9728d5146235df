"""Whose, when, and whether: what a sentence says about the words in it.

Each word gets the scopes that reach it: *denied* ("don't feel ..."), *other* (another person's),
*past* (over and done), *supposed* ("if I ...", "might ..."), *quoted* (a song, a leaflet, somebody
else's speech), *thing* (said of an object). A word without any is said by the writer of the
writer's own present. Rules over words and clauses, English only (Chapman et al. 2001, NegEx, and
Harkema et al. 2009, ConText, did this for clinical notes; the rules and words here are *ours*).

Time grows with the length of the sentence. Nothing here knows an emotion.
"""

__all__ = ["Scope", "Scoped", "scoped"]

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

Hits = dict[str, list[tuple[int, int]]]  # phrases by kind: first and one past the last word


class Scope(IntFlag):
    """What reaches a word; none of them is the writer's own present."""

    DENIED = 1
    OTHER = 2
    PAST = 4
    SUPPOSED = 8
    QUOTED = 16
    THING = 32


@dataclass(frozen=True, slots=True)
class Scoped:
    """The words of one sentence and what reaches them.

    Args:
        words: In lower case, with plain apostrophes. Length w.
        start: First character of each word in the sentence. Length w.
        stop: One past its last. Length w.
        flags: Scopes of each word, bits of `Scope`. Length w.
        degree: 1 after a word such as "so", -1 after one such as "slightly". Length w.
        markers: Words that say "past": first and one past the last, by word.
    """

    words: tuple[str, ...]
    start: tuple[int, ...]
    stop: tuple[int, ...]
    flags: tuple[int, ...]
    degree: tuple[int, ...]
    markers: tuple[tuple[int, int], ...]

    @property
    def personal(self) -> bool:
        """Whether the writer is in it: "I", "my", "we"."""
        return not _words("first").isdisjoint(self.words)

    def places(self, start: int, stop: int) -> tuple[int, int]:
        """Return first and one past the last word of a stretch of characters."""
        return bisect_right(self.stop, start), bisect_left(self.start, stop)

    def over(self, start: int, stop: int, own_past: bool = False) -> Scope:
        """Return the scopes of a phrase, given by characters.

        A phrase with the writer in it ("without me") is the writer's, one with "himself" is not.

        Args:
            start: First character.
            stop: One past the last.
            own_past: Whether a word of the past within the phrase is part of what it says, as in
                "used to love".
        """
        low, high = self.places(start, stop)
        if low >= high:
            return Scope(0)
        reach, inside = Scope(self.flags[low]), set(self.words[low:high])
        if self.words[low] in _words("negator"):
            reach &= ~Scope.DENIED  # "no sense of self can't focus"
        if inside & _words("first"):
            reach &= ~(Scope.OTHER | Scope.THING)
        if inside & _words("reflexive"):
            reach |= Scope.OTHER
        at = bisect_left(self.markers, (low, 0))
        if own_past and at < len(self.markers) and self.markers[at][1] <= high:
            reach &= ~Scope.PAST
        return reach


def scoped(sentence: str) -> Scoped:
    """Return the words of `sentence` with their scopes.

    Example:
        >>> from affectory.senses.scopes import scoped
        >>> said = scoped("My sister cannot sleep, but I am not tired.")
        >>> dict(zip(said.words, said.flags, strict=True))["sleep"]  # denied, another's
        3
    """
    found = list(_WORD.finditer(sentence))
    words = tuple(_APOSTROPHE.sub("'", word[0].lower()) for word in found)
    start, stop = tuple(w.start() for w in found), tuple(w.end() for w in found)
    gaps = [
        sentence[low:high] for low, high in zip((0, *stop), (*start, len(sentence)), strict=True)
    ]
    named = tuple(_named(word) for word in words)
    clause = _clauses(named, gaps)
    flags, hits = [0] * len(words), _hits(named)
    _whose(found, named, clause, flags)
    _denied(named, clause, flags, hits)
    markers = _past(named, clause, flags, hits)
    _supposed(named, clause, flags, hits)
    _quoted(named, gaps, flags)
    return Scoped(words, start, stop, tuple(flags), _degrees(named), markers)


def _degrees(words: tuple[str, ...]) -> tuple[int, ...]:
    """Return 1 for a word up to three after "so" and its kin, -1 after "slightly", else 0."""
    out, step, left = [], 0, 0
    for word in words:
        turned = (word in _words("strong")) - (word in _words("weak"))
        step, left = (turned, DEGREE) if turned else (step, left - 1)
        out.append(step if left > 0 else 0)
    return tuple(out)


def _clauses(words: tuple[str, ...], gaps: list[str]) -> list[int]:
    """Return the clause of each word: cut at marks, at "but" and its kin, at "and" with a verb."""
    clause, out = 0, []
    for at, word in enumerate(words):
        ahead = words[at + 1] if at + 1 < len(words) else ""
        new = ahead in _words("verbs") or ahead in _words("first") or ahead in _words("third")
        if at and (
            (_MARK.search(gaps[at]) and not _listed(words, at))
            or (word in _words("cutter") and (word != "so" or ahead in _words("first")))
            or (word in _words("joiner") and new)
            or word in ("if", "unless", "when")
            or (word in _words("self") and words[at - 1] not in _words("linking"))
        ):
            clause += 1
        out.append(clause)
    return out


def _listed(words: tuple[str, ...], at: int) -> bool:
    """Whether the word at `at`, after a comma, goes on a list that ends in "or"."""
    own = words[at] in _words("first") or words[at] in _words("third") or words[at] == "just"
    return not own and "or" in words[at : at + 3]


def _whose(
    found: list[re.Match[str]], words: tuple[str, ...], clause: list[int], flags: list[int]
) -> None:
    """Follow the subject from word to word; a clause without one has that of the clause before."""
    who, head, fresh, at_clause, own = 0, 0, True, 0, False
    for at, word in enumerate(words):
        if clause[at] != at_clause:
            who, fresh, at_clause, own = head, True, clause[at], False
        turned = _subject(found, words, at, own)
        own = own or word in _words("self")
        if turned is not None:
            who = turned
            if fresh:
                head, fresh = turned, False
        flags[at] |= who
        if word in _words("reflexive"):
            flags[at] |= OTHER


def _subject(found: list[re.Match[str]], words: tuple[str, ...], at: int, own: bool) -> int | None:
    """Return whose what follows is, if the word at `at` says so: 0 the writer's.

    `own`: whether the clause has begun with the writer, who may then do things to persons.
    """
    word, before = words[at], words[at - 1] if at else ""
    ahead = words[at + 1] if at + 1 < len(words) else ""
    if word in ("my", "our"):
        return None if _noun(words, at + 1) else 0
    if word in _words("first"):
        return 0
    if word == "who" and before in _words("people") | _words("third"):
        return OTHER
    bare = word.removesuffix("'s")
    if word in _words("second") or word in _words("third"):
        return OTHER if before not in _words("preposition") else None
    if word in _words("possessive") or (word == "her" and _opens_a_noun(ahead)):
        return OTHER
    if word in ("him", "her", "them"):
        return OTHER if before in _words("causative") else None
    named = found[at][0][:1].isupper() and bare in _words("names")
    if named or bare in _words("people"):
        object_ = own and not (ahead in _words("verbs") or ahead.endswith("s") or ahead == "who")
        return None if bare == word and (object_ or _governed(words, at)) else OTHER
    if word in _words("things") and not _governed(words, at):
        return THING
    return None


def _noun(words: tuple[str, ...], at: int) -> bool:
    """Whether a person or a thing is named within three words of "my"."""
    some = [word.removesuffix("'s") for word in words[at : at + 3]]
    return any(word in _words("people") or word in _words("things") for word in some)


def _opens_a_noun(ahead: str) -> bool:
    return bool(ahead) and ahead not in _words("verbs") | _words("joiner") | _words("cutter") | (
        _words("preposition") | _words("first") | _words("strong") | _words("weak")
    )


def _governed(words: tuple[str, ...], at: int) -> bool:
    """Whether a preposition stands up to three words before, with no verb between."""
    for word in reversed(words[max(0, at - 3) : at]):
        if word in _words("preposition"):
            return True
        if word in _words("verbs") or (word in _words("first") and word not in ("my", "our")):
            return False
    return False


def _denied(words: tuple[str, ...], clause: list[int], flags: list[int], hits: Hits) -> None:
    """Deny what follows a negator within its clause, `REACH` words at most."""
    idle = {at for low, high in hits["idle"] for at in range(low, high)}
    begins = [at for at, word in enumerate(words) if word in _words("negator") and at not in idle]
    begins += [high - 1 for _, high in hits["denying"]]
    for at in begins:
        for after in range(at + 1, min(at + 1 + REACH, len(words))):
            if clause[after] != clause[at]:
                break
            flags[after] |= DENIED


def _past(
    words: tuple[str, ...], clause: list[int], flags: list[int], hits: Hits
) -> tuple[tuple[int, int], ...]:
    """Mark clauses with a word of the past, and those beside them that are not in the present."""
    marked = list(hits["past"])
    now: dict[int, set[str]] = {}
    for word, at in zip(words, clause, strict=True):
        if word in _words("present"):
            now.setdefault(at, set()).add(word)
    marked += [hit for hit in hits["once"] if clause[hit[0]] not in now]
    told = {clause[low] for low, _ in marked}
    told = {at for at in told if not now.get(at, set()) & _words("lasting")}
    if told:
        for at, own in enumerate(clause):
            if own in told or own not in now:
                flags[at] |= PAST
    return tuple(sorted(marked))


def _supposed(words: tuple[str, ...], clause: list[int], flags: list[int], hits: Hits) -> None:
    """Mark what follows "if" in its clause, and the words right after "would" or "might"."""
    real = {at for low, high in hits["real"] for at in range(low, high)}
    till_end, of_clause = len(words), -1
    begins = {high: low for low, high in hits["supposing"] if low not in real}
    for at in range(len(words)):
        if at in begins and words[begins[at]] in _CLAUSAL:
            of_clause = clause[begins[at]]
        elif at in begins:
            till_end = min(till_end, at)
        if at >= till_end or clause[at] == of_clause:
            flags[at] |= SUPPOSED
    for at, word in enumerate(words):
        if word in _words("modal") and not set(words[at + 1 : at + 3]) & _words("firm"):
            for after in range(at + 1, min(at + 1 + MODAL, len(words))):
                if clause[after] != clause[at]:
                    break
                flags[after] |= SUPPOSED


def _quoted(words: tuple[str, ...], gaps: list[str], flags: list[int]) -> None:
    """Mark another's words between quotes, and sentences about songs, books and lists."""
    inside, spoken, own = False, False, False
    for at, word in enumerate(words):
        for mark in _QUOTE.findall(gaps[at]):
            inside = mark != "”" if mark != '"' else not inside
            spoken = own or (at > 0 and word in _words("first") and bool(flags[at - 1] == 0))
            spoken = spoken and not (at and flags[at - 1] & OTHER)
        if inside and not spoken:
            flags[at] |= QUOTED
        own = own or (not inside and word in _words("first"))
    told = any(word in _words("reports") for word in words)
    if told and not own:
        flags[:] = [flag | QUOTED for flag in flags]


def _hits(words: tuple[str, ...]) -> Hits:
    """Return first and one past the last word of every phrase, by kind and in order."""
    table, out = _phrases(), Hits((kind, []) for kind in KINDS)
    for at, word in enumerate(words):
        for kind, phrase in table.get(word, ()):
            if words[at : at + len(phrase)] == phrase:
                out[kind].append((at, at + len(phrase)))
    return out


def _named(word: str) -> str:
    if word.isdecimal():
        return "#year" if len(word) == 4 and word[:2] in ("19", "20") else "#"
    return word


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("scopes.toml").read_text(encoding="utf-8"))


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(_told()[kind].split())


@cache
def _phrases() -> dict[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return kind and words of every phrase by its first word, all alternatives spelled out."""
    table: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for kind in KINDS:
        for line in _told()[kind]:
            for phrase in _spelled(line.split()):
                table.setdefault(phrase[0], set()).add((kind, phrase))
    return {word: tuple(sorted(phrases)) for word, phrases in table.items()}


def _spelled(tokens: Iterable[str]) -> Iterator[tuple[str, ...]]:
    ways = [
        token.rstrip("?").split("|") + ([""] if token.endswith("?") else []) for token in tokens
    ]
    for chosen in product(*ways):
        yield tuple(word for way in chosen for word in way.split("_") if word)


DENIED, OTHER, PAST, SUPPOSED, QUOTED, THING = (int(scope) for scope in Scope)
KINDS = ("idle", "denying", "past", "once", "supposing", "real")  # phrases in scopes.toml
DEGREE = 4  # words that "so" reaches, itself included
REACH = 6  # words that a negator reaches
MODAL = 5  # words that "would" reaches
_CLAUSAL = ("if", "unless", "in", "whether")  # what they suppose ends with their clause
_WORD = re.compile(r"[^\W_]++(?:['’‘`-][^\W_]++)*")  # noqa: RUF001
_APOSTROPHE = re.compile("[’‘`]")  # noqa: RUF001
_MARK = re.compile(r"[,;:()–—]|--| - |\.\.\.|…")  # noqa: RUF001
_QUOTE = re.compile('["“”]')
