"""One member of an enumeration, however it was named."""

__all__ = ["one_of"]

from enum import Enum
from typing import TypeVar

from affectory.core.errors import BadChoice

Kind = TypeVar("Kind", bound=Enum)


def one_of(kind: type[Kind], name: str, value: object) -> Kind:
    """Return the member of `kind` that `value` is, or that has it as its value.

    Args:
        kind: What to choose from.
        name: What is chosen, in words.
        value: The choice.

    Raises:
        BadChoice: if it is none.
    """
    if value not in tuple(kind):
        raise BadChoice(name, value, list(kind))
    return kind(value)
