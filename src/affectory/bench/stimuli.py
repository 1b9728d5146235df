"""What emotional sentences change in a model's answers: one paired experiment, told in Figures.

Every item is asked plainly, with each stimulus, and with each stimulus's placebo, all else equal.
Gains are in points of 100 on the same items; McNemar's exact test over items, Holm over the
stimuli. "max" is the best stimulus on the items that it is reported on, as published, and so too
good; "selected" is chosen on one half of the items and reported on the other.
"""

__all__ = ["Arms", "Question", "asked", "attribution", "experiment", "questions"]

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core import registry
from affectory.core.figure import Figure
from affectory.lm.cache import Cache, Kept, key_of
from affectory.lm.model import Ask, LanguageModel, Message, Prompt, Sampling
from affectory.measure.bootstrap import average
from affectory.measure.instructions import rightness
from affectory.measure.matched import gain, holm, level, mcnemar
from affectory.sources.instructions import Item

Floats = NDArray[np.float64]
METHOD = "steer/stimuli"
NAMES = tuple(f"EP{number:02d}" for number in range(1, 12))
SHOTS = 4  # demonstrations before a question
HOW = Sampling(tokens=20, stop=("\n",))


class Question(NamedTuple):
    """One item as it is asked.

    Attributes:
        task: Its task.
        prompt: Instruction and demonstrations as turns of a chat, then the item.
        accepted: Answers that count as right.
    """

    task: str
    prompt: Prompt
    accepted: tuple[str, ...]


class Arms(NamedTuple):
    """Scores of the same n items under every condition.

    Attributes:
        plain: Without any words. Shape (n,).
        moved: With each of m stimuli. Shape (m, n).
        placebo: With the placebo of each. Shape (m, n).
    """

    plain: Floats
    moved: Floats
    placebo: Floats


def questions(
    items: Sequence[Item],
    shown: Sequence[Item],
    instructions: Mapping[str, Sequence[str]],
    tasks: Sequence[str],
    each: int,
    seed: int = 0,
) -> tuple[Question, ...]:
    """Return `each` items of every task (or all there are), drawn by chance, in a fixed order.

    Args:
        items: What is asked.
        shown: Where demonstrations come from; an item that is asked is never shown.
        instructions: The first of each task is used.
        tasks: Names of the tasks.
        each: Items of a task.
        seed: Seed of the draws.
    """
    out = []
    for task in tasks:
        pool = [item for item in items if item.task == task]
        asked_of = random.Random(f"{seed} {task}").sample(pool, min(each, len(pool)))
        known = {item.input for item in asked_of}
        rest = [item for item in shown if item.task == task and item.input not in known]
        demos = random.Random(f"{seed} {task} shown").sample(rest, min(SHOTS, len(rest)))
        out += [
            Question(task, _prompt(instructions[task][0], demos, item), item.accepted)
            for item in asked_of
        ]
    return tuple(out)


def asked(model: LanguageModel, every: Sequence[Question], cache: Cache | None = None) -> Floats:
    """Return how right `model` is on each question; answers in the cache are not asked again."""
    keys = [key_of(_shape(model, question.prompt)) for question in every]
    said = {key: kept.told for key in keys if cache is not None and (kept := cache.find(key))}
    for task in dict.fromkeys(question.task for question in every):  # their prompts begin alike
        fresh = [at for at, q in enumerate(every) if q.task == task and keys[at] not in said]
        answers = model.generate([every[at].prompt for at in fresh], HOW) if fresh else ()
        for at, answer in zip(fresh, answers, strict=True):
            said[keys[at]] = answer.text
            if cache is not None:  # an empty one is false
                cache.keep(keys[at], Kept(answer.text, answer.asked, answer.said))
    pairs = zip(keys, every, strict=True)
    return np.array([rightness(q.task, said[key], q.accepted) for key, q in pairs])


def experiment(
    model: LanguageModel, every: Sequence[Question], seed: int = 0, cache: Cache | None = None
) -> tuple[Figure, ...]:
    """Ask every question under all conditions and return what changed."""
    plain = asked(_moved(model), every, cache)
    moved = np.stack([asked(_moved(model, name), every, cache) for name in NAMES])
    placebo = np.stack([asked(_moved(model, name, True), every, cache) for name in NAMES])
    tasks = [question.task for question in every]
    return told(Arms(plain, moved, placebo), tasks, model.name, seed)


def told(arms: Arms, tasks: Sequence[str], who: str, seed: int = 0) -> tuple[Figure, ...]:
    """Return the figures of an experiment from its scores."""
    setting = f"{len(arms.plain)} items of {len(set(tasks))} tasks, {SHOTS} shown, greedy"
    how: dict[str, Any] = {"seed": seed, "setting": setting}
    mean, mean_placebo = arms.moved.mean(axis=0), arms.placebo.mean(axis=0)
    return (
        level("score/plain", arms.plain, by=who, **how),
        *(
            level(f"score/{task}", arms.plain[_of(tasks, task)], by=who, **how)
            for task in dict.fromkeys(tasks)
        ),
        gain("gain/mean of 11", arms.plain, mean, by=who, **how),
        gain("gain/mean of 11 placebos", arms.plain, mean_placebo, by=who, **how),
        gain("gain/mean of 11 over placebos", mean_placebo, mean, by=who, **how),
        *_one_by_one(arms, who, how),
        _max(arms, who, how),
        *_selected(arms, who, how),
    )


def attribution(
    model: LanguageModel, every: Sequence[Question], name: str, seed: int = 0
) -> tuple[Figure, ...]:
    """Return how much each word of a stimulus raises the log-probability of the right answer.

    By occlusion: the mean over questions of log p with the whole stimulus minus log p with that
    word left out, in nats; then the same for the whole stimulus against none.
    """
    whole = _moved(model, name)
    words = whole.words.split()
    texts = [whole.words, "", *(_without(words, at) for at in range(len(words)))]
    logp = np.stack([_right(replace(whole, words=text), every) for text in texts])  # (2 + w, n)
    setting = f"{len(every)} items, right answer's log-probability, one word left out"
    effects = {f"whole of {name}": logp[0] - logp[1]} | {
        f"{name}.{at + 1:02d} {word}": logp[0] - logp[2 + at] for at, word in enumerate(words)
    }
    how: dict[str, Any] = {"seed": seed, "setting": setting, "by": model.name}
    return tuple(
        average(f"attribution/{key}", effect, unit="nats", drawn="items", **how)
        for key, effect in effects.items()
    )


def _one_by_one(arms: Arms, who: str, how: dict[str, Any]) -> list[Figure]:
    """Return each stimulus against no words (with p and Holm's p) and against its placebo."""
    tests = [mcnemar(arms.plain > 0, row > 0) for row in arms.moved]
    joint = holm([test.p for test in tests])
    out = []
    for at, (name, test) in enumerate(zip(NAMES, tests, strict=True)):
        words = f"{how['setting']}; McNemar +{test.gained} -{test.lost}, p {test.p:.3f}, Holm"
        own = how | {"setting": f"{words} {joint[at]:.3f}"}
        out.append(gain(f"gain/{name}", arms.plain, arms.moved[at], by=who, **own))
    for at, name in enumerate(NAMES):
        label = f"gain/{name} over placebo"
        out.append(gain(label, arms.placebo[at], arms.moved[at], by=who, **how))
    return out


def _max(arms: Arms, who: str, how: dict[str, Any]) -> Figure:
    best = int(arms.moved.mean(axis=1).argmax())
    own = how | {"setting": f"{how['setting']}; {NAMES[best]}, chosen on the same items"}
    return gain("gain/max of 11 (optimistic)", arms.plain, arms.moved[best], by=who, **own)


def _selected(arms: Arms, who: str, how: dict[str, Any]) -> list[Figure]:
    """Return the gain of the stimulus that one half of the items chooses, on the other half."""
    order = np.random.default_rng(how["seed"]).permutation(len(arms.plain))
    halves = np.array_split(order, 2)
    out = []
    for half, (dev, test) in enumerate((halves, halves[::-1]), 1):
        scores = [arms.plain[dev].mean(), *arms.moved[:, dev].mean(axis=1)]
        at = int(np.argmax(scores)) - 1  # -1: no words
        chosen, side = ("none", arms.plain) if at < 0 else (NAMES[at], arms.moved[at])
        own = how | {"setting": f"{how['setting']}; {chosen}, chosen on the other half"}
        out.append(gain(f"gain/selected, half {half}", arms.plain[test], side[test], by=who, **own))
    return out


def _moved(model: LanguageModel, name: str = "", placebo: bool = False) -> Any:
    stimuli = (name,) if name else ()
    return registry.make(METHOD, stimuli=stimuli, placebo=placebo).steer(model)


def _prompt(instruction: str, demos: Sequence[Item], item: Item) -> Prompt:
    turns: list[Message] = []
    for shown in demos:
        turns += [Message("user", f"Input: {shown.input}")]
        turns += [Message("assistant", shown.accepted[0])]
    turns.append(Message("user", f"Input: {item.input}"))
    first = Message("user", f"{instruction}\n\n{turns[0].text}")
    return (first, *turns[1:])


def _right(model: LanguageModel, every: Sequence[Question]) -> Floats:
    """Return the log-probability of each first accepted answer. Shape (n,)."""
    found = model.score([Ask(q.prompt, (q.accepted[0],)) for q in every])
    return np.array([row[0].total for row in found])


def _shape(model: LanguageModel, prompt: Prompt) -> dict[str, Any]:
    said = [[message.role, message.text] for message in prompt]
    return {"model": model.digest, "prompt": said, "how": asdict(HOW)}


def _of(tasks: Sequence[str], task: str) -> NDArray[np.bool_]:
    return np.array([each == task for each in tasks])


def _without(words: Sequence[str], at: int) -> str:
    return " ".join([*words[:at], *words[at + 1 :]])
