"""Likelihoods from what a server shows: its likeliest tokens, or the tokens it was given back.

A server shows only some likeliest tokens at a place, and not how it cuts an answer into tokens.
So an answer is walked along all shown tokens that spell it, and the likeliest way counts. Where
no way is shown to the end, nothing is guessed.
"""

__all__ = ["Seen", "Walk", "echoed", "scored", "shown"]

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from affectory.lm.model import Scored

Seen = list[tuple[str, float]]  # tokens and log-probabilities, likeliest first
Step = tuple[str, float, int]  # token, log-probability, rank


@dataclass(eq=False)
class Walk:
    """One answer on its way along the tokens that a server shows.

    Args:
        answer: The answer.
        ways: The likeliest way to each place in the answer that was reached, in characters:
            its log-probability and its steps.
    """

    answer: str
    ways: dict[int, tuple[float, tuple[Step, ...]]] = field(default_factory=lambda: {0: (0.0, ())})
    known: set[int] = field(default_factory=set)

    @property
    def whole(self) -> tuple[Step, ...] | None:
        """The likeliest way to the end so far, None where there is none."""
        way = self.ways.get(len(self.answer))
        return way[1] if way else None

    @property
    def place(self) -> int | None:
        """The first place from which a better way to the end is possible; None when done."""
        so_far = self.ways.get(len(self.answer), (-math.inf,))[0]
        left = self.ways.keys() - self.known - {len(self.answer)}
        return min((at for at in left if self.ways[at][0] > so_far), default=None)

    def step(self, seen: Seen) -> None:
        """Go on from `place` by each token that `seen` shows there."""
        at = self.place
        if at is None:
            return
        self.known.add(at)
        total, steps = self.ways[at]
        for rank, (token, logp) in enumerate(seen):
            if token and self.answer.startswith(token, at):
                end = at + len(token)
                if total + logp > self.ways.get(end, (-math.inf,))[0]:
                    self.ways[end] = (total + logp, (*steps, (token, logp, rank)))


def shown(choice: Mapping[str, Any]) -> Seen | None:
    """Return the likeliest first tokens of a choice, None where the server shows none."""
    told = choice.get("logprobs") or {}
    if told.get("content"):  # chat, and servers that answer everything as chat
        pairs = [(one["token"], one["logprob"]) for one in told["content"][0]["top_logprobs"]]
    elif told.get("top_logprobs"):  # completions
        pairs = list(told["top_logprobs"][0].items())
    else:
        return None
    return sorted(((str(t), float(p)) for t, p in pairs), key=lambda pair: -pair[1])


def echoed(choice: Mapping[str, Any], text: str) -> list[tuple[int, *Step]] | None:
    """Return the end of each token of `text` that was echoed, in characters, and its step.

    A token's rank is that among the tokens that the server shows; where it is not shown, their
    number.

    Returns:
        None where the server did not give `text` back with its likelihoods.
    """
    told = choice.get("logprobs") or {}
    given = told.get("token_logprobs")
    if not given or not str(choice.get("text", "")).startswith(text):
        return None
    tops = told.get("top_logprobs") or [None] * len(given)
    ends = [*told["text_offset"][1:], len(str(choice["text"]))]
    rows = zip(told["tokens"], given, told["text_offset"], ends, tops, strict=True)
    return [
        (end, token, float(logp), sum(other > logp for other in (top or {}).values()))
        for token, logp, start, end, top in rows
        if logp is not None and start < len(text)
    ]


def scored(steps: Sequence[Step]) -> Scored:
    """Return steps as arrays."""
    return Scored(
        tuple(token for token, _, _ in steps),
        np.array([logp for _, logp, _ in steps], dtype=np.float32),
        np.array([rank for _, _, rank in steps], dtype=np.int32),
    )
