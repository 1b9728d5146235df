"""A language model as a rater: a rubric in, scores and Figures out.

Every criterion is asked alone, so that one does not colour the next; samples are averaged per
item before anything else, since draws of one item are no further items. Zheng et al., "Judging
LLM-as-a-Judge" (2023): in pairs the first place is preferred whatever stands there, hence each
pair is asked in both orders and counts half where the answers disagree.
"""

__all__ = ["Criterion", "Judge", "Judged"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice
from affectory.core.figure import Figure
from affectory.lm import answers
from affectory.lm.model import LanguageModel, Sampling
from affectory.lm.prompt import Template

Floats = NDArray[np.float64]
RESAMPLES = 2000


@dataclass(frozen=True)
class Criterion:
    """One thing that is rated.

    Args:
        name: Short name, such as "fluency".
        asks: What it means, and what its ends mean; part of the prompt.
        low: Least score.
        high: Greatest score.
    """

    name: str
    asks: str
    low: float = 0.0
    high: float = 3.0


@dataclass(frozen=True, eq=False)
class Judged:
    """What a judge said of n items.

    Args:
        criteria: c of them.
        scores: Mean over samples, NaN where none could be read. Shape (n, c).
        unread: How many answers to each criterion could not be read. Shape (c,).
        by: Name of the judge.
    """

    criteria: tuple[Criterion, ...]
    scores: Floats
    unread: NDArray[np.int64]
    by: str

    def figures(self, seed: int = 0, setting: str = "") -> tuple[Figure, ...]:
        """Return the mean of each criterion over items, with a bootstrap interval over items."""
        return tuple(self._figure(at, seed, setting) for at, _ in enumerate(self.criteria))

    def _figure(self, at: int, seed: int, setting: str) -> Figure:
        name, said = self.criteria[at].name, self.scores[:, at]
        said = said[~np.isnan(said)]
        lost = f"{setting}; {self.unread[at]} answers unread".removeprefix("; ")
        if not len(said):
            return Figure(name, np.nan, n=0, setting=lost, by=self.by, reason="no answer was read")
        rng = np.random.default_rng(seed)
        drawn = said[rng.integers(len(said), size=(RESAMPLES, len(said)))].mean(axis=1)
        low, high = np.quantile(drawn, (0.025, 0.975))
        told = f"{lost}; bootstrap over items, 95%, {RESAMPLES} resamples, seed {seed}"
        return Figure(name, float(said.mean()), float(low), float(high), len(said), "points", told,
                      self.by)  # fmt: skip


@dataclass(frozen=True)
class Judge:
    """A rubric with a model behind it.

    Args:
        model: What answers.
        criteria: What is rated.
        template: The question; besides the items' own fields it names `asks`, `low`, `high`.
        how: How answers are drawn; with more than one sample give a temperature.
        samples: Answers per item and criterion, >= 1.
    """

    model: LanguageModel
    criteria: tuple[Criterion, ...]
    template: Template
    how: Sampling = field(default_factory=lambda: Sampling(tokens=16))
    samples: int = 1

    def __post_init__(self) -> None:
        """Refuse no sample."""
        if self.samples < 1:
            raise BadChoice("samples", self.samples, "an integer >= 1")

    def rate(self, items: Sequence[Mapping[str, Any]]) -> Judged:
        """Return the score of each item (its template fields) on each criterion."""
        columns, unread = [], []
        for criterion in self.criteria:
            said = [self._sample(criterion, items, draw) for draw in range(self.samples)]
            columns.append(_mean(np.stack([each.values[:, 0] for each in said])))
            unread.append(sum(each.unread for each in said))
        scores = np.stack(columns, axis=1) if columns else np.empty((len(items), 0))
        return Judged(self.criteria, scores, np.array(unread, np.int64), self.model.name)

    def _sample(
        self, criterion: Criterion, items: Sequence[Mapping[str, Any]], draw: int
    ) -> answers.Parsed:
        about = {"asks": criterion.asks, "low": f"{criterion.low:g}", "high": f"{criterion.high:g}"}
        prompts = self.template.each([{**item, **about} for item in items])
        how = replace(self.how, seed=self.how.seed + draw)
        return answers.number(self.model.generate(prompts, how), criterion.low, criterion.high)

    def prefer(
        self, template: Template, pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
    ) -> Floats:
        """Return how far the first of each pair is preferred: 1, 0, or .5 where orders disagree.

        Args:
            template: Names `first` and `second`, and asks for an answer that begins with
                "first" or "second".
            pairs: Fields of the items; each is handed to the template whole.

        Returns:
            Shape (n,); NaN where either order could not be read.
        """
        ahead = [template.fill(first=a, second=b) for a, b in pairs]
        back = [template.fill(first=b, second=a) for a, b in pairs]
        said = [_place(answer.text) for answer in self.model.generate([*ahead, *back], self.how)]
        one, other = np.array(said[: len(pairs)]), np.array(said[len(pairs) :])
        return np.asarray((one + (1 - other)) / 2, np.float64)


def _mean(drawn: Floats) -> Floats:
    """Return the mean over draws that were read; NaN where none was. Shape (n,)."""
    known = ~np.isnan(drawn)
    total = np.where(known, drawn, 0.0).sum(axis=0)
    count = known.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _place(text: str) -> float:
    said = text.strip().lower().lstrip(" *\"'`")
    places = [said.startswith(word) for word in ("first", "second")]
    return 1.0 if places[0] else 0.0 if places[1] else np.nan
