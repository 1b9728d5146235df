"""Affective analysis instruction data: rated texts as questions and answers, ten ways each.

System 15: "EmoLLMs" (Liu et al. 2024, arXiv 2401.08508), AAID: every text of SemEval-2018 Task 1
under ten paraphrases of its task's instruction, 234,000 samples in all. The forms are those of
`represent.affect_tasks`, the instructions our own (`represent.affect_instructions`); any rated
texts will do. What learns from it is not here.
"""

__all__ = ["Rated", "Sample", "samples", "write_samples"]

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, NoRecords
from affectory.core.shelf import whole
from affectory.represent.affect_instructions import INSTRUCTIONS
from affectory.represent.affect_tasks import Task, answer_of, fields
from affectory.sources.semeval import Rated

NOUNS = ("Tweet", "Text")


@dataclass(frozen=True, slots=True)
class Sample:
    """One question with its answer.

    Args:
        task: What is asked, such as "EI-reg".
        emotion: The emotion that is asked for, if one is.
        way: Which instruction was used, from 0.
        prompt: The question, its last field open.
        answer: What a model should go on with.
    """

    task: str
    emotion: str | None
    way: int
    prompt: str
    answer: str


def samples(
    rated: Iterable[Rated],
    seed: int = 0,
    noun: str = "Tweet",
    instructions: Mapping[Task, Sequence[str]] = INSTRUCTIONS,
) -> tuple[Sample, ...]:
    """Return every rated text under every instruction of its task, shuffled by `seed`.

    Args:
        rated: The texts; one of several tasks comes once for each.
        seed: Seed of the order.
        noun: What a text is called, "Tweet" or "Text".
        instructions: The ways to ask each task.

    Raises:
        BadChoice: if there is no such task, a value is none of its task, an EI task has none of
            the four emotions, or the noun is neither of the two.
        NoRecords: if there is no text.

    Example:
        >>> from affectory.steer.instructions import Rated, samples
        >>> made = samples([Rated("EI-oc", "So glad!", 3, "joy")])
        >>> len(made), made[0].answer
        (10, '3: high amount of joy can be inferred')
    """
    if noun not in NOUNS:
        raise BadChoice("noun", noun, NOUNS)
    out = [
        Sample(
            task.value,
            one.emotion,
            way,
            fields(task, " ".join(one.text.split()), said, one.emotion, noun),
            answer_of(task, one.value, one.emotion),
        )
        for one in rated
        for task in (one_of(Task, "task", one.task),)
        for way, said in enumerate(instructions[task])
    ]
    if not out:
        raise NoRecords("samples", "give rated texts")
    random.Random(seed).shuffle(out)
    return tuple(out)


def write_samples(path: Path, made: Iterable[Sample]) -> int:
    """Write samples as JSON lines, all or nothing; return how many there are."""
    lines = [json.dumps(asdict(one), ensure_ascii=False) for one in made]
    with whole(path) as partial:
        partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)
