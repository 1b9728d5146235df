"""The phrases of perceive/signals, read once from the table `bank.toml` beside this file."""

__all__ = ["FAMILIES", "Phrase", "common", "digest", "openers", "phrases", "words"]

import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

from affectory.perceive.signals.plain import plain_words

FAMILIES = (
    "correction", "rephrase", "clarification", "escalation", "quit", "complaint", "profanity",
    "gratitude", "confirmation", "success",
)  # fmt: skip


class Phrase(NamedTuple):
    """One phrase.

    Attributes:
        family: One of `FAMILIES`.
        words: Its words in plain form, a space between two.
        alike: Whether what is like it counts too.
    """

    family: str
    words: str
    alike: bool = True


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase with its alternatives written out; of those said twice, the first."""
    table = _table()
    told: dict[str, Phrase] = {}
    for family in FAMILIES:
        for kind in ("phrases", "exact"):
            for line in table[family].get(kind, ()):
                for said in map(plain_words, _ways(line, table["lists"])):
                    told.setdefault(said, Phrase(family, said, kind == "phrases"))
    return tuple(told.values())


@cache
def openers(kind: str) -> tuple[str, ...]:
    """Return the phrases with which a message may begin: `agreeing` or `glad`, in plain form."""
    table = _table()
    ways = {plain_words(said) for line in table[kind]["phrases"]
            for said in _ways(line, table["lists"])}  # fmt: skip
    return tuple(sorted(f" {way} " for way in ways))


@cache
def words(kind: str) -> frozenset[str]:
    """Return a list of words: `turning`, `small` or `stop`."""
    return frozenset(_table()["words"][kind].split())


@cache
def common() -> tuple[str, ...]:
    """Return trigrams that are common in chats, the commonest first."""
    return tuple(each.replace("_", " ") for each in _table()["words"]["common"].split())


@cache
def digest() -> str:
    """Return a hash of the table."""
    return hashlib.blake2b(_raw(), digest_size=8).hexdigest()


def _ways(line: str, lists: dict[str, str]) -> Iterator[str]:
    """Yield what a line stands for."""
    for parts in product(*(_options(token, lists) for token in line.split())):
        yield " ".join(part for part in parts if part)


def _options(token: str, lists: dict[str, str]) -> list[str]:
    bare = token.removesuffix("?")
    out: list[str] = [""] if token.endswith("?") else []
    for way in bare.split("|"):
        if way.startswith("<"):
            out += _options(lists[way[1:-1]], lists)
        else:
            out.append(way.replace("_", " "))
    return out


def _raw() -> bytes:
    return files(__package__).joinpath("bank.toml").read_bytes()


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_raw().decode())
