"""Reasoning in typed stages: what one stage finds out fills the holes of the next.

A stage is a template and a reader. All rows pass a stage together, as one batch for the model. A
row whose answer is not read goes no further: it is counted at the stage where it fell, and its
later states are missing.
"""

__all__ = ["Run", "Stage", "Stages"]

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadValues
from affectory.core.space import Kind, Space
from affectory.lm.anchors import cleaned
from affectory.lm.answers import Parsed, Reader, parse
from affectory.lm.model import Answer, LanguageModel, Sampling
from affectory.lm.prompt import Shot, Template


@dataclass(frozen=True)
class Stage:
    """One question.

    Its answer fills, in later stages, the hole of its name (the label or number that was read;
    the whole answer where nothing is read), and `<name>_rest` (what was said besides).

    Args:
        name: What it finds out; a name for a hole.
        template: The question.
        reader: How the answer is read; None: any answer will do that is not empty.
        how: How the answer is drawn.
        shots: Examples before the question.
        begun: How the answer begins.
    """

    name: str
    template: Template
    reader: Reader | None = None
    how: Sampling = field(default_factory=Sampling)
    shots: tuple[Shot, ...] = field(default=(), hash=False)
    begun: str = ""


@dataclass(frozen=True, eq=False)
class Run:
    """What came out of the stages, for n rows.

    Args:
        parsed: By stage that reads: the states; rows that were not asked are missing.
        said: By stage: what was answered; None where nothing was asked.
        fell: The stage at which a row was not read, empty for those that passed all. Length n.
    """

    parsed: Mapping[str, Parsed]
    said: Mapping[str, tuple[str | None, ...]]
    fell: tuple[str, ...]

    @property
    def passed(self) -> NDArray[np.bool_]:
        """Which rows passed all stages. Shape (n,)."""
        return np.array([not stage for stage in self.fell], dtype=np.bool_)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows fell at each stage."""
        return dict(Counter(filter(None, self.fell)))


@dataclass(frozen=True)
class Stages:
    """Stages in a row.

    Args:
        steps: In their order, each with a name of its own.

    Raises:
        BadValues: if there is none, or two have one name.

    Example:
        >>> from affectory.lm.prompt import Template
        >>> from affectory.lm.scripted import Scripted
        >>> from affectory.lm.stages import Stage, Stages
        >>> feel = Stage("feeling", Template("feel", "What is felt? {{ text }}"))
        >>> why = Stage("cause", Template("why", "Why {{ feeling }}? {{ text }}"))
        >>> model = Scripted({"What is felt?": "joy", "Why joy?": "she won"})
        >>> Stages((feel, why)).run(model, [{"text": "I won!"}]).said["cause"]
        ('she won',)
    """

    steps: tuple[Stage, ...]

    def __post_init__(self) -> None:
        """Refuse stages that cannot be told apart."""
        names = [step.name for step in self.steps]
        if not names or len(set(names)) != len(names):
            raise BadValues("stages", f"names {names}", "at least one, each once")

    def run(self, model: LanguageModel, rows: Sequence[Mapping[str, object]]) -> Run:
        """Return what `model` finds out about each row.

        Args:
            model: What is asked.
            rows: What fills the holes that no stage fills.

        Raises:
            BadValues: if a hole is filled by nobody.
        """
        known: list[dict[str, object]] = [dict(row) for row in rows]
        fell = [""] * len(rows)
        parsed: dict[str, Parsed] = {}
        said: dict[str, tuple[str | None, ...]] = {}
        for step in self.steps:
            alive = [at for at, stage in enumerate(fell) if not stage]
            prompts = [
                step.template.render(_fitting(step, known[at]), step.shots, step.begun)
                for at in alive
            ]
            told = model.generate(prompts, step.how) if prompts else ()
            answers: list[Answer | None] = [None] * len(rows)
            for at, answer in zip(alive, told, strict=True):
                answers[at] = answer
            said[step.name] = tuple(each.text if each else None for each in answers)
            if step.reader is not None:
                parsed[step.name] = parse(step.reader, answers)
            for at in alive:
                found = _found(step, answers[at], parsed.get(step.name), at)
                if found is None:
                    fell[at] = step.name
                else:
                    known[at].update(found)
        return Run(parsed, said, tuple(fell))


def _fitting(step: Stage, known: Mapping[str, object]) -> dict[str, object]:
    return {name: known[name] for name in step.template.names if name in known}


def _found(
    step: Stage, answer: Answer | None, parsed: Parsed | None, at: int
) -> dict[str, object] | None:
    """Return what the answer number `at` fills later holes with; None where it was not read."""
    if parsed is None:
        text = cleaned(answer.text) if answer and answer.ending != "refused" else ""
        return {step.name: text, f"{step.name}_rest": ""} if text else None
    if parsed.reasons[at]:
        return None
    return {
        step.name: _told(parsed.space, parsed.values[at]),
        f"{step.name}_rest": parsed.rests[at],
    }


def _told(space: Space, row: NDArray[np.float64]) -> str:
    """Return a state in words: labels by name, numbers by value."""
    _, high = space.bounds
    if space.kind is Kind.DISTRIBUTION and space.k > 1:
        return space.names[int(row.argmax())].replace("_", " ")
    if space.k == 1:
        return f"{row[0]:g}"
    if space.kind is Kind.FLAGS and np.isin(row, (0.0, high[0])).all():
        return ", ".join(n for n, v in zip(space.names, row, strict=True) if v) or "none"
    return ", ".join(f"{n} {v:g}" for n, v in zip(space.names, row, strict=True))
