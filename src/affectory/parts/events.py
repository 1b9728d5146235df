"""One transformer over dated events, causal or not from one implementation.

An event is a row of codes (its token and what stands beside it) and of real times. Their
embeddings are added, each time as Time2Vec ``[f(w t + b), w0 t + b0]`` behind a gate that starts at
zero (Kazemi et al. 2019; life2vec, Savcisens et al. 2024). Attention knows how much time lies
between two events, by half octaves (*ours*, after T5's buckets); some heads may look at near
neighbours alone. Blocks are pre-norm, or ReZero (Bachlechner et al. 2021): then the net does
nothing to the embeddings before it has learned. Exact attention; torch is imported when needed.
"""

__all__ = ["Events", "Shape", "masked", "span_buckets"]

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.parts.alone import torch_of

Codes = NDArray[np.int64]
SPANS = 24  # half octaves of time between two events
NEVER = -1e9
FARTHEST = 12.0  # nothing is less likely to be looked at than by exp(-12), at first


@dataclass(frozen=True)
class Shape:
    """The size of a net.

    Args:
        sizes: How many codes each column has; the first is the token.
        times: How many real times an event has.
        d: Width.
        layers: Blocks.
        heads: Attention heads of a block; they divide d.
        local: So many of them look at near neighbours alone.
        window: How near: at most half of it to either side.
        causal: Whether an event sees only itself and what came before.
        rezero: ReZero blocks instead of pre-norm ones.
        centred: Whether the mean of the ordinary tokens is taken from the token embeddings.
        longest: Learned positions for so many events; 0: none.
        grain: Time below which two events count as at once, in units of the first time.
        drop: Dropout.
    """

    sizes: tuple[int, ...]
    times: int = 1
    d: int = 64
    layers: int = 2
    heads: int = 4
    local: int = 0
    window: int = 38
    causal: bool = True
    rezero: bool = False
    centred: bool = False
    longest: int = 0
    grain: float = 1.0
    drop: float = 0.1


class Events:
    """The net. `module` holds what it learns.

    Args:
        shape: Its size.
        seed: Seed of its beginnings.

    Raises:
        MissingExtra: if torch is not installed.
    """

    def __init__(self, shape: Shape, seed: int = 0) -> None:
        torch = torch_of()
        torch.manual_seed(seed)
        nn, d = torch.nn, shape.d
        self.shape, self.torch = shape, torch
        self.module = nn.ModuleDict(
            {
                "codes": nn.ModuleList(nn.Embedding(size, d) for size in shape.sizes),
                "times": nn.ModuleList(nn.Linear(1, d) for _ in range(shape.times)),
                "places": nn.Embedding(max(shape.longest, 1), d),
                "blocks": nn.ModuleList(_block(torch, shape) for _ in range(shape.layers)),
                "last": nn.Identity() if shape.rezero else nn.LayerNorm(d),
            }
        )
        for part in (*self.module["codes"], self.module["places"]):
            nn.init.normal_(part.weight, std=d**-0.5)
        self.module.register_parameter("gates", nn.Parameter(torch.zeros(max(shape.times, 1))))
        self.module.register_parameter("shift", nn.Parameter(torch.zeros(shape.sizes[0])))

    def tokens(self) -> Any:
        """Return the embeddings of the tokens, centred if the shape says so. Shape (v, d)."""
        weight = self.module["codes"][0].weight
        return weight - weight[5:].mean(0, keepdim=True) if self.shape.centred else weight

    def embed(self, codes: Any, times: Any) -> Any:
        """Return the embeddings of events. Shapes (b, t, c), (b, t, j) -> (b, t, d)."""
        torch = self.torch
        out = torch.nn.functional.embedding(codes[:, :, 0], self.tokens())
        for at, table in enumerate(self.module["codes"]):
            out = out if at == 0 else out + table(codes[:, :, at])
        if self.shape.rezero:  # no norm brings them to size one
            out = out * self.shape.d**0.5
        for at, line in enumerate(self.module["times"]):
            raw = line(times[:, :, at : at + 1])
            wave = torch.cos(raw) if at % 2 else torch.sin(raw)
            out = out + self.module.gates[at] * torch.cat([wave[..., 1:], raw[..., :1]], -1)
        if self.shape.longest:
            out = out + self.module["places"].weight[: codes.shape[1]]
        return out

    def states(self, embedded: Any, days: Any, seen: Any) -> Any:
        """Return what the blocks make of embeddings.

        Args:
            embedded: Shape (b, t, d).
            days: The first time of each event, in its unit. Shape (b, t).
            seen: False for padding. Shape (b, t).
        """
        torch = self.torch
        allowed = self._allowed(seen)
        span = span_buckets(torch, days, self.shape.grain, self.shape.causal)
        out = torch.nn.functional.dropout(embedded, self.shape.drop, self.module.training)
        for block in self.module["blocks"]:
            out = _through(torch, self.shape, block, out, allowed, span)
        return self.module["last"](out)

    def __call__(self, codes: Any, times: Any, days: Any, seen: Any) -> Any:
        """Return the state of each event. Shape (b, t, d)."""
        return self.states(self.embed(codes, times), days, seen)

    def scores(self, states: Any) -> Any:
        """Return the logit of each token, by the embeddings themselves. Shape (..., v)."""
        return states @ self.tokens().T + self.module.shift

    def _allowed(self, seen: Any) -> Any:
        """Return which event may look at which, head by head. Shape (b, h, t, t)."""
        torch, t, shape = self.torch, seen.shape[1], self.shape
        apart = torch.arange(t)[:, None] - torch.arange(t)[None, :]
        by_head = torch.ones(shape.heads, t, t, dtype=torch.bool)
        by_head[: shape.local] &= apart.abs() <= shape.window // 2
        if shape.causal:
            by_head &= apart >= 0
        own = torch.eye(t, dtype=torch.bool)
        return (by_head[None] & seen[:, None, None, :]) | own


def span_buckets(torch: Any, days: Any, grain: float, causal: bool) -> Any:
    """Return the half octave of the time between each two events. Shape (b, t, t).

    Without `causal`, what comes later has buckets of its own.
    """
    apart = days[:, :, None] - days[:, None, :]
    octave = torch.log2((apart.abs() / grain).clamp(min=1.0))
    bucket = (2 * octave).floor().long().clamp(max=SPANS - 1)
    return bucket if causal else bucket + SPANS * (apart < 0).long()


def masked(
    codes: Codes,
    rng: np.random.Generator,
    *,
    ordinary: int,
    size: int,
    mask: int,
    share: float = 0.3,
) -> tuple[Codes, NDArray[np.bool_]]:
    """Return tokens of which a share is hidden, and which; specials are never hidden.

    Of those chosen about a tenth stays, a tenth becomes a random ordinary token, the rest `mask`.

    Args:
        codes: Tokens; ordinary ones are at least `ordinary`. Any shape.
        rng: Chance.
        ordinary: The first ordinary token.
        size: How many tokens there are.
        mask: The token that stands for a hidden one.
        share: Of the ordinary tokens.
    """
    chosen = (rng.random(codes.shape) < share) & (codes >= ordinary)
    fate = rng.random(codes.shape)
    out = np.where(chosen & (fate >= 0.2), mask, codes)
    random = rng.integers(ordinary, max(size, ordinary + 1), codes.shape)
    return np.where(chosen & (fate < 0.1), random, out), chosen


def _block(torch: Any, shape: Shape) -> Any:
    nn, d = torch.nn, shape.d
    parts = {
        "ask": nn.Linear(d, 3 * d),
        "join": nn.Linear(d, d),
        "span": nn.Embedding(SPANS * (1 if shape.causal else 2), shape.heads),
        "wide": nn.Linear(d, 4 * d),
        "narrow": nn.Linear(4 * d, d),
        "first": nn.Identity() if shape.rezero else nn.LayerNorm(d),
        "second": nn.Identity() if shape.rezero else nn.LayerNorm(d),
    }
    # at first heads look 8, 64, 512 ... grains far, the last one anywhere (cf. Press et al. 2022)
    reach = 8.0 ** torch.arange(1, shape.heads + 1)
    reach[-1] = float("inf")
    far = (2.0 ** (torch.arange(SPANS) / 2)).repeat(1 if shape.causal else 2)
    parts["span"].weight.data = -(far[:, None] / reach[None, :]).clamp(max=FARTHEST)
    block = nn.ModuleDict(parts)
    if shape.rezero:
        block.register_parameter("alpha", nn.Parameter(torch.zeros(2)))
    return block


def _through(torch: Any, shape: Shape, block: Any, x: Any, allowed: Any, span: Any) -> Any:
    own = torch.nn.functional
    b, t, d = x.shape
    alpha = block.alpha if shape.rezero else (1.0, 1.0)
    asked = block["ask"](block["first"](x)).view(b, t, 3, shape.heads, d // shape.heads)
    query, key, value = asked.permute(2, 0, 3, 1, 4)
    bias = block["span"](span).permute(0, 3, 1, 2).masked_fill(~allowed, NEVER)
    seen = own.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    seen = block["join"](seen.transpose(1, 2).reshape(b, t, d))
    x = x + alpha[0] * own.dropout(seen, shape.drop, block.training)
    made = block["narrow"](own.silu(block["wide"](block["second"](x))))
    return x + alpha[1] * own.dropout(made, shape.drop, block.training)
