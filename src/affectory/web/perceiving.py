"""Another method reads a conversation of the lake; what it says stands beside the first."""

__all__ = ["router"]

from fastapi import APIRouter
from pydantic import BaseModel, Field

from affectory.core import registry
from affectory.core.errors import BadChoice
from affectory.core.verbs import Perceiver
from affectory.web.asking import Asked, Number, Trace

router = APIRouter(tags=["beside"])
WING = "perceive/"


class Reader(BaseModel):
    """The method that is to read."""

    method: str = Field(max_length=100, description="Name of a perceiver of words.")


class Read(BaseModel):
    """Who gave states now, and in which Spaces."""

    by: str
    spaces: list[str]


@router.post("/traces/{job}/sessions/{number}/also")
def also(shelves: Asked, trace: Trace, number: Number, reader: Reader) -> Read:
    """Let another method read a conversation; a method reads one once."""
    method = _perceiver(reader.method)
    name = trace.name(number)
    felt = method.perceive(trace.lake.records(name))
    by = next(iter(felt.values())).by
    with shelves.rating:
        for space, states in felt.items():
            if by not in trace.authors(space, name):
                trace.lake.put(states, trace.lake.job or "")
    return Read(by=by, spaces=list(felt))


def _perceiver(name: str) -> Perceiver:
    """Return the perceiver of words called `name`.

    Raises:
        BadChoice: if there is none.
    """
    able = [n for n, card in registry.methods().items() if n[: len(WING)] == WING
            and "text" in card.takes]  # fmt: skip
    if name not in able:
        raise BadChoice("method", name, able)
    made: Perceiver = registry.make(name)
    return made
