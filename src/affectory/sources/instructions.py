"""Small tasks with human instructions: the released data of Instruction Induction.

Honovich et al. 2022 (arXiv 2205.10782; Apache-2.0, some tasks from corpora with terms of their
own): `annotations.json`, and `execute.jsonl` and `induce.jsonl` with `task` and `id` added to each
example; plain or gzipped. Test on "execute"; "induce" is for examples in prompts.
"""

__all__ = ["Item", "read_instructions", "read_items"]

import json
from pathlib import Path
from typing import Any, NamedTuple

from affectory.core.errors import BadChoice, BadFile
from affectory.sources.published import AGAIN, content, published

PARTS = ("execute", "induce")
OTHERS = ("possible_translations", "possible_outputs", "other_rhymes")  # accepted as well


class Item(NamedTuple):
    """One question of a task.

    Attributes:
        task: Name of the task.
        number: Number of the example at the source.
        input: What is asked about.
        accepted: Answers that count as right, the given one first.
    """

    task: str
    number: int
    input: str
    accepted: tuple[str, ...]


def read_items(folder: Path, part: str = "execute") -> tuple[Item, ...]:
    """Return the examples of one part, in the order of the file.

    Raises:
        BadChoice: if there is no such part.
        MissingFile: if its file is not in `folder`.
        BadFile: if a line is no example.
    """
    if part not in PARTS:
        raise BadChoice("part", part, PARTS)
    path = published(folder, f"{part}.jsonl")
    lines = content(path).decode().splitlines()
    try:
        return tuple(_item(json.loads(line)) for line in lines if line.strip())
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(path, f"no example ({error!r})", "task, id, input, output", AGAIN) from error


def read_instructions(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return what persons wrote as the instruction of each task.

    Raises:
        MissingFile: if the file is not in `folder`.
        BadFile: if it is no table of lists.
    """
    path = published(folder, "annotations.json")
    try:
        return {task: tuple(said) for task, said in json.loads(content(path)).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadFile(path, f"no table ({error!r})", "task -> instructions", AGAIN) from error


def _item(row: dict[str, Any]) -> Item:
    """Return one example; of a cause and its effect, the odd numbers tell the cause first."""
    task, number = row["task"], int(row["id"])
    if task == "cause_and_effect":
        both = (row["cause"], row["effect"])[:: 1 if number % 2 else -1]
        asked = f"Sentence 1: {both[0]} Sentence 2: {both[1]}"
        return Item(task, number, asked, (row["cause"],))
    if task == "common_concept":
        every = (row["concept"], *row["all_common_concepts"])
        return Item(task, number, ", ".join(row["items"]), tuple(dict.fromkeys(every)))
    every = (row["output"], *(one for key in OTHERS for one in row.get(key, ())))
    echo = row["input"] if task == "rhymes" else None  # a word does not rhyme with itself
    kept = tuple(dict.fromkeys(one for one in every if one != echo))
    return Item(task, number, row["input"], kept)
