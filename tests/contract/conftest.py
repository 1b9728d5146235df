"""What the contract suite hands to its tests: every method of the book, and awkward records."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from affectory.core.card import Card
from affectory.core.errors import MissingExtra
from affectory.core.records import Clock, Records
from affectory.core.registry import find, methods

BOOK = methods()
ODD_TEXTS = [
    None,
    "",
    "   ",
    "\n\t",
    "\0",
    "a\0b",
    "👩‍👩‍👧‍👦" * 30,
    "e\u0301" * 20,
    "!?" * 100,
    "w" * 5000,
    "не очень рад",
    "今日はとても楽しい",
    "http://a.b/c?d=e @someone #tag",
    "NaN",
]


@dataclass(frozen=True)
class Entry:
    """One method of the book and the module that it stands in."""

    card: Card
    cls: type
    module: ModuleType

    def make(self) -> Any:
        """Build the method, or skip where an optional dependency that its card names is absent.

        A method whose weights cannot ship has `taught()` in its module: itself, having learned
        a toy lesson in a moment.
        """
        try:
            return getattr(self.module, "taught", self.cls)()
        except MissingExtra as error:
            if not any(f"[{extra}]" in str(error) for extra in self.card.extras):
                pytest.fail(f"an extra that the card does not name: {error}")
            pytest.skip(str(error))

    def toy(self) -> Any:
        """Return the method's own test input."""
        return self.module.toy()


@pytest.fixture(params=list(BOOK))
def entry(request):
    """Every method."""
    cls = find(request.param)
    return Entry(BOOK[request.param], cls, import_module(cls.__module__))


@pytest.fixture(params=[name for name in BOOK if name.startswith("perceive/")])
def perceiver(request):
    """Every method that perceives."""
    cls = find(request.param)
    return Entry(BOOK[request.param], cls, import_module(cls.__module__))


@pytest.fixture(params=[name for name in BOOK if name.startswith("forecast/")])
def forecaster(request):
    """Every method that forecasts."""
    cls = find(request.param)
    return Entry(BOOK[request.param], cls, import_module(cls.__module__))


def _talk(sessions: int, turns: int, actors: int, prefix: str = "s") -> Records:
    said = [
        "I am so happy for you, thank you!",
        "No, I am not happy at all. I hate this.",
        "The train leaves at nine.",
        "why would you say that??? 😢",
        "Fine. Whatever.",
    ]
    rows = [
        (f"{prefix}{s}", f"p{t % actors}", said[(s * 3 + t) % len(said)])
        for s in range(sessions)
        for t in range(turns)
    ]
    return Records(pl.DataFrame(rows, schema=["session", "actor", "text"], orient="row"))


@pytest.fixture
def talk():
    """A maker of small talk, of so many sessions, turns, actors, and with a prefix."""
    return _talk


@pytest.fixture
def odd():
    """Records of texts that are none, or hardly."""
    return Records(pl.DataFrame({"session": "odd", "actor": "ann", "text": ODD_TEXTS}))


@pytest.fixture
def nothing():
    """No record at all."""
    empty = {"session": pl.String, "actor": pl.String, "text": pl.String}
    return Records(pl.DataFrame(schema=empty))


@pytest.fixture
def at_once():
    """Six records in seconds: two at one time, a long gap, an overlap, several actors."""
    frame = pl.DataFrame(
        {
            "session": ["x"] * 6,
            "actor": ["a", "b", "a", "a", "c", "b"],
            "start": [0.0, 0.0, 0.0, 1e6, 5.0, 4.0],
            "stop": [2.0, 0.0, 0.0, 1e6, 9.0, 8.0],
            "text": ["I love it", "I hate it", "I love it", "sad", "glad", None],
        }
    )
    return Records(frame, Clock.SECONDS)
