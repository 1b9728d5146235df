"""The methods and Spaces of the house, from their Cards."""

__all__ = ["router"]

from fastapi import APIRouter
from pydantic import BaseModel

from affectory.core import shelf
from affectory.core.registry import methods
from affectory.represent import vocabularies
from affectory.web.spaces import SpaceFrom

router = APIRouter(tags=["methods"])


class Published(BaseModel):
    """A figure of a method's paper."""

    name: str
    value: float
    n: int
    setting: str
    by: str


class Method(BaseModel):
    """What a method says of itself, and whether its weights have to be made first."""

    name: str
    summary: str
    system: int
    title: str
    year: int
    ref: str
    takes: list[str]
    gives: list[str]
    extras: list[str]
    untrained: bool
    cautions: list[str]
    published: list[Published]


@router.get("/methods")
def cards() -> list[Method]:
    """Return the Card of every method."""
    return [
        Method(
            name=name,
            summary=card.summary,
            system=card.paper.number,
            title=card.paper.title,
            year=card.paper.year,
            ref=card.paper.ref,
            takes=list(card.takes),
            gives=list(card.gives),
            extras=list(card.extras),
            untrained=shelf.untrained(name),
            cautions=list(card.cautions),
            published=[
                Published(name=f.name, value=f.value, n=f.n, setting=f.setting, by=f.by)
                for f in card.published
            ],
        )
        for name, card in methods().items()
    ]


@router.get("/spaces")
def spaces() -> list[SpaceFrom]:
    """Return every Space: its kind, its axes and their bounds."""
    return [SpaceFrom.of(space, source=space.source) for space in vocabularies.spaces()]
