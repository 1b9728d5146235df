"""What a perceiver returns: one Trajectory per Space, over the same rows."""

__all__ = ["States"]

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from affectory.core.errors import BadValues, UnknownSpace
from affectory.core.trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class States(Mapping[str, Trajectory]):
    """A frozen mapping from the name of a Space to the Trajectory in it.

    Args:
        trajectories: One Trajectory per Space; all have the same rows.

    Raises:
        BadValues: if there is none, two share a Space, or their lengths differ.
    """

    trajectories: tuple[Trajectory, ...]

    def __post_init__(self) -> None:
        """Refuse what is not one table said in several Spaces."""
        names = [t.space.name for t in self.trajectories]
        if not names or len(set(names)) != len(names):
            raise BadValues("States", f"spaces {names}", "at least one, each once")
        if len({len(t) for t in self.trajectories}) > 1:
            raise BadValues("States", f"lengths {[len(t) for t in self.trajectories]}", "equal")

    @classmethod
    def of(cls, *trajectories: Trajectory) -> Self:
        """Return the States made of `trajectories`."""
        return cls(tuple(trajectories))

    @property
    def only(self) -> Trajectory:
        """The one Trajectory of a method that gives a single Space.

        Raises:
            BadValues: if there are several.
        """
        if len(self.trajectories) != 1:
            raise BadValues("States.only", f"spaces {list(self)}", "one", "name the one you want")
        return self.trajectories[0]

    def __getitem__(self, space: str) -> Trajectory:
        """Return the Trajectory in the Space called `space`."""
        for trajectory in self.trajectories:
            if trajectory.space.name == space:
                return trajectory
        raise UnknownSpace(space, list(self))

    def __contains__(self, space: object) -> bool:
        """Whether there is a Trajectory in the Space called `space`."""
        return any(trajectory.space.name == space for trajectory in self.trajectories)

    def __repr__(self) -> str:
        """Return the Spaces and how many states each has."""
        return f"States in {', '.join(self)}: {len(self.trajectories[0]):,} each"

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the Spaces."""
        return (trajectory.space.name for trajectory in self.trajectories)

    def __len__(self) -> int:
        """Return how many Spaces there are."""
        return len(self.trajectories)
