"""Ask a language model the affect tasks by their forms, and count what cannot be read."""

__all__ = ["Told", "ask", "prompt_of"]

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.lm.answers import parse
from affectory.lm.model import LanguageModel, Prompt, Sampling, chat
from affectory.perceive.instruct.answers import TaskReader
from affectory.represent.affect_instructions import INSTRUCTIONS
from affectory.represent.affect_tasks import EMOTIONS, Task, fields

Floats = NDArray[np.float64]
HOW = Sampling(tokens=24, stop=("\n",))
QUESTIONS = (
    *((Task.EI_REG, emotion) for emotion in EMOTIONS),
    (Task.V_REG, None),
    (Task.E_C, None),
)


class Told(NamedTuple):
    """What a model said of n texts.

    Attributes:
        intensity: Of anger, fear, joy, sadness, in [0, 1]; NaN where unread. Shape (n, 4).
        valence: In [-1, 1]. Shape (n, 1).
        affect: 1 where an emotion of affect11 holds. Shape (n, 11).
        unread: How many answers to each question were asked for, and not read.
    """

    intensity: Floats
    valence: Floats
    affect: Floats
    unread: pl.DataFrame


def prompt_of(task: Task, text: str, emotion: str | None = None, noun: str = "Text") -> Prompt:
    """Return the question about one text in the plain instruction, as a chat of one turn."""
    said = INSTRUCTIONS[task][0]
    if emotion is not None:
        said = f"{said} Emotion E is {emotion}."
    return chat(fields(task, text, said, emotion, noun))


def ask(model: LanguageModel, texts: Sequence[str], noun: str = "Text") -> Told:
    """Ask six questions of each text: four intensities, valence, and which emotions hold."""
    values: list[Floats] = []
    rows = []
    for task, emotion in QUESTIONS:
        answers = model.generate([prompt_of(task, text, emotion, noun) for text in texts], HOW)
        read = parse(TaskReader(task), answers)
        values.append(read.values)
        rows.append((task.value, emotion, len(read), read.unparsed))
    unread = pl.DataFrame(rows, schema=UNREAD, orient="row")
    intensity = np.concatenate(values[: len(EMOTIONS)], axis=1)
    partly = np.isnan(intensity).any(axis=1)
    intensity[partly] = np.nan  # a state is whole or missing
    return Told(intensity, 2 * values[-2] - 1, values[-1], unread)


UNREAD = {"task": pl.String, "emotion": pl.String, "asked": pl.Int64, "unread": pl.Int64}
