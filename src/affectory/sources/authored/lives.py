"""Simulated lives with a planted rule: nobody lived them, and what they teach is known.

Three years of dated events: jobs with a branch and an income, moves, moods, and six kinds of plain
events of one and the same rate. Where `EVENT_alpha` comes within 90 days after an `EVENT_beta`, the
odds of the outcome in the time that follows are five times what they are otherwise; nothing else
matters, neither how often events come nor how old a person is. Rates are *ours*.
"""

__all__ = ["CUT", "FIRST", "ODDS", "SECOND", "WITHIN", "SimulatedLives", "simulated_lives"]

import json
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.records import Channel, Clock, Records

Floats = NDArray[np.float64]
CUT = 16_436.0  # 2015-01-01: what is known ends here, the outcome lies behind
SPAN = 3 * 365.25
KINDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
FIRST, SECOND = "EVENT_beta", "EVENT_alpha"
WITHIN, ODDS, USUAL = 90.0, 5.0, 0.2
RATE = 0.85  # of each kind, a year
JOBS, CITIES, MOODS = 12, 8, ("low", "calm", "glad")


class SimulatedLives(NamedTuple):
    """What was simulated of n persons.

    Attributes:
        records: Their events; the first of each is the birth, with what stays the same.
        persons: Names. Length n.
        happened: Whether the outcome came. Shape (n,).
        held: Whether the rule held. Shape (n,).
        chance: The true probability of the outcome. Shape (n,).
        pairs: `seq` of the two events of every pair that met the rule, by person.
    """

    records: Records
    persons: tuple[str, ...]
    happened: NDArray[np.bool_]
    held: NDArray[np.bool_]
    chance: Floats
    pairs: dict[str, list[tuple[int, int]]]


def simulated_lives(people: int, seed: int = 0) -> SimulatedLives:
    """Return the lives of so many simulated persons.

    Args:
        people: How many.
        seed: Seed of all chance.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, int, float, str, str | None]] = []
    held, pairs = np.zeros(people, bool), {}
    names = tuple(f"simulated-{at}" for at in range(people))
    for at, name in enumerate(names):
        own = sorted(_life(rng))
        own.insert(0, (CUT - 365.25 * rng.uniform(30, 60), f"SEX_{rng.choice(['f', 'm'])}", None))
        rows += [(name, seq, *event) for seq, event in enumerate(own)]
        pairs[name] = _pairs(own)
        held[at] = bool(pairs[name])
    odds = USUAL / (1 - USUAL) * np.where(held, ODDS, 1.0)
    chance = odds / (1 + odds)
    frame = pl.DataFrame(
        rows, schema=["session", "seq", "start", "text", "meta"], orient="row",
        schema_overrides={"meta": pl.String},
    ).with_columns(actor="session", channel=pl.lit(Channel.LIFE.value))  # fmt: skip
    happened = rng.random(people) < chance
    return SimulatedLives(Records(frame, Clock.DAYS), names, happened, held, chance, pairs)


def _life(rng: np.random.Generator) -> list[tuple[float, str, str | None]]:
    """Return day, tokens and amounts of one person's events, in no order."""
    years, begin = SPAN / 365.25, CUT - SPAN
    out: list[tuple[float, str, str | None]] = []
    for kind in KINDS:
        days = begin + SPAN * rng.random(rng.poisson(RATE * years))
        out += [(float(day), f"EVENT_{kind}", None) for day in days]
    job, city = int(rng.integers(JOBS)), int(rng.integers(CITIES))
    for day in np.sort(begin + SPAN * rng.random(rng.poisson(0.8 * years))):
        job = job if rng.random() < 0.7 else int(rng.integers(JOBS))
        income = float(np.exp(9.8 + 0.08 * job + 0.2 * rng.normal()))
        text = f"JOB_{job} BRANCH_{job // 3}"
        out.append((float(day), text, json.dumps({"income": round(income)})))
    for day in np.sort(begin + SPAN * rng.random(rng.poisson(0.2 * years))):
        city = (city + int(rng.choice([1, 7]))) % CITIES  # to a neighbour
        out.append((float(day), f"MOVE CITY_{city}", None))
    level = 1
    for day in np.sort(begin + SPAN * rng.random(rng.poisson(0.8 * years))):
        level = int(np.clip(level + rng.integers(-1, 2), 0, 2))
        out.append((float(day), f"MOOD_{MOODS[level]}", None))
    return out


def _pairs(own: list[tuple[float, str, str | None]]) -> list[tuple[int, int]]:
    first = [(seq, day) for seq, (day, text, _) in enumerate(own) if text == FIRST]
    second = [(seq, day) for seq, (day, text, _) in enumerate(own) if text == SECOND]
    return [(a, b) for a, then in first for b, now in second if 0 < now - then <= WITHIN]
