"""A small world of conversations, made here because this room has no method of its own."""

import numpy as np
import polars as pl
import pytest

from affectory.core.records import Clock, Records
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.represent.vocabularies import EKMAN7N, VAD

WORDS = (
    "I barely slept and everything feels heavy today.",
    "That sounds really hard. What was on your mind?",
    "The same thing as always. I keep thinking I failed them.",
    "You did what you could with what you had.",
    "Maybe. My sister called yesterday and that was nice.",
    "What did you enjoy about it?",
    "She made me laugh, for the first time in weeks.",
    "I can hear a bit of warmth in your voice.",
)


def world(sessions: int = 2, turns: int = 24, lost: float = 0.1) -> tuple[Records, States]:
    """Return conversations of ann and bo, and states that drift up, `lost` of them missing."""
    rng = np.random.default_rng(3)
    n = sessions * turns
    at = np.tile(np.arange(turns), sessions)
    name = np.repeat([f"talk-{k + 1}" for k in range(sessions)], turns)
    actor = np.where(at % 2 == 0, "ann", "bo")
    text = [WORDS[k % len(WORDS)] for k in at]
    records = Records(
        pl.DataFrame(
            {"session": name, "seq": at, "actor": actor, "start": at * 11.0, "text": text}
        ),
        Clock.SECONDS,
    )
    lift = np.repeat(rng.uniform(-0.6, 0.9, sessions), turns)
    drift = -0.4 + lift * at / turns + np.where(actor == "bo", 0.4, 0.0)
    valence = np.clip(drift + 0.2 * rng.standard_normal(n), -1, 1)
    arousal = np.clip(0.5 - 0.6 * valence + 0.2 * rng.standard_normal(n), -1, 1)
    vad = np.column_stack([valence, arousal, 0.4 * valence])
    calm = 0.9 - abs(valence)
    score = np.column_stack(
        [-valence, -valence - 1, arousal - valence, 2.4 * valence, -2 * valence, arousal, calm]
    )
    share = np.exp(1.6 * score + 0.4 * rng.standard_normal(score.shape))
    share = share / share.sum(axis=1, keepdims=True)
    gone = rng.uniform(size=n) < lost
    vad[gone], share[gone] = np.nan, np.nan
    spread = np.full((n, 3), 0.18)
    return records, States.of(
        Trajectory.on(records, VAD, vad, "toy", spread),
        Trajectory.on(records, EKMAN7N, share, "toy"),
    )


@pytest.fixture
def make_world():
    """Return the maker of small worlds."""
    return world
