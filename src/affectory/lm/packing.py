"""Many answers in one reading: tokens of several questions side by side, each blind to the rest.

A prompt is a stem; its answers are branches. All stems and branches of a pack are laid out in
one row, and a mask lets each token see the shared prefix, its own stem and its own branch only,
at the positions that it would have alone. So nothing is padded, no cache is copied per answer,
and what an answer scores does not depend on its neighbours.
"""

__all__ = ["LEAST", "Pack", "Question", "packs", "shared"]

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
LEAST = 8  # tokens of a shared prefix that are worth a cache


class Question(NamedTuple):
    """The tokens of one prompt, without the shared prefix, and of its answers.

    Attributes:
        stem: What only this prompt says; at least one token.
        answers: The answers.
    """

    stem: Sequence[int]
    answers: Sequence[Sequence[int]]

    @property
    def size(self) -> int:
        """Tokens that must be read: the last one of an answer only is scored."""
        return len(self.stem) + sum(max(len(answer) - 1, 0) for answer in self.answers)


class Pack(NamedTuple):
    """Questions laid out in one row of t tokens, after a prefix of p.

    Attributes:
        tokens: The row. Shape (t,).
        positions: Where each token would stand alone. Shape (t,).
        sees: Which tokens each sees, prefix first. Shape (t, p + t).
        asked: For each token to score, the place in the row that foretells it. Shape (m,).
        wanted: The tokens to score, answer after answer. Shape (m,).
    """

    tokens: Ints
    positions: Ints
    sees: Bools
    asked: Ints
    wanted: Ints

    def near(self, prefix: int, window: int) -> Bools:
        """Return `sees` for blocks in which a token sees only `window` positions back."""
        keys = np.concatenate([np.arange(prefix), self.positions])
        near: Bools = self.sees & (self.positions[:, None] - keys[None, :] < window)
        return near


def shared(rows: Sequence[Sequence[int]]) -> int:
    """Return how many tokens all rows begin with, leaving at least one to each."""
    low, high = min(map(tuple, rows)), max(map(tuple, rows))
    pairs = enumerate(zip(low, high, strict=False))
    same = next((at for at, (one, other) in pairs if one != other), len(low))
    return min(same, min(map(len, rows)) - 1)


def packs(
    questions: Sequence[Question], prefix: int, budget: int
) -> Iterator[tuple[list[int], Pack]]:
    """Yield packs of at most `budget` tokens (one question may be longer), with who is in them."""
    held: list[int] = []
    size = 0
    for number, question in enumerate(questions):
        if held and size + question.size > budget:
            yield held, _laid([questions[each] for each in held], prefix)
            held, size = [], 0
        held.append(number)
        size += question.size
    if held:
        yield held, _laid([questions[each] for each in held], prefix)


def _laid(questions: Sequence[Question], prefix: int) -> Pack:
    tokens: list[int] = []
    positions: list[int] = []
    asked: list[int] = []
    wanted: list[int] = []
    total = sum(question.size for question in questions)
    sees = np.zeros((total, prefix + total), dtype=bool)
    sees[:, :prefix] = True
    for stem, answers in questions:
        root, width = len(tokens), len(stem)
        tokens += stem
        positions += range(prefix, prefix + width)
        _open(sees, prefix, root, width)
        for answer in answers:
            at, read = len(tokens), max(len(answer) - 1, 0)
            tokens += answer[:read]
            positions += range(prefix + width, prefix + width + read)
            sees[at : at + read, prefix + root : prefix + root + width] = True
            _open(sees, prefix, at, read)
            asked += [root + width - 1, *range(at, at + read)][: len(answer)]
            wanted += answer
    row = [np.array(each, dtype=np.int64) for each in (tokens, positions, asked, wanted)]
    return Pack(row[0], row[1], sees, row[2], row[3])


def _open(sees: Bools, prefix: int, at: int, width: int) -> None:
    block = np.tril(np.ones((width, width), dtype=bool))
    sees[at : at + width, prefix + at : prefix + at + width] = block
