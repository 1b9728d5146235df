"""From the steps of conversations to signs: what is said, what is said again, what fails."""

__all__ = ["Found", "Settings", "found"]

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.measure.triage import Decay, Turns
from affectory.perceive.signals import bank
from affectory.perceive.signals.alike import Alike
from affectory.perceive.signals.plain import plain, rows_of
from affectory.perceive.signals.repeats import again, reworded
from affectory.senses.faults import faults
from affectory.senses.loops import drifts, oscillations, retries
from affectory.senses.trace import Role, Steps

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """What counts as a sign.

    Args:
        decay: How efficiency falls with turns.
        trigrams: Share of trigrams from which a message is like a phrase.
        cosine: Cosine of word counts from which it is.
        strict: Whether words that turn, and words of weight, must agree too (ours).
        empty: Whether equal calls without arguments make a retry.
    """

    decay: Decay = field(default_factory=Decay)
    trigrams: float = 0.65
    cosine: float = 0.60
    strict: bool = True
    empty: bool = True


class Found(NamedTuple):
    """One sign, by its step.

    Attributes:
        step: Which of the steps.
        kind: Leaf of its type.
        confidence: In (0, 1].
        metadata: What else is known.
        start: First character of its words in the text of the step.
        stop: One past the last; 0 where it rests on no words.
    """

    step: int
    kind: str
    confidence: float
    metadata: Mapping[str, Any]
    start: int = 0
    stop: int = 0


def found(steps: Steps, settings: Settings) -> tuple[list[Found], list[Turns]]:
    """Return the signs in `steps`, by step and kind, and the turns of each conversation."""
    turns = _turns(steps, settings.decay)
    out = [*_said(steps, settings), *_failed(steps), *_looped(steps, settings),
           *_dragged(steps, turns)]  # fmt: skip
    return sorted(out, key=lambda one: (one.step, ORDER[one.kind])), turns


def _turns(steps: Steps, decay: Decay) -> list[Turns]:
    c = len(steps.names)
    human, agent = (
        np.bincount(steps.session[steps.of(role)], minlength=c).tolist()
        for role in (Role.HUMAN, Role.AGENT)
    )
    return [Turns.of(user, bot, decay) for user, bot in zip(human, agent, strict=True)]


def _dragged(steps: Steps, turns: Sequence[Turns]) -> Iterable[Found]:
    last = dict(zip(steps.session.tolist(), range(len(steps)), strict=True))
    for session, turn in enumerate(turns):
        if turn.is_dragging and session in last:
            told = {"total_turns": turn.user_turns, "efficiency": round(turn.efficiency, 4)}
            yield Found(last[session], "dragging", 1.0 - turn.efficiency, told)


def _said(steps: Steps, settings: Settings) -> list[Found]:
    """Return the signs in what people and agents say."""
    talk = steps.of(Role.HUMAN, Role.AGENT)
    texts = [steps.text[at] for at in talk.tolist()]
    buffer = plain(texts)
    rows = rows_of(buffer)
    human = np.flatnonzero(steps.role[talk] == Role.HUMAN)
    out = _phrases(rows, texts, human.tolist(), settings)
    out += _stances(rows, texts, human.tolist())
    taken = {one.step for one in out if one.kind in MISALIGNED}
    out += _rephrased(steps, talk, rows, human, taken)
    out += _repeated(steps, talk, buffer, rows)
    where = talk.tolist()
    return [one._replace(step=where[one.step]) for one in out]


def _phrases(
    rows: list[str], texts: list[str], human: list[int], settings: Settings
) -> list[Found]:
    """Return the signs that phrases make; steps are counted among `rows`."""
    mine = [rows[at] for at in human]
    told: dict[int, dict[str, tuple[float, str, bool]]] = defaultdict(dict)
    known = bank.phrases()
    for row, words in _exact(mine):
        phrase = known[_place()[words]]
        if phrase.family in TURNED and _turned(mine[row], words):
            continue
        told[row].setdefault(phrase.family, (1.0, phrase.words, True))
    alike = _alike(settings.trigrams, settings.cosine, settings.strict)
    for near in alike.find([row.strip() for row in mine]):
        phrase = _likenable()[near.phrase]
        told[near.row].setdefault(phrase.family, (near.share, phrase.words, False))
    out: list[Found] = []
    for row, families in told.items():
        for family in _heard(families):
            share, words, exact = families[family]
            text = texts[human[row]]
            start, stop = _span(text, words) if exact else (0, len(text))
            cue = {"pattern": words, "layer": "phrase" if exact else "likeness"}
            if family in STANCES:
                cue["indicator_type"] = family
            kind = STANCES.get(family, family)
            out.append(Found(human[row], kind, share, cue, start, stop))
    return out


def _heard(families: Mapping[str, object]) -> Iterable[str]:
    """Yield which families count where several are found in one message."""
    for rivals in (MISALIGNED, GLAD):
        yield from [family for family in rivals if family in families][:1]
    yield from [family for family in ("escalation", "quit", "profanity") if family in families]
    if "complaint" in families and not {"escalation", "profanity"} & families.keys():
        yield "complaint"


def _exact(rows: list[str]) -> Iterable[tuple[int, str]]:
    """Yield row and words of every phrase said word by word, in the order of the bank."""
    said = pl.DataFrame({"row": pl.int_range(len(rows), eager=True),
                         "text": pl.Series(rows, dtype=pl.String)})  # fmt: skip
    hits = (
        said.with_columns(pl.col("text").str.extract_many(_patterns(), overlapping=True))
        .filter(pl.col("text").list.len() > 0)
        .explode("text")
    )
    place = _place()
    found = [(row, place[words.strip()], words.strip()) for row, words in hits.rows()]
    return [(row, words) for row, _, words in sorted(set(found))]


def _turned(row: str, words: str) -> bool:
    """Whether a word that turns what is said stands up to three words before `words`."""
    before = row[: row.find(f" {words} ")].split()[-REACH:]
    return not bank.words("turning").isdisjoint(before)


def _stances(rows: list[str], texts: list[str], human: list[int]) -> list[Found]:
    """Return who shouts, by capitals or by marks."""
    mine = [texts[at] for at in human]
    loud = _capitals(mine)
    out = [
        Found(human[at], "negative_stance", 1.0, {"indicator_type": "all_caps",
              "upper_ratio": round(float(loud[at]), 3)}, 0, len(mine[at]))
        for at in np.flatnonzero(loud >= LOUD).tolist()
    ]  # fmt: skip
    openers = bank.openers("glad")
    for at, text in enumerate(mine):
        marks = MARKS.search(text) if "!" in text or "?" in text else None
        if marks and not rows[human[at]].startswith(openers):
            cue = {"indicator_type": "excessive_punctuation", "marks": marks[0][:10]}
            out.append(Found(human[at], "negative_stance", 1.0, cue, *marks.span()))
    return out


def _capitals(texts: list[str]) -> NDArray[np.float64]:
    """Return the share of capitals among the letters of each text, 0 where there are few."""
    raw = "\0".join([text.replace("\0", " ") for text in texts]) + "\0"
    byte = np.frombuffer(raw.encode("utf-8", "replace"), dtype=np.uint8)
    high = (byte - np.uint8(65)) < 26
    letter = ((byte | np.uint8(32)) - np.uint8(97)) < 26
    ends = np.flatnonzero(byte == 0)
    upper, every = (np.diff(np.cumsum(mask)[ends], prepend=0) for mask in (high, letter))
    return np.asarray(np.where(every >= LETTERS, upper / np.maximum(every, 1), 0.0))


def _rephrased(
    steps: Steps, talk: Places, rows: list[str], human: Places, taken: set[int]
) -> list[Found]:
    """Return what people ask once more in other words."""
    at = talk[human]
    near = (np.diff(steps.session[at]) == 0) & (np.diff(steps.index[at]) <= GAP)
    stop, openers = bank.words("stop"), bank.openers("agreeing")
    out = []
    for k in np.flatnonzero(near).tolist():
        before, now = int(human[k]), int(human[k + 1])
        if now in taken or rows[now].startswith(openers):
            continue
        share = reworded(rows[now], rows[before], stop)
        if share:
            cue = {"compared_to": int(steps.index[talk[before]]), "overlap": round(share, 3)}
            out.append(Found(now, "rephrase", REWORDED, cue, 0, len(steps.text[talk[now]])))
    return out


def _repeated(
    steps: Steps, talk: Places, buffer: NDArray[np.uint8], rows: list[str]
) -> list[Found]:
    """Return what people, or agents, say again nearly letter by letter."""
    pairs = []
    for role in (Role.HUMAN, Role.AGENT):
        mine = np.flatnonzero(steps.role[talk] == role)
        for back in (1, 2):
            later, before = mine[back:], mine[:-back]
            same = steps.session[talk[later]] == steps.session[talk[before]]
            pairs.append(np.column_stack([later[same], before[same]]))
    openers = bank.openers("glad")
    out: dict[int, Found] = {}
    for row, other, share in again(buffer, rows, np.concatenate(pairs)):
        person = steps.role[talk[row]] == Role.HUMAN
        if row in out or (person and rows[row].startswith(openers)):
            continue
        kind = "exact" if share >= EXACT else "near_duplicate"
        cue = {"repetition_type": kind, "compared_to": int(steps.index[talk[other]]),
               "role": "human" if person else "gpt"}  # fmt: skip
        out[row] = Found(row, "repetition", share, cue, 0, len(steps.text[talk[row]]))
    return list(out.values())


def _failed(steps: Steps) -> list[Found]:
    """Return the errors that tools answer with."""
    at = steps.of(Role.RESULT).tolist()
    texts = [steps.text[step] for step in at]
    called = np.cumsum(steps.role == Role.CALL) - 1
    where = steps.of(Role.CALL)
    out = []
    for kind in ("failures", "environment"):
        for row, family, start, stop, said in faults(texts, kind):
            step = at[row]
            cue: dict[str, Any] = {"error": said[:SAID]}
            last = int(called[step])
            if last >= 0 and steps.session[where[last]] == steps.session[step]:
                cue |= {"tool_name": steps.calls[last].name,
                        "call_index": int(steps.index[where[last]])}  # fmt: skip
            sure = SURE[family]
            if family == "bad_query" and not WORSE.search(texts[row]):
                sure = UNSURE
            out.append(Found(step, family, sure, cue, start, stop))
    return out


def _looped(steps: Steps, settings: Settings) -> list[Found]:
    """Return the calls that go round in circles, each at its first call."""
    where = steps.of(Role.CALL)
    edges = np.flatnonzero(np.diff(steps.session[where])) + 1
    out = []
    for low, high in zip([0, *edges.tolist()], [*edges.tolist(), len(where)], strict=True):
        calls, at = steps.calls[low:high], where[low:high]
        if len(calls) < FEWEST:
            continue
        for kind, loops in (("retry", retries(calls, empty=settings.empty)),
                            ("parameter_drift", drifts(calls)),
                            ("oscillation", oscillations(calls))):  # fmt: skip
            for loop in loops:
                first, last = int(at[loop.first]), int(at[loop.last])
                cue = {"tools": list(loop.names), "start_index": int(steps.index[first]),
                       "end_index": int(steps.index[last]), "rounds": loop.rounds,
                       "call_count": loop.last - loop.first + 1}  # fmt: skip
                out.append(Found(first, kind, SURE[kind], cue))
    return out


@lru_cache(maxsize=4096)
def _shape(words: str) -> re.Pattern[str]:
    parts = [r"['\u2018\u2019\u02bc]?".join(map(re.escape, word)) for word in words.split()]
    return re.compile(r"(?<!\w)" + r"[\W_]+".join(parts) + r"(?!\w)", re.IGNORECASE)


def _span(text: str, words: str) -> tuple[int, int]:
    """Return where `words`, in plain form, stand in `text`."""
    hit = _shape(words).search(text)
    return hit.span() if hit else (0, len(text))


@cache
def _place() -> dict[str, int]:
    return {phrase.words: at for at, phrase in enumerate(bank.phrases())}


@cache
def _patterns() -> list[str]:
    return [f" {phrase.words} " for phrase in bank.phrases()]


@cache
def _likenable() -> tuple[bank.Phrase, ...]:
    return tuple(phrase for phrase in bank.phrases() if phrase.alike)


@lru_cache(maxsize=8)
def _alike(trigrams: float, cosine: float, strict: bool) -> Alike:
    said = tuple(phrase.words for phrase in _likenable())
    turning, small = bank.words("turning"), bank.words("small")
    return Alike(said, trigrams, cosine, turning, small, strict, bank.common())


MISALIGNED = ("correction", "rephrase", "clarification")
GLAD = ("gratitude", "confirmation", "success")
TURNED = (*GLAD, "quit")  # what "not", "if" or "how" before it undoes
STANCES = {"complaint": "negative_stance", "profanity": "negative_stance"}
SURE = {
    "invalid_args": 0.90, "tool_not_found": 0.95, "auth_misuse": 0.80, "state_error": 0.85,
    "bad_query": 0.80, "retry": 0.95, "parameter_drift": 0.85, "oscillation": 0.90,
    "rate_limit": 0.95, "api_error": 0.90, "timeout": 0.90, "network": 0.90,
    "malformed_response": 0.85, "context_overflow": 0.90,
}  # fmt: skip
ORDER = {kind: at for at, kind in enumerate((
    *MISALIGNED, "repetition", "escalation", "quit", "negative_stance", *GLAD, *SURE, "dragging",
))}  # fmt: skip
UNSURE = 0.60
REWORDED = 0.80
EXACT = 0.95
MARKS = re.compile(r"\?{2,}|!{2,}|[?!]{3,}")
WORSE = re.compile(r"error|invalid|failed", re.IGNORECASE)
LOUD, LETTERS = 0.8, 10  # share of capitals among letters, and how many letters
GAP = 3  # messages between two of one person
REACH = 3  # words
FEWEST = 3  # calls
SAID = 80  # characters of an error
