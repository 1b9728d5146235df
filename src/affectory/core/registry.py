"""The list of methods: filled by @method, read by everyone who must not import them."""

__all__ = ["find", "make", "method", "methods"]

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any, TypeVar

from affectory.core.card import Card
from affectory.core.errors import DuplicateMethod, UnknownMethod

T = TypeVar("T", bound=type)
_BOOK: dict[str, tuple[Card, type]] = {}


def method(card: Card) -> Callable[[T], T]:
    """Enter the decorated class in the book under `card.name`."""

    def enter(cls: T) -> T:
        if card.name in _BOOK:
            raise DuplicateMethod(card.name, _BOOK[card.name][1], cls)
        _BOOK[card.name] = (card, cls)
        return cls

    return enter


def methods() -> dict[str, Card]:
    """Return the card of every method, by name.

    Our own wings and other people's packages come through the same door, the entry-point
    group `affectory.methods`; this room knows the name of none.
    """
    for wing in entry_points(group="affectory.methods"):
        wing.load()
    return {name: card for name, (card, _) in sorted(_BOOK.items())}


def find(name: str) -> type:
    """Return the class called `name`, or raise UnknownMethod listing what there is."""
    if name not in _BOOK:  # opening a wing takes a while, opening all of them seven times as long
        for wing in entry_points(group="affectory.methods", name=name.partition("/")[0]):
            wing.load()
    if name not in _BOOK and name not in (known := methods()):
        raise UnknownMethod(name, known)
    return _BOOK[name][1]


def make(name: str, **params: object) -> Any:
    """Build the method called `name` with `params`."""
    return find(name)(**params)
