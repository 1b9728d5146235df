"""Which few of many conversations to read, and why each: four arms, one pass, little memory.

System 33 (Chen, Hafeez, Paracha 2026) draws conversations by their signs; how it weighs them is
not published, so weights, strata and quota are *ours*. Conversations come one by one and only as
many are held as could still be picked. Whether one is picked hangs on the seed, its name and the
others, never on the order in which they came.
"""

__all__ = ["WEIGHTS", "Arm", "Pick", "Picker", "pick", "score"]

import hashlib
import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from affectory.core.errors import BadChoice
from affectory.measure.triage import Report

WEIGHTS: Mapping[str, float] = {
    "disengagement": 3.0, "failure": 3.0, "loops": 3.0, "misalignment": 2.0, "stagnation": 2.0,
    "exhaustion": 1.0, "satisfaction": 1.0,
}  # fmt: skip


class Arm(StrEnum):
    """How conversations are picked."""

    SIGNALS = "signals"  # drawn, the likelier the graver; strata by what weighs most
    TOP = "top"  # the gravest
    RANDOM = "random"  # any
    HEURISTIC = "heuristic"  # the longest


class Pick(NamedTuple):
    """One conversation that was picked.

    Attributes:
        report: What was found in it.
        score: Its severities, weighed.
        reason: Why it was picked, in words.
    """

    report: Report
    score: float
    reason: str


class _Held(NamedTuple):
    """One conversation that may still be picked; the greatest key first."""

    key: float
    name: str
    report: Report
    score: float


@dataclass(slots=True)
class _Stratum:
    """Those that may be picked from one stratum."""

    held: list[_Held] = field(default_factory=list)
    count: int = 0
    mass: float = 0.0

    def add(self, one: _Held, weight: float, most: int) -> None:
        self.count += 1
        self.mass += weight
        if len(self.held) < most:
            heapq.heappush(self.held, one)
        elif one[:2] > self.held[0][:2]:
            heapq.heapreplace(self.held, one)

    def best(self, n: int) -> list[_Held]:
        return sorted(self.held, key=lambda one: (-one.key, one.name))[:n]


class Picker:
    """Picks conversations as they come.

    Args:
        budget: How many to pick, >= 1.
        arm: How.
        seed: Seed of the draws.
        exemplars: Share of the budget for conversations that went well, in [0, 1]; of the arm
            `signals` only.
        weights: What each category's severity weighs.

    Raises:
        BadChoice: if a number is out of range, or a category is unknown.

    Example:
        >>> from affectory.measure.picking import Picker
        >>> from affectory.measure.triage import Decay, Report, Sign, Turns
        >>> turns = Turns.of(2, 2, Decay())
        >>> picker = Picker(1, "top")
        >>> picker.add(Report("fine", (), turns))
        >>> picker.add(Report("stuck", (Sign("execution.loops.retry", 3, "find"),), turns))
        >>> [(one.report.session, one.reason) for one in picker.picks()]
        [('stuck', 'loops 1; score 3, place 1 of 2')]
    """

    def __init__(
        self,
        budget: int,
        arm: str = Arm.SIGNALS,
        seed: int = 0,
        exemplars: float = 0.2,
        weights: Mapping[str, float] = WEIGHTS,
    ) -> None:
        """Begin with none."""
        if budget < 1:
            raise BadChoice("budget", budget, "a number >= 1")
        if arm not in list(Arm):
            raise BadChoice("arm", arm, list(Arm))
        if not 0 <= exemplars <= 1:
            raise BadChoice("exemplars", exemplars, "a share in [0, 1]")
        if strange := sorted(set(weights) - set(WEIGHTS)):
            raise BadChoice("weights", strange[0], WEIGHTS)
        self.budget, self.arm, self.seed, self.exemplars = budget, Arm(arm), seed, exemplars
        self.weights = dict(weights)
        self._strata: dict[str, _Stratum] = {}

    def add(self, report: Report) -> None:
        """Take note of one conversation."""
        total = score(report, self.weights)
        if self.arm is Arm.SIGNALS:
            name, weight = _dominant(report, self.weights), total + LEAST
            key = math.log(_chance(self.seed, report.session)) / weight  # Efraimidis & Spirakis
        else:
            name, weight = "all", 1.0
            key = {Arm.TOP: total, Arm.HEURISTIC: float(report.messages)}.get(
                self.arm, _chance(self.seed, report.session)
            )
        one = _Held(key, report.session, report, total)
        self._strata.setdefault(name, _Stratum()).add(one, weight, self.budget)

    def picks(self) -> tuple[Pick, ...]:
        """Return what is picked of those that came, the gravest first."""
        count = sum(stratum.count for stratum in self._strata.values())
        if self.arm is not Arm.SIGNALS:
            held = self._strata["all"].best(self.budget) if self._strata else []
            return tuple(
                Pick(one.report, one.score, self._why(one, place, count))
                for place, one in enumerate(held, start=1)
            )
        out = []
        for name, n in self._shares().items():
            stratum = self._strata[name]
            for one in stratum.best(n):
                drawn = f"drawn from {stratum.count} with {name} foremost"
                if name == NONE:
                    drawn = f"drawn from {stratum.count} without a sign"
                elif name == GLAD:
                    drawn = f"an example of what went well, from {stratum.count}"
                why = f"{_told(one.report)}; {drawn}" if one.report.signs else drawn
                out.append(Pick(one.report, one.score, why))
        return tuple(sorted(out, key=lambda one: (-one.score, one.report.session)))

    def _why(self, one: _Held, place: int, count: int) -> str:
        if self.arm is Arm.RANDOM:
            return f"drawn at random from {count}"
        if self.arm is Arm.HEURISTIC:
            return f"{one.report.messages} messages, place {place} by length of {count}"
        return f"{_told(one.report)}; score {one.score:g}, place {place} of {count}"

    def _shares(self) -> dict[str, int]:
        """Return how many are picked from each stratum.

        Those that went well have their quota. The rest is dealt to strata of trouble by how much
        there is of it, one at least to each; what is left, to those that went well, then to any.
        """
        room = {name: len(stratum.held) for name, stratum in self._strata.items()}
        out = dict.fromkeys(room, 0)
        left = self.budget
        quota = round(self.exemplars * left)
        out[GLAD] = min(quota, room.get(GLAD, 0))
        left -= out[GLAD]
        trouble = sorted(
            set(room) - {GLAD, NONE}, key=lambda name: (-self._strata[name].mass, name)
        )
        while left and (open_ := [name for name in trouble if out[name] < room[name]]):
            # the stratum that is furthest below its share
            name = min(open_, key=lambda name: (out[name] + 0.5) / self._strata[name].mass)
            poor = [name for name in open_ if not out[name]]
            out[poor[0] if poor else name] += 1
            left -= 1
        for name in (GLAD, NONE):
            more = min(left, room.get(name, 0) - out.get(name, 0))
            if more > 0:
                out[name] += more
                left -= more
        return {name: n for name, n in out.items() if n}


def pick(
    reports: Iterable[Report], budget: int, arm: str = Arm.SIGNALS, seed: int = 0,
    exemplars: float = 0.2, weights: Mapping[str, float] = WEIGHTS,
) -> tuple[Pick, ...]:  # fmt: skip
    """Return which of `reports` to read; the arguments are those of `Picker`."""
    picker = Picker(budget, arm, seed, exemplars, weights)
    for report in reports:
        picker.add(report)
    return picker.picks()


def score(report: Report, weights: Mapping[str, float] = WEIGHTS) -> float:
    """Return the severities of a conversation, weighed and added up."""
    return sum(weights.get(name, 0.0) * grave for name, grave in report.severities.items())


def _dominant(report: Report, weights: Mapping[str, float]) -> str:
    """Return the category that weighs most in a conversation, or `none`."""
    told = {name: weights.get(name, 0.0) * grave for name, grave in report.severities.items()}
    order = list(WEIGHTS)
    name = min(told, key=lambda name: (-told[name], order.index(name)))
    return name if told[name] > 0 else NONE


def _told(report: Report) -> str:
    named = sorted(
        (name for name, many in report.counts.items() if many),
        key=lambda name: -WEIGHTS[name] * report.severities[name],
    )
    return ", ".join(f"{name} {report.counts[name]}" for name in named) or "no sign"


def _chance(seed: int, name: str) -> float:
    """Return a number in (0, 1) that a seed gives to a name."""
    told = hashlib.blake2b(f"{seed}\0{name}".encode("utf-8", "replace"), digest_size=8).digest()
    return (int.from_bytes(told, "big") + 0.5) / 2.0**64


GLAD, NONE = "satisfaction", "none"
LEAST = 0.01  # so that a conversation without a sign can be drawn, last
