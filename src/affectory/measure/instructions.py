"""How right the answer to a small instruction is: the metrics of Instruction Induction.

Paper: Honovich et al. 2022, "Instruction Induction" (arXiv 2205.10782): exact match, exact set,
contains and F1 of words after one and the same cleaning, the best over all accepted answers.

*Ours*: a score of confidence that was asked for beside the answer, and a leading "Answer:", are
taken off first, so that a prompt which asks for more than the answer is not punished for it.
"""

__all__ = ["METRICS", "Metric", "bare", "normalised", "rightness"]

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum

from affectory.core.errors import BadChoice, BadValues


class Metric(StrEnum):
    """How an answer is compared with one that is accepted."""

    EXACT = "exact"  # the same words in the same order
    SET = "set"  # the same words in any order
    CONTAINS = "contains"  # the accepted words somewhere within
    F1 = "f1"  # the harmonic mean of precision and recall of words


METRICS = {
    "active_to_passive": Metric.EXACT,
    "antonyms": Metric.EXACT,
    "cause_and_effect": Metric.EXACT,
    "common_concept": Metric.F1,
    "diff": Metric.EXACT,
    "first_word_letter": Metric.EXACT,
    "informal_to_formal": Metric.F1,
    "larger_animal": Metric.EXACT,
    "letters_list": Metric.EXACT,
    "negation": Metric.EXACT,
    "num_to_verbal": Metric.EXACT,
    "orthography_starts_with": Metric.SET,
    "rhymes": Metric.EXACT,
    "second_word_letter": Metric.EXACT,
    "sentence_similarity": Metric.EXACT,
    "sentiment": Metric.EXACT,
    "singular_to_plural": Metric.EXACT,
    "sum": Metric.EXACT,
    "synonyms": Metric.CONTAINS,
    "taxonomy_animal": Metric.SET,
    "translation_en-de": Metric.EXACT,
    "translation_en-es": Metric.EXACT,
    "translation_en-fr": Metric.EXACT,
    "word_in_context": Metric.EXACT,
}


def rightness(task: str, said: str, accepted: Sequence[str]) -> float:
    """Return how right `said` is by the metric of `task`, in [0, 1].

    Args:
        task: One of the 24 tasks in `METRICS`.
        said: The answer.
        accepted: Answers that count as right; the best comparison counts.

    Raises:
        BadChoice: if there is no such task.

    Example:
        >>> from affectory.measure.instructions import rightness
        >>> rightness("antonyms", "Answer: Unhappy. Confidence: 0.9", ["unhappy"])
        1.0
    """
    if task not in METRICS:
        raise BadChoice("task", task, METRICS)
    compare = COMPARE[METRICS[task]]
    words = _words(bare(said))
    return max((compare(words, _words(each)) for each in accepted), default=0.0)


def bare(said: str) -> str:
    """Return an answer without a leading "Answer:" and without a score of confidence."""
    return CONFIDENCE.sub(" ", LEAD.sub("", said.strip())).strip()


def normalised(raw: float, low: float, high: float) -> float:
    """Return a score on BIG-bench's scale: ``100 (raw - low) / (high - low)``.

    Args:
        raw: The score itself.
        low: What guessing scores; it becomes 0.
        high: What an expert scores; it becomes 100. A worse guess than guessing is below 0.

    Raises:
        BadValues: if `low` is not below `high`.
    """
    if not low < high:
        raise BadValues("normalised", f"low {low:g}, high {high:g}", "low < high")
    return 100.0 * (raw - low) / (high - low)


def _words(text: str) -> list[str]:
    """Return the words that are compared: of the first line, up to its first full stop."""
    for old in (" and ", "Sentence 1:", "Sentence 2:"):
        text = text.replace(old, " ")
    line = text.strip().split("\n")[0].split(".")[0].lower()
    return line.replace("-", " ").translate(BARE).split()


def _exact(said: list[str], wanted: list[str]) -> float:
    return float(said == wanted)


def _set(said: list[str], wanted: list[str]) -> float:
    return float(set(said) == set(wanted))


def _contains(said: list[str], wanted: list[str]) -> float:
    """Return 1 where the wanted words stand in a row within what was said."""
    spots = range(len(said) - len(wanted) + 1)
    return float(bool(wanted) and any(said[at : at + len(wanted)] == wanted for at in spots))


def _f1(said: list[str], wanted: list[str]) -> float:
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2.0 * shared / (len(said) + len(wanted)) if shared else 0.0


COMPARE: dict[Metric, Callable[[list[str], list[str]], float]] = {
    Metric.EXACT: _exact,
    Metric.SET: _set,
    Metric.CONTAINS: _contains,
    Metric.F1: _f1,
}
BARE = str.maketrans("", "", string.punctuation)
LEAD = re.compile(r"^(?:the\s+)?(?:final\s+)?(?:answer|output)\s*(?:is)?\s*:\s*", re.IGNORECASE)
CONFIDENCE = re.compile(
    r"[\s,;(\[-]*(?:and\s+|with\s+)?(?:a\s+|my\s+)?confidence(?:\s+(?:score|level))?"
    r"(?:\s+(?:of|is))?\s*[:=]?\s*(?:\d{1,3}\s?%|[01](?:\.\d+)?|\.\d+)(?:\s*(?:/|out of)\s*1)?"
    r"[)\]]?\.?",
    re.IGNORECASE,
)
