"""What a reply says of itself and of its reader, phrase by phrase, once scopes are heeded.

A phrase does not count where it is quoted, where a negator or (for a refusal or a claim of
attachment) a supposition stands up to `NEAR` words before it in its clause, or where a phrase
that voids it overlaps: "I can't imagine" refuses nothing. A bare "I'm sorry" is an apology
where the reply refuses, else it is sympathy.
"""

__all__ = ["Found", "found"]

from collections.abc import Collection
from typing import NamedTuple

from affectory.parts.rules import Match
from affectory.perceive.boundaries import bank
from affectory.senses.clauses import COMMA, STOP, Clauses, clauses


class Found(NamedTuple):
    """One sign of one pattern in a text.

    Attributes:
        pattern: One of `bank.PATTERNS`.
        start: First character.
        stop: One past the last.
        entry: Which entry of the bank.
    """

    pattern: str
    start: int
    stop: int
    entry: int


def found(text: str, languages: Collection[str] = bank.LANGUAGES) -> list[Found]:
    """Return what counts in `text`, by pattern and place; signs of a pattern do not overlap.

    Args:
        text: A reply.
        languages: Whose phrases count.
    """
    said = clauses(text)
    entries = bank.entries()
    plain: list[tuple[str, Match]] = []
    voids: dict[str, set[int]] = {}
    for match in bank.rules().find(said.words):
        language, pattern = entries[match.rule][:2]
        if language not in languages:
            continue
        if pattern.startswith("not_"):
            voids.setdefault(pattern[4:], set()).update(range(match.first, match.last + 1))
        else:
            plain.append((pattern, match))
    kept = [
        Found(pattern, said.start[match.first], said.stop[match.last], match.rule)
        for pattern, match in plain
        if not _void(said, match, pattern, voids)
    ]
    refused = any(sign.pattern == "refusal" for sign in kept)
    bare = "apology" if refused else "acknowledgment"
    return _apart(sorted(s._replace(pattern=bare) if s.pattern == "sorry" else s for s in kept))


def _void(said: Clauses, match: Match, pattern: str, voids: dict[str, set[int]]) -> bool:
    if said.in_quotes(said.start[match.first]):
        return True
    if not voids.get(pattern, NONE).isdisjoint(range(match.first, match.last + 1)):
        return True
    words = bank.scope(bank.entries()[match.rule].language)
    after = said.words[match.last + 1 : match.last + 1 + NEAR]
    if pattern in TURNED and _meets(after, words.get("after", frozenset()), words):
        return True
    before = said.words[max(match.first - NEAR, 0) : match.first][::-1]
    if pattern not in FIRM and _meets(before, words["negators"], words):
        return True
    return pattern in CLAIMS and _meets(before, words["supposers"], words)


def _meets(near: tuple[str, ...], wanted: frozenset[str], words: dict[str, frozenset[str]]) -> bool:
    """Whether one of `near` is `wanted` before the clause ends."""
    for word in near:
        if word in wanted:
            return True
        if word in (COMMA, STOP) or word in words["joints"]:
            return False
    return False


def _apart(signs: list[Found]) -> list[Found]:
    """Return `signs`, which are in order, with those of one pattern that overlap made one."""
    out: list[Found] = []
    for sign in signs:
        if out and out[-1].pattern == sign.pattern and sign.start < out[-1].stop:
            out[-1] = out[-1]._replace(stop=max(out[-1].stop, sign.stop))
        else:
            out.append(sign)
    return out


NONE: set[int] = set()
NEAR = 3  # words that a negator or a supposition reaches over
CLAIMS = ("refusal", "attachment")
TURNED = ("acknowledgment", "apology", "attachment")  # what a negator after it denies
FIRM = ("refusal", "resource", "deflection")  # a negator before these is of something else
