"""PELD: two turns of a sitcom character with another's between them, and the emotion of each.

Wen et al. 2021; `Dyadic_PELD.tsv[.gz]` with speakers, personality of the first (O, C, E, A, N in
[0, 1]), three utterances, their emotions and sentiments. Triples overlap: what one ends with is
how another begins. Those that share an utterance of a run, or one of five words anywhere, are of
one dialogue and must never stand on both sides of a split.
"""

__all__ = ["EMOTIONS", "Triples", "read_peld"]

import ast
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadFile
from affectory.sources.published import AGAIN, content, published

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
LONG = 5  # words of an utterance that is no coincidence
TRAITS = 5


class Triples(NamedTuple):
    """What was said and felt.

    Attributes:
        speaker: Who speaks first and last. Length n.
        traits: Openness, conscientiousness, extraversion, agreeableness, neuroticism. (n, 5).
        said: First utterance. Length n.
        heard: The other's answer. Length n.
        emotions: Names of the emotions of all three utterances. Shape (n, 3).
        dialogue: Number of the dialogue. Shape (n,).
    """

    speaker: list[str]
    traits: NDArray[np.float64]
    said: list[str]
    heard: list[str]
    emotions: NDArray[np.str_]
    dialogue: NDArray[np.int64]


def read_peld(folder: Path) -> Triples:
    """Return all triples, in the order of the file.

    Raises:
        MissingFile: if the file is not in `folder`.
        BadFile: if a column is missing, or an emotion or a personality is none.
    """
    path = published(folder, "Dyadic_PELD.tsv")
    table = pl.read_csv(content(path), separator="\t", quote_char=None, infer_schema=False)
    spoken, felt = ([f"{what}_{at}" for at in (1, 2, 3)] for what in ("Utterance", "Emotion"))
    if not {"Speaker_1", "Personality", *spoken, *felt} <= set(table.columns):
        raise BadFile(path, f"columns {table.columns}", "speakers, utterances, emotions", AGAIN)
    emotions = table.select(felt).to_numpy().astype(str)
    if not np.isin(emotions, EMOTIONS).all():
        raise BadFile(path, "another emotion", ", ".join(EMOTIONS), AGAIN)
    texts = [table[name].fill_null("").to_list() for name in spoken]
    traits = _traits(path, table["Personality"].to_list())
    return Triples(
        table["Speaker_1"].to_list(), traits, texts[0], texts[1], emotions, _dialogues(texts)
    )


def _traits(path: Path, told: list[str]) -> NDArray[np.float64]:
    try:
        traits = np.array([ast.literal_eval(row) for row in told], np.float64)
    except (ValueError, SyntaxError, TypeError) as error:
        raise BadFile(path, "a personality that is no list", "five numbers", AGAIN) from error
    if traits.shape != (len(told), TRAITS) or not ((traits >= 0) & (traits <= 1)).all():
        raise BadFile(path, "another personality", "five numbers from 0 to 1", AGAIN)
    return traits


def _dialogues(texts: list[list[str]]) -> NDArray[np.int64]:
    """Return the number of the dialogue of each triple, in order of appearance. Shape (n,)."""
    parent = list(range(len(texts[0])))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    seen: dict[str, int] = {}
    for at, (first, middle, last) in enumerate(zip(*texts, strict=True)):
        if at and {first, middle} & {texts[1][at - 1], texts[2][at - 1]}:
            parent[root(at)] = root(at - 1)
        for text in (first, middle, last):
            words = " ".join(text.lower().split())
            if words.count(" ") >= LONG - 1:
                parent[root(at)] = root(seen.setdefault(words, at))
    number: dict[int, int] = {}
    roots = [root(at) for at in range(len(parent))]
    return np.array([number.setdefault(each, len(number)) for each in roots], np.int64)
