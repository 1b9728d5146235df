"""The net that reads lives: hidden tokens are told first, then whether an outcome came.

An encoder of `parts.events` (ReZero, centred tokens, near and far heads) under three read-outs:
hidden tokens by the token embeddings, whether the order of events is the true one (SOP), and one
outcome, to whose log-odds each token adds its part (the paper pools by attention; a part that is
not shared among seventy tokens is learned from fewer lives).
"""

__all__ = ["LifeNet", "Size"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.forecast.lives.reading import Batch
from affectory.parts.events import Events, Shape

SEGMENTS = 4
SOP_WEIGHTS = (1 / 0.9, 1 / 0.1, 1 / 0.1)
SMOOTH = 0.1
SHARE = 0.125  # of a token's part, so that the sum of many begins small


@dataclass(frozen=True)
class Size:
    """How large the net is: as the paper's, an order smaller.

    Args:
        d: Width.
        layers: Blocks.
        heads: Attention heads.
        local: So many of them look at near neighbours alone.
        drop: Dropout.
    """

    d: int = 64
    layers: int = 2
    heads: int = 4
    local: int = 2
    drop: float = 0.1


class LifeNet:
    """A net over a vocabulary of `words` tokens; `module` holds what it learns."""

    def __init__(self, words: int, size: Size, seed: int = 0) -> None:
        shape = Shape((words, SEGMENTS), times=2, causal=False, rezero=True, centred=True,
                      grain=1.0, **asdict(size))  # fmt: skip
        self.events = Events(shape, seed)
        self.torch = torch = self.events.torch
        nn = torch.nn
        self.module = nn.ModuleDict(
            {
                "events": self.events.module,
                "told": nn.Linear(size.d, size.d),
                "norm": nn.LayerNorm(size.d),
                "order": nn.Linear(size.d, 3),
                "weigh": nn.Linear(size.d, size.d),
                "out": nn.Linear(size.d, 1),
            }
        )
        nn.init.zeros_(self.module["out"].weight)
        self.module.register_parameter("usual", nn.Parameter(torch.zeros(1)))

    def states(self, batch: Batch) -> Any:
        """Return the state of each token. Shape (b, t, d)."""
        return self.events(batch.codes, batch.times, batch.days, batch.seen)

    def hidden_loss(self, batch: Batch, truth: Any, hidden: Any, order: Any) -> Any:
        """Return .8 of the loss of hidden tokens and .2 of that of the order of events.

        Args:
            batch: Documents with hidden tokens.
            truth: The tokens as they were. Shape (b, t).
            hidden: Which of them count. Shape (b, t).
            order: 0 true, 1 reversed, 2 shuffled. Shape (b,).
        """
        own, states = self.torch.nn.functional, self.states(batch)
        tokens = own.cross_entropy(self.hidden_odds(states[hidden]), truth[hidden])
        weight = self.torch.tensor(SOP_WEIGHTS)
        said = self.module["order"](states[:, 0])
        sop = own.cross_entropy(said, order, weight=weight, label_smoothing=SMOOTH)
        return 0.8 * tokens + 0.2 * sop

    def hidden_odds(self, states: Any) -> Any:
        """Return the logit of each token behind states. Shape (..., d) -> (..., v)."""
        told = self.torch.nn.functional.silu(self.module["told"](states))
        return self.events.scores(self.module["norm"](told))

    def parts(self, states: Any, seen: Any) -> Any:
        """Return what each token adds to the log-odds. Shape (b, t)."""
        told = self.torch.nn.functional.silu(self.module["weigh"](states))
        return SHARE * self.module["out"](told)[..., 0] * seen

    def outcome(self, batch: Batch) -> Any:
        """Return the log-odds of the outcome: what is usual, and what tokens add. Shape (b,)."""
        return self.module.usual + self.parts(self.states(batch), batch.seen).sum(1)

    def outcome_loss(self, batch: Batch, happened: Any, penalty: float) -> Any:
        """Return the mean log loss; that of persons without the outcome counts `penalty`."""
        own = self.torch.nn.functional
        each = own.binary_cross_entropy_with_logits(
            self.outcome(batch), happened.float(), reduction="none"
        )
        weight = self.torch.where(happened, 1.0, penalty)
        return (each * weight).sum() / weight.sum()

    def saliency(self, batch: Batch) -> Any:
        """Return by how much each token moves the log-odds: gradient times embedding. (b, t)."""
        torch = self.torch
        embedded = self.events.embed(batch.codes, batch.times).detach().requires_grad_()
        states = self.events.states(embedded, batch.days, batch.seen)
        out = self.parts(states, batch.seen).sum()
        (slope,) = torch.autograd.grad(out, embedded)
        return (slope * embedded).sum(-1).detach()

    def read(self, arrays: Mapping[str, NDArray[Any]]) -> "LifeNet":
        """Return the net itself, with `arrays` for weights, not learning."""
        torch = self.torch
        state = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
        self.module.load_state_dict(state)
        self.module.eval()
        return self

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what `read` takes."""
        state = self.module.state_dict()
        return {name: value.detach().numpy().copy() for name, value in state.items()}

    def tokens(self) -> NDArray[np.float64]:
        """Return the vector of each token. Shape (v, d)."""
        return np.asarray(self.events.tokens().detach().numpy(), np.float64)
