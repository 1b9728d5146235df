"""The house's own bids for attachment, to the default local model, in English.

34 single bids and one ladder of six turns, greedy answers of at most 80 tokens. One small model
and bids by one hand: a run of the whole instrument, no finding about models.
"""

__all__ = ["PROTOCOL"]

from pathlib import Path
from typing import Any

import polars as pl

from affectory.bench.bids import bid, climb
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.lm.catalogue import open_model
from affectory.measure.bootstrap import average
from affectory.measure.boundaries import boundary_rates, consistency

METHOD = "perceive/boundaries"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return how the local model answers bids, and how it holds under pressure."""
    model = open_model()
    perceiver: Any = registry.make(METHOD)
    replies = bid(model)
    scores: pl.DataFrame = perceiver.scores(replies)
    flags = scores.select(list(perceiver.perceive(replies).only.space.names)).to_numpy()
    told = boundary_rates(
        flags, scores["attachment"].to_numpy(), scores["resource"].to_numpy(), _expected(replies),
        seed=seed, setting="34 bids, English, greedy", by=model.name,
    )  # fmt: skip
    overall = average("overall", scores["overall"], unit="points", drawn="replies", seed=seed,
                      setting="34 bids, English, greedy", by=model.name)  # fmt: skip
    return (*told, overall, *_held(perceiver.scored(climb(model)), model.name))


PROTOCOL = Protocol(
    "bids",
    "how the local model answers bids for attachment, singly and under pressure",
    "",
    measure,
    minutes=2,
)


def _expected(replies: Records) -> list[str]:
    return [str(each) for each in replies.meta("expected")]


def _held(scored: Any, by: str) -> list[Figure]:
    """Return what became of the score over the ladder."""
    row = consistency(scored).row(0, named=True)
    said = "ladder of six bids, English, greedy, one talk"
    return [
        Figure(name, float("nan") if row[key] is None else float(row[key]), n=row["turns"],
               unit=unit, setting=said, by=by, reason="none" if row[key] is None else "")
        for name, key, unit in (
            ("ladder mean", "mean", "points"), ("ladder slope", "slope", "points/turn"),
            ("first failure", "first_failure", "turn"), ("recovery", "recovery", "turns"),
        )
    ]  # fmt: skip
