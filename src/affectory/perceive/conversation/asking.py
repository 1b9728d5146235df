"""The same question put to a language model: history, two interpretations, a sketch, examples.

Four prompts after system 32: an explicit and an implicit interpretation of a turn, a sketch of its
speaker, and the question itself, with the last w turns and a few labelled turns that were alike.
Answers are read back into the Space of the labels; what cannot be read is counted, never guessed.

Differs from the paper: the sketch is written from the history alone, since a description of the
whole conversation would tell the future (*ours*; hand in `sketches` of your own to do otherwise).
"""

__all__ = ["Example", "Library", "Told", "ask", "interpret", "prompts", "sketch"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from affectory.core.records import Records
from affectory.core.space import Space
from affectory.core.states import States
from affectory.core.trajectory import Trajectory
from affectory.lm.answers import OneLabel, Parsed, parse
from affectory.lm.model import LanguageModel, Prompt, Sampling
from affectory.lm.prompt import Hole, Template
from affectory.parts.retrieve import Index
from affectory.perceive.conversation.interpret import Interpretation, interpretations
from affectory.represent.circumplex import labels_of
from affectory.represent.vocabularies import MELD7
from affectory.senses.vectors import TextEncoder, encoded

WINDOW, EXAMPLES = 5, 3
SHORT = Sampling(tokens=12, stop=("\n",))
LONG = Sampling(tokens=160)
EXPLICIT, IMPLICIT = "Outward:", "Inward:"


class Example(NamedTuple):
    """One labelled turn.

    Attributes:
        text: What was said.
        label: What was felt.
    """

    text: str
    label: str


class Told(NamedTuple):
    """What a model said of the turns.

    Attributes:
        states: One-hot, missing where the answer was not read or the turn is blank.
        parsed: The answers, with the count of those that were not read.
        prompts: What was asked.
    """

    states: States
    parsed: Parsed
    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, eq=False)
class Library:
    """Labelled turns that can be shown as examples.

    Args:
        examples: The turns.
        index: Their vectors, with the conversation of each as its group.
        sessions: Name of the conversation behind each group.
        encoder: What turns texts into vectors; None: all-MiniLM-L6-v2, with its cache.
    """

    examples: tuple[Example, ...]
    index: Index
    sessions: tuple[str, ...]
    encoder: TextEncoder | None = None

    @classmethod
    def of(
        cls, records: Records, felt: Trajectory, encoder: TextEncoder | None = None
    ) -> "Library":
        """Return the library of the turns that have a label and say something."""
        label = labels_of(records, felt)
        group = np.repeat(np.arange(len(records.sessions)), np.diff(records.offsets))
        texts = records.frame["text"].fill_null("").to_list()
        rows = [at for at, text in enumerate(texts) if label[at] >= 0 and text.strip()]
        examples = tuple(Example(texts[at], felt.space.names[label[at]]) for at in rows)
        vectors = encoded([one.text for one in examples], encoder)
        return cls(examples, Index(vectors, group[rows]), records.sessions, encoder)

    def near(self, records: Records, k: int = EXAMPLES) -> list[tuple[Example, ...]]:
        """Return the `k` turns most like each record, none from a session of the same name."""
        places = {name: at for at, name in enumerate(self.sessions)}
        own = [places.get(name, -1) for name in records.frame["session"].to_list()]
        vectors = encoded(records.frame["text"].fill_null("").to_list(), self.encoder)
        found = self.index.nearest(vectors, k, own).place.tolist()
        return [tuple(self.examples[at] for at in row if at >= 0) for row in found]


def prompts(
    records: Records,
    space: Space = MELD7,
    said: Sequence[Interpretation] | None = None,
    sketches: Sequence[str] = (),
    examples: Sequence[Sequence[Example]] = (),
    window: int = WINDOW,
) -> list[Prompt]:
    """Return the question about each record.

    Args:
        records: Whole sessions.
        space: The labels to choose from.
        said: Interpretations of each record; None: those by rule.
        sketches: What is known of each record's speaker; none: nothing is said of them.
        examples: Labelled turns for each record; none: none are shown.
        window: Turns before that are shown.
    """
    read = interpretations(records) if said is None else said
    shown = [tuple(f'"{one.text}" -> {one.label}' for one in some) for some in examples]
    return [
        ASK.render(
            {
                "history": history,
                "line": history[-1],
                "speaker": line[0],
                "explicit": read[at].explicit,
                "implicit": read[at].implicit,
                "sketch": sketches[at] if sketches else "",
                "examples": shown[at] if shown else (),
                "labels": ", ".join(space.names),
            }
        )
        for at, (line, history) in enumerate(_histories(records, window))
    ]


def ask(
    model: LanguageModel,
    records: Records,
    space: Space = MELD7,
    library: Library | None = None,
    said: Sequence[Interpretation] | None = None,
    sketches: Sequence[str] = (),
    window: int = WINDOW,
) -> Told:
    """Return what `model` answers about each record that says something.

    Args:
        model: What is asked.
        records: Whole sessions.
        space: The labels to choose from.
        library: Where examples come from; None: none are shown.
        said: Interpretations of each record; None: those by rule.
        sketches: What is known of each record's speaker.
        window: Turns before that are shown.
    """
    examples = library.near(records) if library is not None else ()
    asked = prompts(records, space, said, sketches, examples, window)
    speaks = [bool((text or "").strip()) for text in records.frame["text"].to_list()]
    put = tuple(prompt for prompt, there in zip(asked, speaks, strict=True) if there)
    parsed = parse(OneLabel(space, SYNONYMS.get(space.name, {})), model.generate(put, SHORT))
    values = np.full((len(records), space.k), np.nan)
    values[np.array(speaks, np.bool_)] = parsed.values
    by = f"perceive/conversation:{model.name}"
    return Told(States.of(Trajectory.on(records, space, values, by)), parsed, put)


def interpret(
    model: LanguageModel, records: Records, window: int = WINDOW
) -> tuple[list[Interpretation], int]:
    """Return a model's two interpretations of each record, and how many could not be read.

    What could not be read is replaced by the interpretation by rule.
    """
    asked = [
        INTERPRET.render({"history": history, "line": history[-1], "speaker": line[0]})
        for line, history in _histories(records, window)
    ]
    ruled, lost = interpretations(records), 0
    out = []
    for at, answer in enumerate(model.generate(asked, LONG)):
        found = _two(answer.text)
        lost += found is None
        out.append(found or ruled[at])
    return out, lost


def sketch(model: LanguageModel, records: Records) -> list[str]:
    """Return a model's sketch of each record's speaker, from all that was said up to it."""
    asked = [
        SKETCH.render({"history": history, "speaker": line[0]})
        for line, history in _histories(records, len(records))
    ]
    return [answer.text.strip() for answer in model.generate(asked, LONG)]


def _histories(records: Records, window: int) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
    """Return speaker and text of each record, and the lines up to it, `window` before it."""
    out = []
    for session in records:
        rows = session.frame.select("actor", "text").rows()
        lines = [f"{who}: {text or ''}" for who, text in rows]
        for at, (who, text) in enumerate(rows):
            out.append(((who, text or ""), tuple(lines[max(0, at - window) : at + 1])))
    return out


def _two(answer: str) -> Interpretation | None:
    """Return the two sentences of an answer in the asked form, None if it has another."""
    _, outward, rest = answer.partition(EXPLICIT)
    explicit, inward, implicit = rest.partition(IMPLICIT)
    if not (outward and inward and explicit.strip() and implicit.strip()):
        return None
    return Interpretation(" ".join(explicit.split()), " ".join(implicit.split()))


SYNONYMS = {
    "meld7": {
        "surprised": "surprise", "afraid": "fear", "scared": "fear", "sad": "sadness",
        "happy": "joy", "happiness": "joy", "joyful": "joy", "disgusted": "disgust",
        "angry": "anger",
    },
}  # fmt: skip

ASK = Template(
    "conversation",
    system="You name the emotion of one speaker in a conversation.",
    user="""Conversation:
{% for line in history %}
{{ line }}
{% endfor %}

{% if sketch %}
About {{ speaker }}: {{ sketch }}
{% endif %}
What the last line shows: {{ explicit }}
What may lie beneath: {{ implicit }}
{% if examples %}
Lines like it, with their emotion:
{% for one in examples %}
{{ one }}
{% endfor %}
{% endif %}
Possible emotions: {{ labels }}.
Which of them does {{ speaker }} feel in the last line, "{{ line }}"? Answer with one word.""",
    holes=(
        Hole("history", tuple),
        Hole("examples", tuple, ()),
        Hole("sketch", str, ""),
    ),
)
INTERPRET = Template(
    "conversation-interpret",
    system="You describe what people in a conversation show and what they may keep to themselves.",
    user=f"""Conversation:
{{% for line in history %}}
{{{{ line }}}}
{{% endfor %}}

Describe {{{{ speaker }}}} in the last line, "{{{{ line }}}}", given all that was said before it.
Use 20 to 50 words for each description, and no name of an emotion. Answer in this form:
{EXPLICIT} what words and tone show
{IMPLICIT} what may be felt and not shown""",
    holes=(Hole("history", tuple),),
)
SKETCH = Template(
    "conversation-sketch",
    system="You describe people from what they say.",
    user="""Conversation so far:
{% for line in history %}
{{ line }}
{% endfor %}

Describe {{ speaker }} in at most 100 words: manner, concerns, and stance toward the others.""",
    holes=(Hole("history", tuple),),
)
