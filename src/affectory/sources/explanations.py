"""Explanations that people rated, and the posts and questions that they explain.

System 09 (Yang et al. 2023; MentalLLaMA): `chatgpt_data.csv`, `chatgpt_false_data.csv` and
`gpt3_data.csv` (text, label, the explanation, four lists of three ratings), and the IMHI files
(`DR.csv` and its kin: query, answer). Plain or gzipped. The posts are for research alone.
"""

__all__ = ["ASPECTS", "GROUPS", "Asked", "Explained", "read_asked", "read_explained"]

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadColumn, BadFile
from affectory.sources.published import AGAIN, content, published

Floats = NDArray[np.float64]
ASPECTS = ("fluency", "completeness", "reliability", "overall")
GROUPS = {
    "chatgpt_data": "ChatGPT, correct",
    "chatgpt_false_data": "ChatGPT, wrong",
    "gpt3_data": "GPT-3",
}


class Explained(NamedTuple):
    """Explanations with their ratings.

    Attributes:
        posts: What is explained. Length n.
        said: The explanations, the label first. Length n.
        group: Whose explanation it is, a value of `GROUPS`. Shape (n,).
        label: 1 where the data set says that the poster is depressed (a weak label). Shape (n,).
        ratings: From 0 to 3 by each of three raters. Shape (n, 3, 4), aspects last.
    """

    posts: tuple[str, ...]
    said: tuple[str, ...]
    group: NDArray[np.str_]
    label: Floats
    ratings: Floats


class Asked(NamedTuple):
    """Posts, the question about each, and the answer that the data set holds.

    Attributes:
        posts: Length n.
        questions: Length n.
        answers: Label and reasoning; silver, written by a model and corrected. Length n.
    """

    posts: tuple[str, ...]
    questions: tuple[str, ...]
    answers: tuple[str, ...]


def read_explained(folder: Path) -> Explained:
    """Return the rated explanations in `folder`.

    Raises:
        MissingFile: if a file is absent.
        BadColumn: if a column is missing.
        BadFile: if a rating is no list of numbers.
    """
    posts: list[str] = []
    said: list[str] = []
    groups: list[str] = []
    labels: list[float] = []
    ratings: list[list[list[float]]] = []
    for name, group in GROUPS.items():
        path, table = _table(folder, name, ("text", "label", *ASPECTS))
        answer = next((c for c in table.columns if c not in ("text", "label", *ASPECTS)), None)
        if answer is None:
            raise BadColumn("the explanation", table.columns, AGAIN)
        posts += table["text"].to_list()
        said += table[answer].fill_null("").to_list()
        groups += [group] * table.height
        labels += table["label"].cast(pl.Float64).to_list()
        ratings += [_rated(path, row) for row in table.select(ASPECTS).rows()]
    values = np.array(ratings, np.float64).transpose(0, 2, 1)
    return Explained(tuple(posts), tuple(said), np.array(groups), np.array(labels), values)


def read_asked(folder: Path, name: str) -> Asked:
    """Return the posts, questions and answers of one IMHI file, such as "DR".

    Raises:
        MissingFile: if it is absent.
        BadColumn: if a column is missing.
    """
    _, table = _table(folder, name, ("query",))
    answer = next((column for column in table.columns if column != "query"), None)
    if answer is None:
        raise BadColumn("the answer", table.columns, AGAIN)
    queries = [_parted(query) for query in table["query"].to_list()]
    answers = tuple(table[answer].fill_null("").to_list())
    return Asked(tuple(post for post, _ in queries), tuple(ask for _, ask in queries), answers)


def _parted(query: str) -> tuple[str, str]:
    """Return the post and the question of "Post: ... Question: ..."."""
    post, _, ask = query.rpartition("Question:")
    return post.strip().removeprefix("Post:").strip(), ask.strip()


def _rated(path: Path, row: tuple[str, ...]) -> list[list[float]]:
    try:
        told = [[float(one) for one in json.loads(cell)] for cell in row]
    except (ValueError, TypeError) as error:
        raise BadFile(path, f"ratings {row}", "lists of numbers", AGAIN) from error
    if {len(each) for each in told} != {3}:
        raise BadFile(path, f"ratings {row}", "three a text", AGAIN)
    return told


def _table(folder: Path, name: str, needed: tuple[str, ...]) -> tuple[Path, pl.DataFrame]:
    path = published(folder, f"{name}.csv")
    table = pl.read_csv(content(path).removeprefix(b"\xef\xbb\xbf"), infer_schema=False)
    for column in needed:
        if column not in table.columns:
            raise BadColumn(column, table.columns, AGAIN)
    return path, table
