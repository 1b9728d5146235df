"""Five questions about the affect of a text, as instruction models are asked and answer them.

The forms of SemEval-2018 Task 1 (Mohammad et al. 2018) as EmoLLMs (Liu et al. 2024, system 15)
ask them; the order of the fields is their contract. Here is how a question and its true answer
read, and what classes and reals have to do with one another. How a model's answer is read back is
`perceive.instruct.answers`.

*Ours*: SemEval drew the borders of its classes by hand and did not publish them as numbers; here
the four classes of an intensity and the seven of valence are equal parts of [0, 1].
"""

__all__ = [
    "EMOTIONS",
    "LABELS",
    "NONE",
    "Task",
    "answer_of",
    "class_of",
    "fields",
    "real_of",
    "wording",
]

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from affectory.core.errors import BadChoice, BadValues
from affectory.represent.vocabularies import AFFECT11, INTENSITY4

EMOTIONS = INTENSITY4.names
LABELS = AFFECT11.names
NONE = "neutral or no emotion"  # the answer of E-c where none of the eleven holds


class Task(StrEnum):
    """What is asked."""

    EI_REG = "EI-reg"  # intensity of one emotion, a real in [0, 1]
    EI_OC = "EI-oc"  # the same as a class: 0 none, 1 low, 2 moderate, 3 high
    V_REG = "V-reg"  # valence, a real in [0, 1], 0 most negative
    V_OC = "V-oc"  # the same as a class from -3 to 3
    E_C = "E-c"  # which of eleven emotions hold, or none

    @property
    def about_one(self) -> bool:
        """Whether the question names an emotion."""
        return self in (Task.EI_REG, Task.EI_OC)

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes of an ordinal task, else none."""
        return {Task.EI_OC: (0, 1, 2, 3), Task.V_OC: tuple(range(-3, 4))}.get(self, ())


def fields(
    task: Task, text: str, instruction: str, emotion: str | None = None, noun: str = "Tweet"
) -> str:
    """Return the question, its last field open for the answer.

    Args:
        task: What is asked.
        text: What it is asked of.
        instruction: What to do, in words.
        emotion: The emotion whose intensity is asked; only for EI tasks.
        noun: What the text is called, "Tweet" or "Text".

    Raises:
        BadChoice: if an EI task names none of the four emotions, or another task names one.

    Example:
        >>> from affectory.represent.affect_tasks import Task, fields
        >>> print(fields(Task.V_REG, "So glad!", "Rate the valence.", noun="Text"))
        Task: Rate the valence.
        Text: So glad!
        Intensity score:
    """
    if task.about_one and emotion not in EMOTIONS:
        raise BadChoice("emotion", emotion, EMOTIONS)
    if not task.about_one and emotion is not None:
        raise BadChoice("emotion", emotion, [f"None, for {task}"])
    lines = [f"Task: {instruction}", f"{noun}: {text}"]
    if task.about_one:
        lines.append(f"Emotion E: {emotion}")
    if task is Task.E_C:
        lines.append(f"This {noun.lower()} contains emotions:")
    else:
        lines.append(f"Intensity {'class' if task.classes else 'score'}:")
    return "\n".join(lines)


def answer_of(task: Task, value: float | int | Sequence[str], emotion: str | None = None) -> str:
    """Return the true answer as a model should give it.

    Args:
        task: What was asked.
        value: A real in [0, 1], a class, or the names of the emotions that hold.
        emotion: The emotion that was asked for; only for EI tasks.

    Raises:
        BadChoice: if the value is not one of the task's.
    """
    if task is Task.E_C:
        said = [value] if isinstance(value, str) else list(value)  # type: ignore[arg-type]
        for name in said:
            if name not in LABELS:
                raise BadChoice("emotion", name, LABELS)
        return ", ".join(name for name in LABELS if name in said) or NONE
    number = float(value)  # type: ignore[arg-type]
    if not task.classes:
        if not 0.0 <= number <= 1.0:
            raise BadChoice(f"value of {task}", value, "a real from 0 to 1")
        return f"{number:.3f}"
    if number not in task.classes:
        raise BadChoice(f"value of {task}", value, task.classes)
    return f"{int(number)}: {wording(task, int(number), emotion or 'emotion')}"


def wording(task: Task, place: int, emotion: str = "emotion") -> str:
    """Return the words of a class, such as "moderate amount of joy can be inferred"."""
    if task is Task.EI_OC:
        return f"{AMOUNTS[place]}{emotion} can be inferred"
    return f"{STATES[place + 3]} state can be inferred"


def class_of(task: Task, reals: ArrayLike) -> NDArray[np.float64]:
    """Return the class of each real in [0, 1]; a missing one (NaN) stays missing.

    Raises:
        BadChoice: if the task has no classes.
        BadValues: if a real is outside of [0, 1].
    """
    least, k = _classes(task)
    x = np.asarray(reals, np.float64)
    if ((x < 0) | (x > 1)).any():
        raise BadValues(f"reals of {task}", f"{np.nanmin(x):g} to {np.nanmax(x):g}", "0 to 1")
    return np.minimum(np.floor(x * k), k - 1) + least


def real_of(task: Task, classes: ArrayLike) -> NDArray[np.float64]:
    """Return the middle of each class, a real in [0, 1]; its class is the same again.

    Raises:
        BadChoice: if the task has no classes, or there is no such class.
    """
    least, k = _classes(task)
    x = np.asarray(classes, np.float64)
    wrong = ~np.isnan(x) & ~np.isin(x, task.classes)
    if wrong.any():
        raise BadChoice(f"class of {task}", x[wrong].flat[0], task.classes)
    return (x - least + 0.5) / k


def _classes(task: Task) -> tuple[int, int]:
    if not task.classes:
        raise BadChoice("task", task, [each for each in Task if each.classes])
    return task.classes[0], len(task.classes)


AMOUNTS = ("no ", "low amount of ", "moderate amount of ", "high amount of ")
STATES = (
    "very negative emotional", "moderately negative emotional", "slightly negative emotional",
    "neutral or mixed emotional", "slightly positive emotional", "moderately positive emotional",
    "very positive emotional",
)  # fmt: skip
