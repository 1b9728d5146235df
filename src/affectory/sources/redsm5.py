"""ReDSM5: posts whose sentences a psychologist examined for nine DSM-5 A-criteria.

System 16 (Bao, Perez & Parapar 2025, arXiv 2508.03399). The corpus is gated; put your own copy in
a folder. Three layouts, plain or gzipped, told apart by their columns: posts (post_id, text) beside
annotations (post_id, sentence_id, sentence_text, DSM5_symptom, status, explanation); annotations
alone; or one file (text, labels joined by ";", maybe explanation). Status 1 is "present", 0
"examined and absent": a hard negative, never a missing value; what was not examined is null.

Not here: re-splitting. A sentence keeps the id and number that its annotator gave it.
"""

__all__ = ["SYMPTOMS", "Corpus", "read_redsm5"]

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core.errors import BadFile, MissingFile, NoRecords
from affectory.core.records import Records
from affectory.sources.csvs import csv_chunks
from affectory.sources.dialects import header_of
from affectory.sources.encodings import decode
from affectory.sources.files import Origin, head
from affectory.sources.reading import Columns, rejected

Floats = NDArray[np.float64]
Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]  # posts, sentences, rationales
SYMPTOMS = (
    "anhedonia",
    "appetite_change",
    "cognitive_issues",
    "depressed_mood",
    "fatigue",
    "psychomotor",
    "sleep_issues",
    "suicidal_thoughts",
    "worthlessness",
)
NONE = "no_symptoms"
POSTS = ("post_id", "text")
ANNOTATIONS = ("post_id", "sentence_id", "sentence_text", "DSM5_symptom", "status", "explanation")
COMBINED = ("text", "labels", "explanation")


@dataclass(frozen=True)
class Corpus:
    """What was read, joined and checked.

    Args:
        posts: post, text (null where only annotations were there), and a column per symptom:
            1 if any sentence has it, 0 if none has, null for a post that nobody examined.
        sentences: post, sentence, number, text, start, stop (where it stands in the post; null
            where the post does not hold it word for word), and a column per symptom: 1 present,
            0 examined and absent, null not examined.
        rationales: post, sentence, symptom, status, explanation: the rows as annotated.
        rejected: Rows that were not used: file, line, reason, raw.
    """

    posts: pl.DataFrame
    sentences: pl.DataFrame
    rationales: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def records(self) -> Records:
        """The posts that have a text: a session and a record each.

        Raises:
            NoRecords: if no post has one.
        """
        return _records(self.posts.drop_nulls("text").with_columns(seq=pl.lit(0)))

    @property
    def sentence_records(self) -> Records:
        """The annotated sentences: a session a post, `seq` the sentence's number.

        Raises:
            NoRecords: if the layout has no sentences.
        """
        return _records(self.sentences.rename({"number": "seq"}))

    def labels(self) -> Floats:
        """Return the labels of `records`, NaN where nobody examined. Shape (n, 9)."""
        return _matrix(self.posts.drop_nulls("text"))

    def sentence_labels(self) -> Floats:
        """Return the labels of `sentence_records`, NaN where not examined. Shape (m, 9)."""
        return _matrix(self.sentences)


class Row(NamedTuple):
    """A row of a file that fits its header.

    Attributes:
        file: Where it stands.
        line: Its first line, from 1.
        cells: Value of each column, without blanks around it.
    """

    file: str
    line: int
    cells: dict[str, str]

    def refused(self, reason: str) -> tuple[str, int, str, str]:
        """Return the row as one of the rejected."""
        return self.file, self.line, reason, ",".join(self.cells.values())


Refused = list[tuple[str, int, str, str | None]]


def read_redsm5(place: str | Path) -> Corpus:
    """Return the corpus in a folder, or in one combined or annotation file.

    Args:
        place: The folder or file. Where a folder has several layouts, posts and annotations win
            over the combined file, which has less.

    Raises:
        MissingFile: if there is no such file.
        BadFile: if a file lacks a column.
        NoRecords: if every row was rejected.
    """
    place = Path(place)
    posts, annotations, combined = _found(place)
    refused: Refused = []
    if annotations is None and combined is not None:
        frames = _of_combined(list(_rows(combined, COMBINED, refused)), refused)
    elif annotations is not None:
        told = list(_rows(posts, POSTS, refused)) if posts else None
        frames = _joined(told, list(_rows(annotations, ANNOTATIONS, refused)), refused)
    else:
        raise MissingFile(place, "put posts and annotations of ReDSM5 there, or the combined file")
    if not frames[0].height:
        raise NoRecords(str(place), "look at the reasons of the rejected rows")
    return Corpus(*frames, rejected(sorted(refused, key=lambda row: row[:2])))


def _found(place: Path) -> tuple[Path | None, Path | None, Path | None]:
    """Return the files of posts, annotations and both in one."""
    if not place.exists():
        raise MissingFile(place)
    files = (
        [place] if place.is_file() else sorted(place.glob("*.csv")) + sorted(place.glob("*.csv.gz"))
    )
    kinds: dict[str, Path] = {}
    for path in files:
        header = _header(path)
        for kind, needed in (("a", ANNOTATIONS[:-1]), ("c", COMBINED[:-1]), ("p", POSTS)):
            if set(needed) <= set(header):
                kinds.setdefault(kind, path)
                break
    if not kinds and place.is_file():
        found = f"columns {_header(place)}"
        raise BadFile(place, found, f"{ANNOTATIONS} or {COMBINED}", "see the paper")
    return kinds.get("p"), kinds.get("a"), kinds.get("c")


def _header(path: Path) -> list[str]:
    rows = header_of(decode(head(_origin(path)), path.name), ",", 1)
    return [cell.strip() for cell in rows[0]] if rows else []


def _rows(path: Path, columns: Sequence[str], refused: Refused) -> Iterator[Row]:
    """Yield the rows that have as many fields as the header; refuse the others."""
    for chunk in csv_chunks(_origin(path), Columns(session="post_id", text="text")):
        refused += chunk.rejected.rows()
        cells = chunk.frame.select(pl.all().fill_null("").str.strip_chars())
        for line, row in zip(chunk.line, cells.iter_rows(named=True), strict=True):
            yield Row(path.name, line, {name: row.get(name, "") for name in columns})


def _origin(path: Path) -> Origin:
    return Origin(path, path.name, path.stem)


def _of_combined(rows: list[Row], refused: Refused) -> Frames:
    posts: dict[str, dict[str, object]] = {}
    lines: dict[str, int] = {}
    rationales = []
    for row in rows:
        text, labels = row.cells["text"], row.cells["labels"].lower().split(";")
        named = {label.strip() for label in labels if label.strip()}
        post = "h" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        reason = _wrong_labels(text, named)
        if post in lines and not reason:
            reason = f"the text of line {lines[post]} again"
        if reason:
            refused.append(row.refused(reason))
            continue
        lines[post] = row.line
        posts[post] = {"post": post, "text": text, **{s: int(s in named) for s in SYMPTOMS}}
        why = row.cells["explanation"] or None
        rationales += [(post, None, name, 1, why) for name in sorted(named - {NONE})]
    return _posts(list(posts.values())), _sentences([]), _rationales(rationales)


def _wrong_labels(text: str, named: set[str]) -> str:
    """Return what is wrong with a post and its labels, or nothing."""
    strange = sorted(named - {*SYMPTOMS, NONE})
    if not text:
        return "no text"
    if not named:
        return "no label"
    if strange:
        return f"unknown symptom {strange[0]!r}"
    return "no_symptoms beside a symptom" if NONE in named and len(named) > 1 else ""


def _joined(told: list[Row] | None, rows: list[Row], refused: Refused) -> Frames:
    """Return posts, sentences and rationales of posts and annotations."""
    texts: dict[str, str | None] = {}
    for row in told or ():
        post, text = row.cells["post_id"], row.cells["text"]
        reason = "no post_id or text" if not post or not text else ""
        if post in texts:
            reason = f"post {post} again"
        if reason:
            refused.append(row.refused(reason))
        else:
            texts[post] = text
    good = _sound(rows, None if told is None else set(texts), refused)
    sentences: dict[str, dict[str, object]] = {}
    examined: dict[str, dict[str, int]] = {}
    for row, symptom, status in good:
        post, name, said = (row.cells[key] for key in ("post_id", "sentence_id", "sentence_text"))
        texts.setdefault(post, None)
        start = (texts[post] or "").find(said)
        span = (start, start + len(said)) if start >= 0 else (None, None)
        fresh = {"post": post, "sentence": name, "number": int(name.rpartition("_")[2]),
                 "text": said, "start": span[0], "stop": span[1]}  # fmt: skip
        sentence, whole = sentences.setdefault(name, fresh), examined.setdefault(post, {})
        for each in SYMPTOMS if symptom == NONE else (symptom,):
            sentence[each] = status if symptom != NONE else 0
            whole[each] = max(whole.get(each, 0), status if symptom != NONE else 0)
    posts: list[dict[str, object]] = [
        {"post": post, "text": text}
        | ({s: examined[post].get(s, 0) for s in SYMPTOMS} if post in examined else {})
        for post, text in texts.items()
    ]
    notes = [(row.cells["post_id"], row.cells["sentence_id"], symptom, status,
              row.cells["explanation"] or None) for row, symptom, status in good]  # fmt: skip
    return _posts(posts), _sentences(list(sentences.values())), _rationales(notes)


def _sound(rows: list[Row], posts: set[str] | None, refused: Refused) -> list[tuple[Row, str, int]]:
    """Return the annotations that contradict neither the layout nor one another."""
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    kept: list[tuple[Row, str, int]] = []
    for row in rows:
        symptom, status = row.cells["DSM5_symptom"].lower(), row.cells["status"]
        key = row.cells["sentence_id"], symptom
        reason = _wrong_row(row.cells, symptom, posts)
        if not reason and key in seen:
            line, before = seen[key]
            same = int(status) == before
            reason = (
                f"line {line} again" if same else f"status {status}, but {before} on line {line}"
            )
        if reason:
            refused.append(row.refused(reason))
        else:
            seen[key] = row.line, int(status)
            kept.append((row, symptom, int(status)))
    free = {row.cells["sentence_id"] for row, symptom, _ in kept if symptom == NONE}
    held = {row.cells["sentence_id"] for row, symptom, status in kept if symptom != NONE and status}
    torn, out = free & held, []
    for each in kept:
        if each[0].cells["sentence_id"] in torn and (each[2] or each[1] == NONE):
            refused.append(each[0].refused("no_symptoms beside a symptom"))
        else:
            out.append(each)
    return out


def _wrong_row(cells: dict[str, str], symptom: str, posts: set[str] | None) -> str:
    """Return what is wrong with an annotation by itself, or nothing."""
    post, name = cells["post_id"], cells["sentence_id"]
    number = name.removeprefix(post + "_")
    checks = (
        (not post, "no post_id"),
        (posts is not None and post not in posts, f"no post {post} among the posts"),
        (
            not (number.isdecimal() and len(number) < 10),
            f"sentence_id {name!r} is no number of post {post!r}",
        ),
        (not cells["sentence_text"], "no sentence_text"),
        (symptom not in {*SYMPTOMS, NONE}, f"unknown symptom {cells['DSM5_symptom']!r}"),
        (cells["status"] not in {"0", "1"}, f"status {cells['status']!r} is neither 0 nor 1"),
        (symptom == NONE and cells["status"] == "0", "no_symptoms with status 0 says nothing"),
    )
    return next((reason for wrong, reason in checks if wrong), "")


def _records(frame: pl.DataFrame) -> Records:
    if not frame.height:
        raise NoRecords("ReDSM5", "this layout has no such texts")
    return Records(frame.select("seq", "text", session="post", actor=pl.lit("writer")))


def _matrix(frame: pl.DataFrame) -> Floats:
    return frame.select(pl.col(SYMPTOMS).cast(pl.Float64).fill_null(np.nan)).to_numpy()


def _posts(rows: list[dict[str, object]]) -> pl.DataFrame:
    names = {"post": pl.String, "text": pl.String, **dict.fromkeys(SYMPTOMS, pl.Int8)}
    return pl.DataFrame(rows, schema=names)


def _sentences(rows: list[dict[str, object]]) -> pl.DataFrame:
    names = {"post": pl.String, "sentence": pl.String, "number": pl.Int64, "text": pl.String,
             "start": pl.Int64, "stop": pl.Int64, **dict.fromkeys(SYMPTOMS, pl.Int8)}  # fmt: skip
    frame = pl.DataFrame(rows, schema=names).with_row_index("at")
    # as Records will sort: posts in order of appearance, sentences by number
    return frame.sort(pl.col("at").first().over("post"), "number", maintain_order=True).drop("at")


def _rationales(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    names = {"post": pl.String, "sentence": pl.String, "symptom": pl.String, "status": pl.Int8,
             "explanation": pl.String}  # fmt: skip
    return pl.DataFrame(list(rows), schema=names, orient="row")
