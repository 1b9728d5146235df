"""Learning that ends when rows which are not learned from no longer gain by it."""

__all__ = ["How", "apart", "patiently"]

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from affectory.parts.blend import folds_of

T = TypeVar("T")


class How(Protocol):
    """How a network learns."""

    @property
    def rate(self) -> float:
        """Step of AdamW."""
        ...

    @property
    def decay(self) -> float:
        """Its weight decay."""
        ...

    @property
    def patience(self) -> int:
        """Epochs without a lower loss after which learning stops."""
        ...

    @property
    def epochs(self) -> int:
        """At most so many."""
        ...


def apart(group: NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Return which rows are not learned from: a tenth of the groups, or of the rows if few."""
    keys = group if len(np.unique(group)) >= 10 else np.arange(len(group))
    return np.asarray(folds_of(keys, 10, seed) == 0)


def patiently(
    torch: Any,
    how: How,
    net: Any,
    batches: Callable[[], Iterable[Any]],
    loss: Callable[[Any], Any],
    missed: Callable[[], Any],
    kept: Callable[[Any], T],
) -> T:
    """Let `net` learn by AdamW; return what is kept of it where `missed` was least.

    Args:
        torch: The module.
        how: Steps and patience.
        net: What learns.
        batches: Called once an epoch; rows between two steps.
        loss: Of some rows.
        missed: Loss of the rows that are not learned from.
        kept: What is kept of `net` as it is.
    """
    steps = torch.optim.AdamW(net.parameters(), how.rate, weight_decay=how.decay)
    least, since, best = np.inf, 0, kept(net)
    for _ in range(how.epochs):
        net.train()
        for rows in batches():
            steps.zero_grad()
            loss(rows).backward()
            steps.step()
        net.eval()
        with torch.no_grad():
            now = float(missed())
        least, since, best = (now, 0, kept(net)) if now < least else (least, since + 1, best)
        if since >= how.patience:
            break
    return best
