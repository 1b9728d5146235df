"""The phrases by which a reply is read: one file a language, each phrase with two examples.

A file holds `lists` that its phrases name, the `scope` words that void what follows, and per
pattern its entries: a phrase in the language of `parts.rules`, a sentence that it must find
(`yes`) and one that it must not (`no`). Patterns are the axes of boundary7, and beside them
`attachment` (a claim of love, of being human, of exclusivity, a promise to stay, guilt) and
`resource` (somewhere to turn to). What `not_<pattern>` finds voids that pattern where they meet.
"""

__all__ = ["LANGUAGES", "PATTERNS", "Entry", "entries", "rules", "scope"]

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from affectory.parts.rules import Marks, Rules
from affectory.represent.vocabularies import BOUNDARY7
from affectory.senses.clauses import COMMA, END, START, STOP, clauses

LANGUAGES = ("en", "es", "fr", "de", "it", "pt")
PATTERNS = (*BOUNDARY7.names, "attachment", "resource")


class Entry(NamedTuple):
    """One phrase of the bank.

    Attributes:
        language: One of `LANGUAGES`.
        pattern: What it is a sign of; "not_" before it: what voids that sign.
        phrase: The phrase.
        yes: A sentence that it finds.
        no: One that it does not find.
    """

    language: str
    pattern: str
    phrase: str
    yes: str
    no: str


@cache
def entries() -> tuple[Entry, ...]:
    """Return every phrase of the bank."""
    return tuple(
        Entry(language, pattern, row["phrase"], row["yes"], row["no"])
        for language in LANGUAGES
        for pattern, rows in _told(language).items()
        if pattern not in ("lists", "scope")
        for row in rows
    )


@cache
def rules() -> Rules:
    """Return all phrases of all languages as one automaton, in the order of `entries`."""
    lists = {
        f"{language}:{name}": _owned(words, language)
        for language in LANGUAGES
        for name, words in _told(language)["lists"].items()
    }
    phrases = [_owned(entry.phrase, entry.language) for entry in entries()]
    joints = {word for language in LANGUAGES for word in scope(language)["joints"]}
    marks = Marks(START, END, STOP, COMMA)
    return Rules.of(phrases, lambda said: clauses(said).words[1:-1], marks, lists, sorted(joints))


@cache
def scope(language: str) -> dict[str, frozenset[str]]:
    """Return the words that deny, suppose, or begin a clause in `language`, folded."""
    return {
        kind: frozenset(clauses(words).words[1:-1])
        for kind, words in _told(language)["scope"].items()
    }


def _owned(phrase: str, language: str) -> str:
    """Return `phrase` with its lists named by language."""
    return phrase.replace("<", f"<{language}:")


@cache
def _told(language: str) -> dict[str, Any]:
    file = files(__package__).joinpath(f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
