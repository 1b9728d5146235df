"""What a conversation with an agent is worth a look for: 25 signs, seven counts, one number.

System 33: "Signals: Trajectory Sampling and Triage for Agentic Interactions" (Chen, Hafeez,
Paracha 2026, arXiv 2604.00356). The arithmetic is that of the authors' open port. Not here: how
signs are found (`perceive.signals`) and which conversations are picked (`measure.picking`).
"""

__all__ = ["CATEGORIES", "TYPES", "Decay", "Report", "Sign", "Turns", "leaf", "quality", "severity"]

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from affectory.core.errors import BadChoice


class Sign(NamedTuple):
    """One sign in one message.

    Attributes:
        type: One of `TYPES`.
        message_index: Which message of the conversation, from 0; prompts are not counted.
        snippet: The words that it rests on.
        confidence: How surely, in (0, 1].
        metadata: What else is known of it.
        seq: `seq` of the record that the message is of, -1 for none.
        span: First and one past the last character of the words in the message, None where they
            are not there.
    """

    type: str
    message_index: int
    snippet: str
    confidence: float = 1.0
    metadata: Mapping[str, Any] = {}
    seq: int = -1
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Decay:
    """How efficiency falls with the turns of the user.

    Args:
        baseline: Turns up to which a conversation is efficient, >= 0.
        rate: What each turn beyond adds to the divisor, >= 0.
        drags: Efficiency below which a conversation drags, in [0, 1].

    Raises:
        BadChoice: if one is out of range.
    """

    baseline: int = 5
    rate: float = 0.25
    drags: float = 0.5

    def __post_init__(self) -> None:
        """Refuse a decay that is none."""
        if self.baseline < 0 or self.rate < 0:
            raise BadChoice("decay", (self.baseline, self.rate), "numbers >= 0")
        if not 0 <= self.drags <= 1:
            raise BadChoice("drags", self.drags, "a share in [0, 1]")

    def efficiency(self, turns: int) -> float:
        """Return ``1 / (1 + rate (turns - baseline))``, 1 up to the baseline."""
        return 1.0 / (1.0 + self.rate * max(turns - self.baseline, 0))


class Turns(NamedTuple):
    """How many turns there were, and how efficient that is.

    Attributes:
        user_turns: What people said.
        assistant_turns: What agents said.
        efficiency: In (0, 1].
        is_dragging: Whether that is too low.
    """

    user_turns: int
    assistant_turns: int
    efficiency: float
    is_dragging: bool

    @classmethod
    def of(cls, user: int, assistant: int, decay: Decay) -> "Turns":
        """Return the turns of a conversation."""
        left = decay.efficiency(user)
        return cls(user, assistant, left, left < decay.drags)


def leaf(kind: str) -> str:
    """Return the last part of a type: its axis in the Space `signals`."""
    return kind.rpartition(".")[2]


def severity(count: int) -> int:
    """Return 0 to 3: none, one or two, three or four, five or more signs of a category."""
    return 0 if count < 1 else 1 if count < 3 else 2 if count < 5 else 3


def quality(types: Mapping[str, int], user_turns: int) -> tuple[float, str]:
    """Return the quality of a conversation, 0 to 100, and its band.

    Args:
        types: How many signs there are of each of `TYPES`.
        user_turns: What people said.
    """
    count = _by_category(types)
    leaves = {leaf(kind): many for kind, many in types.items() if many}
    grave = "escalation" in leaves or "quit" in leaves
    lost, stuck = severity(count["disengagement"]), severity(count["stagnation"])
    if grave or lost == 3 or stuck == 3:
        return 0.0, "severe"
    glad = (0.0, 0.6, 0.8, 0.95)[min(count["satisfaction"], 3)]
    score = 50.0 + 20.0 * glad - 10.0 * lost
    score -= 15.0 * (count["misalignment"] / max(user_turns, 1) > MISALIGNED)
    score -= 8.0 * stuck * (count["stagnation"] > STUCK)
    score -= 8.0 * count["failure"] + 5.0 * count["loops"] + 3.0 * count["exhaustion"]
    score = min(max(score, 0.0), 100.0)
    return score, next(band for least, band in BANDS if score >= least)


@dataclass(frozen=True)
class Report:
    """What was found in one conversation.

    Args:
        session: Its name.
        signs: What was found, in order.
        turns: How many turns it had.
        messages: How many messages, prompts not counted.
        felt: What the user felt, turn by turn, where that was asked for: message_index and the
            value of each axis.
    """

    session: str
    signs: tuple[Sign, ...]
    turns: Turns
    messages: int = 0
    felt: tuple[Mapping[str, float], ...] = ()

    @cached_property
    def types(self) -> Mapping[str, int]:
        """How many signs there are of each type that there is."""
        return Counter(sign.type for sign in self.signs)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many signs there are of each of the seven `CATEGORIES`."""
        return _by_category(self.types)

    @cached_property
    def severities(self) -> Mapping[str, int]:
        """How grave each of the seven is, 0 to 3."""
        return {name: severity(count) for name, count in self.counts.items()}

    @cached_property
    def _judged(self) -> tuple[float, str]:
        return quality(self.types, self.turns.user_turns)

    @property
    def score(self) -> float:
        """Quality, 0 to 100; 50 where there is no sign."""
        return self._judged[0]

    @property
    def quality(self) -> str:
        """excellent, good, neutral, poor or severe."""
        return self._judged[1]

    @property
    def marked(self) -> bool:
        """Whether somebody should look: an unhappy user, going nowhere, or a failing agent."""
        count = self.counts
        trouble = count["disengagement"] or count["failure"] or count["loops"]
        return bool(trouble or count["stagnation"] > STUCK or self.quality in ("poor", "severe"))

    @property
    def summary(self) -> str:
        """One line: the band, then what there is most of."""
        told = [f"{many} {name}" for name, many in self.counts.items() if many]
        return f"{self.quality} ({self.score:.0f}): " + (", ".join(told) or "no sign")

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        turns = self.turns
        told: dict[str, Any] = {
            "session": self.session,
            "quality": self.quality,
            "quality_score": round(self.score, 3),
            "marked": self.marked,
            "summary": self.summary,
            "messages": self.messages,
            "turns": {
                "total_turns": turns.user_turns,
                "user_turns": turns.user_turns,
                "assistant_turns": turns.assistant_turns,
                "efficiency": round(turns.efficiency, 4),
                "is_dragging": turns.is_dragging,
            },
            "categories": {
                CATEGORIES[name]: {"count": many, "severity": severity(many)}
                for name, many in self.counts.items()
                if many
            },
            "signals": [_told(sign) for sign in self.signs],
        }
        if self.felt:
            told["felt"] = [dict(point) for point in self.felt]
        return told


def _told(sign: Sign) -> dict[str, Any]:
    told = {
        "type": sign.type,
        "message_index": sign.message_index,
        "snippet": sign.snippet,
        "confidence": round(sign.confidence, 4),
        "metadata": dict(sign.metadata),
    }
    return told | {"seq": sign.seq} if sign.seq >= 0 else told


def _by_category(types: Mapping[str, int]) -> dict[str, int]:
    count = dict.fromkeys(CATEGORIES, 0)
    for kind, many in types.items():
        count[kind.split(".")[1]] += many
    return count


def _types(told: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{path}.{name}" for path, *names in map(str.split, told) for name in names)


TYPES = _types((
    "interaction.misalignment correction rephrase clarification",
    "interaction.stagnation dragging repetition",
    "interaction.disengagement escalation quit negative_stance",
    "interaction.satisfaction gratitude confirmation success",
    "execution.failure invalid_args bad_query tool_not_found auth_misuse state_error",
    "execution.loops retry parameter_drift oscillation",
    "environment.exhaustion api_error timeout rate_limit network malformed_response "
    "context_overflow",
))  # fmt: skip
CATEGORIES = {kind.split(".")[1]: kind.rpartition(".")[0] for kind in TYPES}  # with their layer
MISALIGNED = 0.3  # signs a user turn
STUCK = 2  # signs of stagnation up to which it costs nothing
BANDS = ((75.0, "excellent"), (60.0, "good"), (40.0, "neutral"), (25.0, "poor"), (0.0, "severe"))
