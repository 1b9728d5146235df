"""What a run of paid calls may spend, and what it has spent.

A call is let through only if the most it can cost still fits under every cap, beside the most
that the calls under way can cost; so a cap holds however many calls run at once.
"""

__all__ = ["Caps", "Ledger", "Prices", "Usage"]

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Condition
from typing import NamedTuple

from affectory.core.errors import BadChoice, CapReached


class Prices(NamedTuple):
    """What a million tokens cost.

    Attributes:
        asked: Per million tokens of questions.
        said: Per million tokens of answers.
    """

    asked: float = 0.0
    said: float = 0.0

    def of(self, asked: int, said: int) -> float:
        """Return what so many tokens cost."""
        return (asked * self.asked + said * self.said) / 1e6


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that a run may use; infinity where nothing is said.

    Args:
        calls: Answers paid for.
        tokens: Tokens of questions and answers together.
        cost: Money, in the currency of the prices.
    """

    calls: float = math.inf
    tokens: float = math.inf
    cost: float = math.inf


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used.

    Args:
        calls: Answers that a server gave.
        cached: Answers that were there already.
        asked: Tokens of the questions that were paid for.
        said: Tokens of their answers.
        cost: What they cost, in the currency of the prices.
    """

    calls: int = 0
    cached: int = 0
    asked: int = 0
    said: int = 0
    cost: float = 0.0

    def __str__(self) -> str:
        """Return the usage as one short line."""
        return (
            f"{self.calls:,} calls, {self.cached:,} from the cache, {self.asked:,} tokens asked, "
            f"{self.said:,} said, cost {self.cost:.4f}"
        )


@dataclass(eq=False)
class Ledger:
    """Count calls of many threads, and stop them at the caps.

    Args:
        caps: The most that may be used.
        prices: What tokens cost.
        before: What the run used in earlier processes; counts toward the caps.

    Raises:
        BadChoice: if cost is capped and there are no prices.
    """

    caps: Caps = field(default_factory=Caps)
    prices: Prices = field(default_factory=Prices)
    before: Usage = field(default_factory=Usage)

    def __post_init__(self) -> None:
        """Begin at nothing."""
        if self.caps.cost < math.inf and not any(self.prices):
            raise BadChoice("prices", tuple(self.prices), "prices above 0 where cost is capped")
        self.usage = Usage()
        self._under_way: list[Usage] = []
        self._changed = Condition()

    def found(self) -> None:
        """Count an answer that was there already."""
        with self._changed:
            self.usage = replace(self.usage, cached=self.usage.cached + 1)

    @contextmanager
    def call(self, asked: int, said: int) -> Iterator[list[Usage]]:
        """Let one call through that takes at most so many tokens; its bill goes on the list.

        Waits where the call may yet fit once those under way are billed.

        Raises:
            CapReached: if it cannot fit.
        """
        most = self.bill(asked, said)
        with self._changed:
            self._changed.wait_for(lambda: self._fits(most) or not self._under_way)
            if not self._fits(most):
                self._refuse(most)
            self._under_way.append(most)
        bills: list[Usage] = []
        try:
            yield bills
        finally:
            with self._changed:
                self._under_way.remove(most)
                for bill in bills:
                    self.usage = _sum(self.usage, bill)
                self._changed.notify_all()

    def bill(self, asked: int, said: int) -> Usage:
        """Return the usage of one call."""
        return Usage(1, 0, asked, said, self.prices.of(asked, said))

    def _fits(self, most: Usage) -> bool:
        total = _sum(self.before, self.usage, *self._under_way, most)
        return all(used <= cap for _, used, cap in self._against(total))

    def _refuse(self, most: Usage) -> None:
        total = _sum(self.before, self.usage)
        for what, used, cap in self._against(_sum(total, most)):
            if used > cap:
                now = next(n for name, n, _ in self._against(total) if name == what)
                ahead = "" if what == "calls" else f" (the next call may take {used - now:g} more)"
                raise CapReached(f"{what}{ahead}", f"{now:g}", f"{cap:g}")

    def _against(self, used: Usage) -> tuple[tuple[str, float, float], ...]:
        return (
            ("calls", used.calls, self.caps.calls),
            ("tokens", used.asked + used.said, self.caps.tokens),
            ("of money", used.cost, self.caps.cost),
        )


def _sum(*uses: Usage) -> Usage:
    return Usage(
        sum(one.calls for one in uses),
        sum(one.cached for one in uses),
        sum(one.asked for one in uses),
        sum(one.said for one in uses),
        math.fsum(one.cost for one in uses),
    )
