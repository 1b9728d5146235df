"""Read what a model answered to an affect task; what cannot be read is counted, never guessed.

Reals: "0.8", ".8", "0,8", "80 %", "0.8 out of 1", "8/10", "zero point eight", "very high". Classes:
"2", "2: moderate amount of joy", "minus three", "slightly negative". Sets: names and their near
synonyms in a list, or "neutral or no emotion". Where in an answer its point stands is
`lm.answers`; here is which words stand for what.
"""

__all__ = ["TaskReader", "read_answer"]

import re
from dataclasses import dataclass

from affectory.core.choices import one_of
from affectory.core.space import Axis, Kind, Space
from affectory.lm.anchors import Reading, unread
from affectory.lm.answers import ManyLabels, Number, Reader
from affectory.represent.affect_tasks import LABELS, Task, real_of
from affectory.represent.vocabularies import AFFECT11


@dataclass(frozen=True)
class TaskReader:
    """Read answers to one task, for `lm.answers.parse`.

    Args:
        task: Which.

    Raises:
        BadChoice: if there is no such task.

    Example:
        >>> from affectory.perceive.instruct.answers import TaskReader
        >>> TaskReader("EI-oc").read("2: moderate amount of joy can be inferred").row
        (2.0,)
    """

    task: Task

    def __post_init__(self) -> None:
        """Refuse what is no task."""
        object.__setattr__(self, "task", one_of(Task, "task", self.task))

    @property
    def space(self) -> Space:
        """Where the answers belong: a real, a class, or affect11."""
        return READERS[self.task].space

    def read(self, said: str) -> Reading:
        """Return the answer as a row, or why there is none."""
        text = TAIL.sub("", said.strip())
        text = HASH.sub("", LEAD.sub("", text).strip("[] \t"))
        for word, digit in DIGITS.items():
            text = re.sub(rf"\b{word}\b", digit, text, flags=re.IGNORECASE)
        text = re.sub(r"\b(?:(\d) )?point (\d)\b", r"\1.\2", text, flags=re.IGNORECASE)
        found = READERS[self.task].read(text)
        if self.task.classes and found.row and found.row[0] not in self.task.classes:
            return unread("no whole class", found.rest)
        return found


def read_answer(task: Task | str, said: str) -> float | tuple[str, ...] | None:
    """Return a real in [0, 1], a class, or the names of the emotions that hold; None if unread.

    Example:
        >>> from affectory.perceive.instruct.answers import read_answer
        >>> read_answer("EI-reg", "0.8 out of 1"), read_answer("E-c", "Hope and joy.")
        (0.8, ('joy', 'optimism'))
        >>> read_answer("V-oc", "I cannot tell.") is None
        True
    """
    reader = TaskReader(one_of(Task, "task", task))
    row = reader.read(said).row
    if row is None:
        return None
    if reader.task is Task.E_C:
        return tuple(name for name, held in zip(LABELS, row, strict=True) if held)
    return row[0]


def _scale(name: str, low: float, high: float) -> Space:
    return Space(name, Kind.SCALE, (Axis(name, low, high, max(low, 0.0)),))


DEGREES = {"slightly": 1, "somewhat": 1, "moderately": 2, "": 2, "very": 3, "extremely": 3}
POLES = {"negative": -1, "unpleasant": -1, "bad": -1, "positive": 1, "pleasant": 1, "good": 1}
AMOUNTS = {  # of an emotion: its real, and its class
    "none": (0.0, 0), "no": (0.0, 0), "not at all": (0.0, 0), "absent": (0.0, 0),
    "very low": (0.15, 1), "very weak": (0.15, 1), "low": (0.3, 1), "weak": (0.3, 1),
    "slight": (0.3, 1), "little": (0.3, 1), "a little": (0.3, 1), "some": (0.4, 1),
    "medium": (0.6, 2), "moderate": (0.6, 2), "moderately high": (0.7, 2), "high": (0.8, 3),
    "strong": (0.8, 3), "very high": (0.9, 3), "very strong": (0.9, 3), "extreme": (1.0, 3),
    "extremely high": (1.0, 3), "maximum": (1.0, 3), "maximal": (1.0, 3),
}  # fmt: skip
VALENCES = {"neutral": 0, "mixed": 0, "neutral or mixed": 0} | {
    f"{degree} {pole}".strip(): sign * size
    for degree, size in DEGREES.items()
    for pole, sign in POLES.items()
}
NOTHING = (
    "neutral or no emotion", "neutral or no emotions", "neutral", "none", "no emotion",
    "no emotions", "nothing", "none of the above", "none of them",
)  # fmt: skip
SYNONYMS = {
    word: name
    for name, words in {
        "anger": "angry annoyance annoyed rage fury furious irritation frustration",
        "anticipation": "anticipating expectation interest vigilance eagerness",
        "disgust": "disgusted disinterest dislike loathing revulsion",
        "fear": "afraid apprehension anxiety anxious terror scared worry nervousness",
        "joy": "joyful happiness happy serenity ecstasy delight excitement amusement",
        "love": "loving affection caring",
        "optimism": "optimistic hope hopefulness hopeful confidence",
        "pessimism": "pessimistic cynicism hopelessness",
        "sadness": "sad pensiveness grief sorrow disappointment",
        "surprise": "surprised amazement astonishment distraction",
        "trust": "trusting acceptance admiration liking",
    }.items()
    for word in words.split()
}
CUES = ("intensity score", "intensity class")
READERS: dict[Task, Reader] = {
    Task.EI_REG: Number(
        _scale("intensity", 0, 1), {word: real for word, (real, _) in AMOUNTS.items()}, CUES
    ),
    Task.EI_OC: Number(
        _scale("class", 0, 3), {word: float(place) for word, (_, place) in AMOUNTS.items()}, CUES
    ),
    Task.V_REG: Number(
        _scale("valence", 0, 1),
        {word: float(real_of(Task.V_OC, place)) for word, place in VALENCES.items()},
        CUES,
    ),
    Task.V_OC: Number(
        _scale("class", -3, 3), {word: float(place) for word, place in VALENCES.items()}, CUES
    ),
    Task.E_C: ManyLabels(AFFECT11, SYNONYMS, NOTHING, CUES),
}
DIGITS = {
    "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}  # fmt: skip
LEAD = re.compile(
    r"^(?:(?:class|level|grade)\s+(?=[-+\d]|minus)"
    r"|(?:this )?(?:tweet|text) contains emotions:?\s+)",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"(?:\s+amount of \w+|\s+(?:\w+ )?state|(?<=no) (?:anger|fear|joy|sadness))"
    r"(?: can be inferred)?(?=[\s.!]*$)|\s+can be inferred(?=[\s.!]*$)",
    re.IGNORECASE,
)
HASH = re.compile(r"#(?=\w)")
