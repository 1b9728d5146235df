"""Eleven emotional sentences as a frozen wrapper of any language model: it adds its words only.

System 17: "Large Language Models Understand and Can be Enhanced by Emotional Stimuli" (Li et al.
2023, arXiv 2307.11760), EmotionPrompt. The sentences are theirs (released in microsoft/promptbench,
MIT), with the typewriter's apostrophe.

Differs from the paper: every stimulus has a placebo, a neutral sentence of as many words (*ours*),
because a longer prompt changes answers by itself; the best stimulus is chosen on lessons of its
own, never on what is then reported. What it changed is measured by `bench.stimuli`.
"""

__all__ = [
    "CARD",
    "STIMULI",
    "EmotionPrompt",
    "Lesson",
    "Position",
    "Stimulated",
    "Stimulus",
    "toy",
]

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Self

from affectory.core.card import Card, Paper
from affectory.core.choices import one_of
from affectory.core.errors import BadChoice, BadValues
from affectory.core.figure import Figure
from affectory.core.registry import method
from affectory.lm.model import (
    Answer,
    Ask,
    Hidden,
    LanguageModel,
    Message,
    Place,
    Prompt,
    Push,
    Sampling,
    Scored,
    chat,
)
from affectory.lm.scripted import Scripted

CARD = Card(
    name="steer/stimuli",
    paper=Paper(
        17,
        "Large Language Models Understand and Can be Enhanced by Emotional Stimuli",
        2023,
        "Li et al., arXiv 2307.11760",
    ),
    summary="a model that hears one emotional sentence more in every prompt, and nothing else",
    takes=("text",),
    gives=("model",),
    aka=("EmotionPrompt", "emotional stimuli", "emotional prompting"),
    published=tuple(
        Figure(f"accuracy/{name}", value, n=n, unit="points", setting=setting, by=by)
        for name, n, setting, rows in (
            (
                "instruction_induction",
                24,
                "24 tasks, zero-shot, mean of six models",
                (51.65, 51.98, 55.24),
            ),
            ("bigbench", 21, "21 tasks, normalised, mean of six models", (10.16, 10.61, 11.92)),
        )
        for by, value in zip(
            ("no stimulus", "mean of eleven", "best of eleven, chosen on the test"),
            rows,
            strict=True,
        )
    ),
    cautions=(
        "Measure before you use it: on SmolLM2-135M every one of the eleven did harm, as did "
        "neutral sentences of their length; the paper's +115 % is a mean of two ratios, 1.76 "
        "points on 10.16 and 5.08 on 2.39.",
        "Its best-of-eleven is chosen on the test; choose on lessons, report on other items.",
        "EP01 and EP06 ask for a score of confidence and for reasons: parse answers accordingly.",
        "Never use pressure to push a model past its safety limits, nor on people.",
        "Over-confident, absolute wording was seen with these prompts; they do not add knowledge.",
    ),
)


class Stimulus(NamedTuple):
    """One sentence, and a neutral one of as many words.

    Attributes:
        text: What is added.
        placebo: What a control adds instead.
        theories: What the authors derive it from.
    """

    text: str
    placebo: str
    theories: tuple[str, ...]


class Position(StrEnum):
    """Where the words go."""

    AFTER = "after"  # the end of the last message of the user, as in the paper
    BEFORE = "before"  # its beginning
    SYSTEM = "system"  # the end of the instruction to the model, made where there is none


class Lesson(NamedTuple):
    """A question whose answers can be judged, for choosing a stimulus.

    Attributes:
        prompt: The question.
        judge: How right an answer is, in [0, 1].
    """

    prompt: Prompt
    judge: Callable[[str], float]


@method(CARD)
@dataclass(frozen=True)
class EmotionPrompt:
    """Wrap a language model so that every prompt carries a stimulus.

    Args:
        stimuli: Names of what is added, EP01 to EP11, in order; several make a compound; none
            leaves the model as it is.
        position: Where the words go.
        placebo: Whether the neutral sentences are added in their stead.

    Raises:
        BadChoice: if there is no such stimulus or position.

    Example:
        >>> from affectory.steer.stimuli import EmotionPrompt, toy
        >>> model, prompt = toy()
        >>> moved = EmotionPrompt(("EP02",)).steer(model)
        >>> moved.generate([prompt])[0].text, model.heard[-1].prompt[-1].text.splitlines()[-1]
        ('four', 'This is very important to my career.')
    """

    stimuli: tuple[str, ...] = ("EP02",)
    position: Position = Position.AFTER
    placebo: bool = False

    def __post_init__(self) -> None:
        """Refuse what there is not."""
        for name in self.stimuli:
            if name not in STIMULI:
                raise BadChoice("stimulus", name, STIMULI)
        object.__setattr__(self, "position", one_of(Position, "position", self.position))

    @property
    def words(self) -> str:
        """What is added to a prompt."""
        chosen = (STIMULI[name] for name in self.stimuli)
        return " ".join(one.placebo if self.placebo else one.text for one in chosen)

    def steer(self, model: LanguageModel, lessons: Sequence[Lesson] | None = None) -> "Stimulated":
        """Return `model` with the words in every prompt.

        Args:
            model: Any language model.
            lessons: None: the named stimuli are used. Else the one of all eleven, or none, that
                these lessons show to be best is used; of equals the earlier, none first. Report
                its effect on other questions.
        """
        if lessons is None:
            return Stimulated(model, self.words, self.position)
        arms = [replace(self, stimuli=names) for names in ((), *((name,) for name in STIMULI))]
        wrapped = [Stimulated(model, arm.words, self.position) for arm in arms]
        scores = [_lessons_learned(arm, lessons) for arm in wrapped]
        return wrapped[scores.index(max(scores))]


@dataclass(frozen=True, eq=False)
class Stimulated:
    """A language model that hears `words` in every prompt; all else goes through unchanged.

    Args:
        model: The model itself.
        words: What is added; empty: nothing at all.
        position: Where.
    """

    model: LanguageModel
    words: str
    position: Position = Position.AFTER

    @property
    def name(self) -> str:
        """What a person calls it: the model, and a mark if words are added."""
        return f"{self.model.name}+words" if self.words else self.model.name

    @property
    def digest(self) -> str:
        """A hash of the model, the words and their place; the model's own without words."""
        if not self.words:
            return self.model.digest
        told = f"{self.model.digest}\0{self.position}\0{self.words}"
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def prompted(self, prompt: Prompt) -> Prompt:
        """Return `prompt` with the words in their place.

        Raises:
            BadValues: if no message of the prompt is the user's, and the words need one.
        """
        if not self.words:
            return prompt
        if self.position is Position.SYSTEM:
            if prompt and prompt[0].role == "system":
                return (Message("system", f"{prompt[0].text}\n{self.words}"), *prompt[1:])
            return (Message("system", self.words), *prompt)
        asked = [at for at, message in enumerate(prompt) if message.role == "user"]
        if not asked:
            cure = "or put the words into the system message"
            raise BadValues("prompt", "no message of the user", "one at least", cure)
        at = asked[-1]
        both = (prompt[at].text, self.words)[:: 1 if self.position is Position.AFTER else -1]
        return (*prompt[:at], Message("user", "\n".join(both)), *prompt[at + 1 :])

    def generate(
        self, prompts: Sequence[Prompt], how: Sampling | None = None
    ) -> tuple[Answer, ...]:
        """Return an answer to each prompt with the words in it."""
        return self.model.generate([self.prompted(prompt) for prompt in prompts], how)

    def score(self, asked: Sequence[Ask]) -> tuple[tuple[Scored, ...], ...]:
        """Return how likely each answer is after the prompt with the words in it."""
        return self.model.score([Ask(self.prompted(ask.prompt), ask.answers) for ask in asked])

    def hidden(
        self, texts: Sequence[str], layers: Sequence[int], place: Place = Place.RESIDUAL
    ) -> tuple[Hidden, ...]:
        """Return the states while reading each text with the words before or after it."""
        back = self.position is Position.AFTER
        added = [
            "\n".join((text, self.words)[:: 1 if back else -1]) if self.words else text
            for text in texts
        ]
        return self.model.hidden(added, layers, place)

    def steered(self, pushes: Sequence[Push]) -> Self:
        """Return the same with `pushes` added to the model's states."""
        return replace(self, model=self.model.steered(pushes))


def toy() -> tuple[Scripted, Prompt]:
    """Return a model that knows two and two, and the question; a stimulus changes nothing."""
    return Scripted({"two and two": "four"}), chat("What is two and two?")


def _lessons_learned(model: Stimulated, lessons: Sequence[Lesson]) -> float:
    said = model.generate([lesson.prompt for lesson in lessons])
    return sum(lesson.judge(one.text) for lesson, one in zip(lessons, said, strict=True))


MONITORING, COGNITIVE = "self-monitoring", "social cognitive theory"
REGULATION = "cognitive emotion regulation"
STIMULI = {
    "EP01": Stimulus(
        "Write your answer and give me a confidence score between 0-1 for your answer.",
        "The form has two pages and the second page lists the street and town.",
        (MONITORING,),
    ),
    "EP02": Stimulus(
        "This is very important to my career.",
        "This is printed on a white page.",
        (MONITORING,),
    ),
    "EP03": Stimulus(
        "You'd better be sure.",
        "The page is white.",
        (MONITORING, REGULATION),
    ),
    "EP04": Stimulus(
        "Are you sure?",
        "Is it Tuesday?",
        (MONITORING, REGULATION),
    ),
    "EP05": Stimulus(
        "Are you sure that's your final answer? It might be worth taking another look.",
        "Is this the page that has a number? It is in the lower corner.",
        (MONITORING, REGULATION),
    ),
    "EP06": Stimulus(
        "Provide your answer and a confidence score between 0-1 for your prediction. "
        "Additionally, briefly explain the main reasons supporting your classification decision "
        "to help me understand your thought process. This task is vital to my career, and I "
        "greatly value your thorough analysis.",
        "The form has two pages and the second page lists the street and town. The paper, which "
        "is of the usual size, has a margin. It is kept in a grey folder. The folder is on "
        "the low shelf, next to the door.",
        (MONITORING,),
    ),
    "EP07": Stimulus(
        "Are you sure that's your final answer? Believe in your abilities and strive for "
        "excellence. Your hard work will yield remarkable results.",
        "Is this the page that has a number? The shelf is next to the door. The page is of the "
        "usual size.",
        (COGNITIVE, REGULATION),
    ),
    "EP08": Stimulus(
        "Embrace challenges as opportunities for growth. Each obstacle you overcome brings you "
        "closer to success.",
        "The folder stands on a low shelf. The shelf is next to the door there.",
        (COGNITIVE,),
    ),
    "EP09": Stimulus(
        "Stay focused and dedicated to your goals. Your consistent efforts will lead to "
        "outstanding achievements.",
        "The paper is kept in a folder. The shelf is next to the door here.",
        (COGNITIVE,),
    ),
    "EP10": Stimulus(
        "Take pride in your work and give it your best. Your commitment to excellence sets you "
        "apart.",
        "The page is printed on paper and has a margin. The number stands in the lower corner.",
        (COGNITIVE,),
    ),
    "EP11": Stimulus(
        "Remember that progress is made one step at a time. Stay determined and keep moving "
        "forward.",
        "The table that is in the room has four legs. It stands next to the door.",
        (COGNITIVE,),
    ),
}
