"""Spaces and their axes, as pages are told of them."""

__all__ = ["AxisTold", "SpaceBy", "SpaceFrom", "SpaceTold"]

from typing import Self

from pydantic import BaseModel

from affectory.core.space import Axis, Space


class AxisTold(BaseModel):
    """An axis of a Space: its ends, and where it is at rest."""

    name: str
    low: float
    high: float
    rest: float

    @classmethod
    def of(cls, axis: Axis) -> Self:
        """Return what is told of an axis."""
        return cls(name=axis.name, low=axis.low, high=axis.high, rest=axis.rest)


class SpaceTold(BaseModel):
    """A Space: its kind and its axes."""

    name: str
    kind: str
    axes: list[AxisTold]

    @classmethod
    def of(cls, space: Space, **more: object) -> Self:
        """Return what is told of a Space, and whatever else belongs to it."""
        axes = [AxisTold.of(axis) for axis in space.axes]
        return cls.model_validate(
            {"name": space.name, "kind": space.kind.value, "axes": axes, **more}
        )


class SpaceBy(SpaceTold):
    """A Space, and who gave states of a session in it."""

    by: list[str]


class SpaceFrom(SpaceTold):
    """A Space, and where it comes from."""

    source: str
