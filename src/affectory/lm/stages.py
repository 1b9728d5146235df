"""Reasoning in typed stages: what one stage reads off an answer fills the next stage's template.

A batch goes through stage by stage. A row whose answer cannot be read, or is refused by its
check, stops there and is kept with the reason; the other rows go on.
"""

__all__ = ["Course", "Stage", "run"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from affectory.core.errors import BadValues
from affectory.lm.model import Answer, LanguageModel, Sampling
from affectory.lm.prompt import Template

Read = Callable[[Answer], Any]


@dataclass(frozen=True)
class Stage:
    """One question of a chain.

    Args:
        name: The field under which later templates find what was read.
        template: What is asked; its fields are the row's, and earlier stages' names.
        read: From an answer to a value; None where it cannot be read.
        how: How the answer is drawn.
    """

    name: str
    template: Template
    read: Read
    how: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True)
class Course:
    """One row's way through the stages.

    Args:
        values: What was read, by stage.
        answers: What was said, by stage.
        stopped: Name of the stage that could not be read; empty where all were.
    """

    values: Mapping[str, Any]
    answers: Mapping[str, Answer]
    stopped: str = ""


def run(
    model: LanguageModel, stages: Sequence[Stage], rows: Sequence[Mapping[str, Any]]
) -> tuple[Course, ...]:
    """Return how each row went through the stages.

    Args:
        model: What answers.
        stages: In order.
        rows: The fields of each row; every template may name any of them.

    Raises:
        BadValues: if a template names a field that neither rows nor earlier stages have.
    """
    _check(stages, rows)
    values: list[dict[str, Any]] = [{} for _ in rows]
    answers: list[dict[str, Answer]] = [{} for _ in rows]
    stopped = [""] * len(rows)
    for stage in stages:
        going = [at for at, why in enumerate(stopped) if not why]
        given = [{**rows[at], **values[at]} for at in going]
        prompts = [stage.template.fill(**_named(stage, each)) for each in given]
        for at, answer in zip(going, model.generate(prompts, stage.how), strict=True):
            answers[at][stage.name] = answer
            found = stage.read(answer)
            if found is None:
                stopped[at] = stage.name
            else:
                values[at][stage.name] = found
    return tuple(Course(*each) for each in zip(values, answers, stopped, strict=True))


def _named(stage: Stage, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in stage.template.fields}


def _check(stages: Sequence[Stage], rows: Sequence[Mapping[str, Any]]) -> None:
    known = set.intersection(*(set(row) for row in rows)) if rows else set()
    for stage in stages if rows else ():
        lost = sorted(stage.template.fields - known)
        if lost:
            raise BadValues(f"stage {stage.name}", f"no field {lost}", f"some of {sorted(known)}")
        known.add(stage.name)
