"""Calls of tools that go round in circles: the same again, nearly the same, to and fro."""

__all__ = ["Loop", "drifts", "oscillations", "retries"]

from collections.abc import Sequence
from typing import NamedTuple

from affectory.senses.trace import Call


class Loop(NamedTuple):
    """A stretch of calls.

    Attributes:
        first: The first call of it.
        last: The last.
        names: The tools of one round.
        rounds: How often it goes round; of a drift, how many different arguments there were.
    """

    first: int
    last: int
    names: tuple[str, ...]
    rounds: int


def retries(calls: Sequence[Call], least: int = 3, *, empty: bool = True) -> list[Loop]:
    """Return runs of `least` or more calls of one tool with the same arguments.

    Args:
        calls: The calls of one conversation, in order.
        least: How many make a loop.
        empty: Whether calls without arguments count, as those that ask for a status.
    """
    return [
        Loop(first, last, (calls[first].name,), last - first + 1)
        for first, last in _runs([tuple(call) for call in calls])
        if last - first + 1 >= least and (empty or calls[first].arguments)
    ]


def drifts(calls: Sequence[Call], least: int = 3) -> list[Loop]:
    """Return runs of `least` or more calls of one tool with two arguments or more.

    One that overlaps a retry is none.
    """
    taken = {at for loop in retries(calls, least) for at in range(loop.first, loop.last + 1)}
    out = []
    for first, last in _runs([call.name for call in calls]):
        ways = len({call.arguments for call in calls[first : last + 1]})
        long = last - first + 1 >= least and ways > 1
        if long and taken.isdisjoint(range(first, last + 1)):
            out.append(Loop(first, last, (calls[first].name,), ways))
    return out


def oscillations(calls: Sequence[Call], least: int = 3, longest: int = 5) -> list[Loop]:
    """Return rounds of 2 to `longest` calls, of two tools or more, `least` times or more in a row.

    Where two overlap, the longer one is kept, and of two as long the earlier.
    """
    names = [call.name for call in calls]
    found = []
    for size in range(2, longest + 1):
        same = [a == b for a, b in zip(names, names[size:], strict=False)]
        for first, last in _runs(same):
            rounds = (last - first + 1) // size + 1
            round_ = tuple(names[first : first + size])
            if same[first] and rounds >= least and len(set(round_)) > 1:
                found.append(Loop(first, first + rounds * size - 1, round_, rounds))
    taken: set[int] = set()
    out = []
    for loop in sorted(found, key=lambda loop: (loop.first - loop.last, loop.first)):
        span = range(loop.first, loop.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            out.append(loop)
    return sorted(out)


def _runs(values: Sequence[object]) -> list[tuple[int, int]]:
    """Return first and last place of every run of equal values."""
    edges = [at for at in range(1, len(values)) if values[at] != values[at - 1]]
    ends = [*edges, len(values)]
    return [(first, end - 1) for first, end in zip([0, *edges], ends, strict=True) if end > first]
