"""The ladder of prompts on DR posts of IMHI (system 09), with the default local model.

60 posts of at most 600 characters without crisis phrases, drawn with the seed; none of them an
expert's example, of which one "yes" and one "no" serve as few shots. The label is "yes" where the
model's calibrated share of "Yes" is at least one half. Beside the six strategies: the plain
question with three modifiers, and the majority of these posts. Labels are weak.
"""

__all__ = ["PROTOCOL"]

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from affectory.bench.posts import LOW, records_of, same
from affectory.bench.protocol import Protocol
from affectory.core import registry
from affectory.core.figure import Figure
from affectory.guard.crisis import flags
from affectory.lm.answers import YesNo, parse
from affectory.lm.catalogue import open_model
from affectory.lm.model import LanguageModel
from affectory.measure.labels import WEIGHTED_F1
from affectory.sources.explanations import Asked, read_asked

Floats = NDArray[np.float64]
METHOD = "explain/interpret"
SHOWN = "few-shot"  # needs examples
STRATEGIES = ("zero-shot", "sentiment", "emotion", "chain", "emotion-chain", SHOWN)
MODIFIERS = ("any", "some", "very severe")
N, LONGEST, SHORT = 60, 600, 500  # posts; characters of a post, and of an example
ASK = "Does the poster show {} signs of depression?"
SETTING = f"DR of IMHI, {N} posts of at most {LONGEST} characters, silver labels"


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return the weighted F1 of each strategy and modifier, and of the majority."""
    model = open_model()
    experts = folder.parent / "explanation_ratings"
    shots = read_asked(experts, "expert_examples_DR") if experts.is_dir() else Asked((), (), ())
    posts, silver = _drawn(read_asked(folder, "DR"), shots, seed)
    return tuple(_figures(model, posts, silver, _examples(shots), seed))


PROTOCOL = Protocol(
    "ladder",
    "how a local model's labels change with the cues, examples and modifiers of the prompt",
    "imhi_test",
    measure,
    minutes=5,
)


def _figures(
    model: LanguageModel,
    posts: tuple[str, ...],
    silver: Floats,
    examples: tuple[tuple[str, str, str], ...],
    seed: int,
) -> Iterator[Figure]:
    said: dict[str, Floats] = {"majority": np.full(len(posts), float(silver.mean() >= 0.5))}
    rungs = {strategy: (strategy, "") for strategy in STRATEGIES if examples or strategy != SHOWN}
    rungs |= {f"zero-shot, {word!r}": ("zero-shot", word) for word in MODIFIERS}
    for rung, (strategy, word) in rungs.items():
        method = registry.make(
            METHOD, model=model, scored=True, space=LOW,
            strategy=strategy, question=ASK.format(word), examples=examples,
        )  # fmt: skip
        told = method.interpret(records_of(posts))
        said[f"{model.name}, {rung}"] = np.array([one.value for one in told])
    truth = np.column_stack([silver, 1 - silver])
    for by, share in said.items():
        yes = (share >= 0.5).astype(np.float64)
        given = np.column_stack([yes, 1 - yes])
        told = f"{SETTING}; said yes of {yes.mean():.0%}"
        yield WEIGHTED_F1.figure(truth, given, seed=seed, setting=told, by=by)


def _drawn(asked: Asked, shots: Asked, seed: int) -> tuple[tuple[str, ...], Floats]:
    """Return posts that may be shown to a model, and their silver labels."""
    known = {same(post) for post in shots.posts}
    urgent = set(flags(asked.posts)["row"].to_list())
    silver = parse(YesNo(LOW), asked.answers).values[:, 0]
    fine = [
        at
        for at, post in enumerate(asked.posts)
        if len(post) <= LONGEST and at not in urgent and same(post) not in known
    ]
    rows = np.sort(np.random.default_rng(seed).permutation(fine)[:N])
    return tuple(asked.posts[at] for at in rows), silver[rows]


def _examples(shots: Asked) -> tuple[tuple[str, str, str], ...]:
    """Return the first short example of each label, as text, label and reasoning."""
    read = parse(YesNo(LOW), shots.answers)
    out = []
    for value, label in ((1.0, "Yes"), (0.0, "No")):
        for post, held, rest in zip(shots.posts, read.values[:, 0], read.rests, strict=True):
            if held == value and rest and len(post) <= SHORT and not len(flags([post])):
                out.append((post, label, rest))
                break
    return tuple(out) if len(out) == 2 else ()
