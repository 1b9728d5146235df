"""Likelihoods from what a server shows: its likeliest tokens, or the tokens it was given back.

A server shows only some likeliest tokens at a place. An answer is walked along them: at each
place the longest shown token that the answer goes on with. Where none fits, nothing is guessed.
"""

__all__ = ["Seen", "Walk", "echoed", "scored", "shown"]

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
    """

    answer: str
    steps: list[Step] = field(default_factory=list)
    behind: str = ""

    @property
    def done(self) -> bool:
        """Whether the whole answer is walked."""
        return self.behind == self.answer

    def step(self, seen: Seen) -> bool:
        """Go on by one token; return whether one was there.

        At the beginning a token may have a space before it that the answer lacks.
        """
        rest = self.answer[len(self.behind) :]
        fits = [
            (len(piece), -rank, token, logp, piece)
            for rank, (token, logp) in enumerate(seen)
            for piece in {token, token if self.behind else token.lstrip()}
            if piece and rest.startswith(piece)
        ]
        if not fits:
            return False
        _, rank, token, logp, piece = max(fits)
        self.steps.append((token, logp, -rank))
        self.behind += piece
        return True


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
