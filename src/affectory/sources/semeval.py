"""SemEval-2018 Task 1, Affect in Tweets (Mohammad et al. 2018), for those who have it.

Files of the five English subtasks as they were handed out, found by name anywhere below a folder:
tab separated with a header; EI and V: id, tweet, dimension, score or class; E-c: id, tweet and
eleven columns of 0 and 1. The gold files of EI-reg and V-reg hold thousands of "mystery" rows
that no person rated: they are dropped. Nothing of it comes with the package.
"""

__all__ = ["Rated", "read_semeval"]

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from affectory.core.errors import BadChoice, BadFile, MissingFile

SPLITS = {"train": ("train",), "dev": ("dev",), "test": ("test-gold", "gold")}
STEMS = {
    "EI-reg": "EI-reg-En-{emotion}",
    "EI-oc": "EI-oc-En-{emotion}",
    "V-reg": "Valence-reg-En",
    "V-oc": "Valence-oc-En",
    "E-c": "E-c-En",
}
EMOTIONS = ("anger", "fear", "joy", "sadness")  # each has files of its own in the two EI tasks
MYSTERY = "mystery"
AGAIN = "take the file as it was handed out"


class Rated(NamedTuple):
    """A text, a task, and the true answer.

    Attributes:
        task: What was asked, such as "EI-reg".
        text: What it was asked of.
        value: A real in [0, 1], a class, or the names of the emotions that hold.
        emotion: The emotion that was asked for, in the two EI tasks.
    """

    task: str
    text: str
    value: float | Sequence[str]
    emotion: str | None = None


def read_semeval(folder: Path, task: str, split: str) -> tuple[Rated, ...]:
    """Return the rated tweets of one task and split; those of EI for all four emotions.

    Raises:
        BadChoice: if there is no such task or split.
        MissingFile: if a file is not there.
        BadFile: if a row is not of the published form.
    """
    if task not in STEMS:
        raise BadChoice("task", task, STEMS)
    if split not in SPLITS:
        raise BadChoice("split", split, SPLITS)
    wanted: tuple[str | None, ...] = EMOTIONS if task.startswith("EI") else (None,)
    return tuple(
        tweet
        for emotion in wanted
        for tweet in _rows(_found(folder, task, split, emotion), task, emotion)
    )


def _found(folder: Path, task: str, split: str, emotion: str | None) -> Path:
    stem = STEMS[task].format(emotion=emotion)
    for ending in SPLITS[split]:
        paths = sorted(folder.rglob(f"*{stem}-{ending}.txt"))
        if paths:
            return paths[0]
    raise MissingFile(folder / f"{stem}-{split}.txt", "ask the organisers of the task for it")


def _rows(path: Path, task: str, emotion: str | None) -> Iterator[Rated]:
    with path.open(encoding="utf-8", newline="") as lines:
        table = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        names = next(table, [])[2:]
        for row in table:
            if not row or MYSTERY in row[0].lower():
                continue
            try:
                yield Rated(task, row[1], _value(task, row, names), emotion)
            except (ValueError, IndexError) as error:
                found = f"a row that is none ({error})"
                raise BadFile(path, found, f"the columns of {task}", AGAIN) from error


def _value(task: str, row: list[str], names: list[str]) -> float | tuple[str, ...]:
    if task == "E-c":
        held = [int(cell) for cell in row[2:]]
        return tuple(name for name, one in zip(names, held, strict=True) if one)
    return float(row[3].partition(":")[0])
