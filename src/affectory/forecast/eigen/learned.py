"""Everything that was learned, in one value: codes, margins, and perhaps a network."""

__all__ = ["Learned", "blur_of"]

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from affectory.core.shelf import joined, within
from affectory.core.space import Space
from affectory.forecast.eigen.codes import F32, Codes, Looks, Sight
from affectory.forecast.eigen.corrector import Corrector, near
from affectory.forecast.eigen.fans import Fan
from affectory.forecast.eigen.sights import Lessons

ROUNDS = 20
LEAST = 1e-3  # mean steps, below which no mode is sharper


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned.

    Args:
        space: Of the paths.
        codes: Bases and anchors.
        fan: Middle and margins.
        blur: Deviation of what came around the mode that it followed, in units of the pose, by
            kind and step. Shape (kinds, h).
        corrector: What moves anchors; None: nothing.
    """

    space: Space
    codes: Codes
    fan: Fan
    blur: F32
    corrector: Corrector | None = None

    @classmethod
    def fit(
        cls, space: Space, codes: Codes, lesson: Lessons, beside: Lessons | None, seed: int
    ) -> Self:
        """Learn margins from what codes were learned from."""
        both = lesson if beside is None else lesson.joined(beside)
        looks = codes.look(both.sight)
        fan = Fan.fit(codes, looks, both.future, both.parted, seed)
        made = cls(space, codes, fan, np.ones((len(codes.kinds), both.future.shape[1]), np.float32))
        return replace(made, blur=blur_of(made, both))

    def modes(self, looks: Looks, sight: Sight) -> tuple[F32, F32]:
        """Return typical futures, flat and without poses (n, s, h k), and their chances (n, s)."""
        anchors, chance = self.codes.anchors(looks)
        if self.corrector is not None:
            seen, scene, pace = sight.seen, sight.scene, self.codes.pace
            others = near(seen, scene, looks.pose, pace) if self.corrector.looks else None
            moved, chance = self.corrector.say(looks.inputs, others)
            anchors = anchors + moved
        return self.codes.free(looks, anchors), chance

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `made` makes it from."""
        parts = {"codes": self.codes.arrays(), "fan": self.fan.arrays(), "own": {"blur": self.blur}}
        if self.corrector is not None:
            parts["corrector"] = self.corrector.arrays()
        return joined(parts)

    @classmethod
    def made(cls, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> Self:
        """Return what `arrays` and the note of its file told of."""
        own = within(arrays, "corrector")
        return cls(
            Space.from_json(note["space"]),
            Codes.of(within(arrays, "codes")),
            Fan.of(within(arrays, "fan")),
            arrays["own/blur"],
            Corrector.of(own) if own else None,
        )


def blur_of(learned: Learned, lesson: Lessons) -> F32:
    """Return the deviation around modes that makes what followed likeliest, by kind and step."""
    codes, looks = learned.codes, learned.codes.look(lesson.sight)
    free, chance = learned.modes(looks, lesson.sight)
    n, s, wide = free.shape
    h = lesson.future.shape[1]
    miss = free - looks.pose.away(lesson.future)[:, None]
    square = np.square(miss).reshape(n, s, h, wide // h).mean(axis=3)  # (n, s, h)
    out = np.empty((len(codes.kinds), h), np.float32)
    axes = wide // h
    for kind in range(len(codes.kinds)):
        chosen = looks.kind == kind
        chosen = chosen if chosen.any() else np.ones(n, bool)
        own, share = square[chosen], chance[chosen][:, :, None]
        var = own.min(axis=1).mean(axis=0) + (LEAST * codes.pace) ** 2
        for _ in range(ROUNDS):
            log = np.log(share) - 0.5 * axes * own / var
            weight = np.exp(log - log.max(axis=1, keepdims=True))
            weight /= weight.sum(axis=1, keepdims=True)
            var = (weight * own).sum(axis=1).mean(axis=0) + (LEAST * codes.pace) ** 2
        out[kind] = np.sqrt(var)
    return out
