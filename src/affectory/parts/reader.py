"""A bag with its calibrated read-outs: sums of rows in, states in four forms out."""

__all__ = ["Reader", "Reading"]

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from affectory.parts.bag import Bag, padded
from affectory.parts.heads import Flags, Reals, Shares

Floats = NDArray[np.float32]
Values = tuple[Floats, Floats]  # values and spreads, shaped alike
HEADS = {"flags": Flags, "families": Shares, "poles": Shares, "reals": Reals}


class Reading(NamedTuple):
    """Values and spreads in each form, n rows."""

    flags: Values
    families: Values
    poles: Values
    reals: Values


@dataclass(frozen=True)
class Reader:
    """All that was learned.

    The bag's outputs are first the logits of the flags, then the reals.

    Args:
        bag: From keys to raw scores.
        flags: Independent probabilities.
        families: Shares of groups of flags.
        poles: Shares of other groups of flags.
        reals: Bounded numbers.
        note: Where it comes from: data, recipe, seed, figures on the development set.
    """

    bag: Bag
    flags: Flags
    families: Shares
    poles: Shares
    reals: Reals
    note: Mapping[str, Any]

    def read(self, raw: Floats, known: NDArray[np.int64], trust: Floats) -> Reading:
        """Return the states that raw scores stand for.

        Args:
            raw: What the bag gives. Shape (n, f + r).
            known: How many known keys each row has. Shape (n,).
            trust: How far each row is to be believed, in [0, 1]. Shape (n,).
        """
        n, f = len(raw), len(self.flags.gain)
        raw, known, trust = padded(raw), padded(known), padded(trust)
        flags = self.flags.read(raw[:, :f], trust)
        told = (
            flags,
            self.families.read(flags[0], trust),
            self.poles.read(flags[0], trust),
            self.reals.read(raw[:, f:], known, trust),
        )
        return Reading(*((value[:n], spread[:n]) for value, spread in told))

    def refit(self, head: str, raw: Floats, known: NDArray[np.int64], truth: NDArray[Any]) -> Self:
        """Return a copy with one read-out fitted to what raters said.

        Args:
            head: "flags", "families", "poles" or "reals".
            raw: What the bag gives. Shape (n, f + r).
            known: How many known keys each row has. Shape (n,).
            truth: One state a row. Shape (n, k).
        """
        f = len(self.flags.gain)
        if head == "flags":
            return replace(self, flags=Flags.fit(raw[:, :f], truth))
        if head == "reals":
            return replace(self, reals=Reals.fit(raw[:, f:], known, truth))
        p, _ = self.flags.read(raw[:, :f], np.ones(len(raw), np.float32))
        fitted = Shares.fit(p, truth, getattr(self, head).member)
        return replace(self, families=fitted) if head == "families" else replace(self, poles=fitted)

    @classmethod
    def fresh(cls, bag: Bag, families: NDArray[Any], poles: NDArray[Any]) -> Self:
        """Return `bag` with read-outs that were not fitted yet.

        Args:
            bag: With outputs for f flags, then for reals.
            families: Which flag belongs to which family, 0 or 1. Shape (f, k).
            poles: Which flag belongs to which pole, 0 or 1. Shape (f, k).
        """
        f = len(families)
        one, none = np.ones(f, np.float32), np.zeros(f, np.float32)
        flags = Flags(one, none, none + 0.5, one)
        groups = [
            Shares(member.astype(np.float32), *(np.ones(member.shape[1], np.float32),) * 4)
            for member in (families, poles)
        ]
        r = np.ones(len(bag.bias) - f, np.float32)
        reals = Reals(r, 0 * r, 0 * r, np.zeros((3, len(r)), np.float32), np.ones((), np.float32))
        return cls(bag, flags, groups[0], groups[1], reals, {})

    def arrays(self, beside: Mapping[str, NDArray[Any]] | None = None) -> dict[str, NDArray[Any]]:
        """Return everything as arrays by name, for `core.shelf`.

        Args:
            beside: Arrays to take instead of the bag, which then has a file of its own.
        """
        out = dict(self.bag.tensors() if beside is None else beside)
        for name in HEADS:
            head = getattr(self, name)
            out |= {f"{name}.{part.name}": getattr(head, part.name) for part in fields(head)}
        return out

    @classmethod
    def of(
        cls, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any], bag: Bag | None = None
    ) -> Self:
        """Return the reader that gave `arrays`.

        Args:
            arrays: What `arrays` gave.
            note: Where it comes from.
            bag: The bag, where it has a file of its own.

        Raises:
            KeyError: if an array is missing.
        """
        heads = {name: _head(name, kind, arrays) for name, kind in HEADS.items()}
        return cls(bag=bag or Bag.of(arrays), **heads, note=note)


def _head(name: str, kind: Any, tensors: Mapping[str, NDArray[Any]]) -> Any:
    return kind(**{part.name: tensors[f"{name}.{part.name}"] for part in fields(kind)})
