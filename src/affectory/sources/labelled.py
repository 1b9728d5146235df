"""Conversations whose turns people have labelled: MELD, PRC-Emo's JSON, RECCON's DailyDialog.

MELD (Poria et al. 2019): `{train,dev,test}_sent_emo.csv`, or `test_sent_emo_part.csv`. PRC-Emo (Li
et al. 2026): one JSON object of dialogues, or a list of them, with sentences, labels (numbers),
genders and, for MELD, speakers. RECCON (Poria et al. 2021): one JSON object of lists of turns.
All plain or gzipped; marks are said plainly (`senses.marks`).
"""

__all__ = ["Labelled", "read_meld", "read_prc", "read_reccon"]

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from affectory.core.errors import BadChoice, BadFile
from affectory.core.records import Records
from affectory.core.space import Space
from affectory.core.trajectory import Trajectory
from affectory.senses.marks import plain
from affectory.sources.published import AGAIN, content, published

SPLITS = {
    "train": ("train_sent_emo",),
    "dev": ("dev_sent_emo",),
    "test": ("test_sent_emo", "test_sent_emo_part"),
}
NUMBERED = ("meld7", "iemocap6")  # Spaces whose axes are in the order of the numbers in files
RECCON = {
    "happiness": "joy", "happy": "joy", "happines": "joy", "excited": "joy", "sad": "sadness",
    "angry": "anger", "surprised": "surprise",
}  # fmt: skip
TURN = ("session", "seq", "actor", "text", "meta", "label")


class Labelled(NamedTuple):
    """Turns of conversations, and what was felt in them.

    Attributes:
        records: One record a turn, on the clock of turns.
        felt: One-hot states; a label that the Space does not have is a missing state.
    """

    records: Records
    felt: Trajectory


def read_meld(folder: Path, split: str, space: Space) -> Labelled:
    """Return a split of MELD in `space`, which is meld7; a session is a dialogue.

    Raises:
        BadChoice: if `split` is none of train, dev and test.
        MissingFile: if its file is not in `folder`.
        BadFile: if a column is missing.
    """
    if split not in SPLITS:
        raise BadChoice("split", split, SPLITS)
    path = published(folder, *(f"{name}.csv" for name in SPLITS[split]))
    table = pl.read_csv(path, infer_schema=False)
    needed = ("Dialogue_ID", "Utterance_ID", "Speaker", "Utterance", "Emotion")
    if lost := [name for name in needed if name not in table.columns]:
        raise BadFile(path, f"no column {', '.join(lost)}", ", ".join(needed), AGAIN)
    rows = [
        (f"meld/{split}/{dialogue}", int(seq), plain(who or ""), said or "", None, label)
        for dialogue, seq, who, said, label in table.select(needed).iter_rows()
    ]
    return _labelled(rows, space, "MELD's raters")


def read_prc(path: Path, space: Space) -> Labelled:
    """Return the dialogues of a JSON file of PRC-Emo; `meta` keeps each turn's gender.

    Args:
        path: A file such as `meld.valid.json` or `iemocap.test.json`.
        space: What the numbers mean: meld7, or iemocap6.

    Raises:
        BadChoice: if `space` is another.
        MissingFile: if there is no file.
        BadFile: if it is no such JSON, or its lists differ in length.
    """
    if space.name not in NUMBERED:
        raise BadChoice("space", space.name, NUMBERED)
    told = _json(published(path.parent, path.name))
    items = told.items() if isinstance(told, Mapping) else enumerate(told)
    rows = []
    for key, talk in items:
        if not isinstance(talk, Mapping) or not {"sentences", "labels"} <= talk.keys():
            raise BadFile(path, f"dialogue {key!r} of another form", "sentences and labels", AGAIN)
        rows += _prc_turns(path, str(talk.get("s_id", key)), talk, space.names)
    return _labelled(rows, space, "raters")


def read_reccon(folder: Path, split: str, space: Space) -> Labelled:
    """Return a split of RECCON's DailyDialog in `space`, meld7; happiness counts as joy.

    Raises:
        BadChoice: if `split` is none of train, valid and test.
        MissingFile: if its file is not in `folder`.
        BadFile: if it is no such JSON.
    """
    if split not in (legal := ("train", "valid", "test")):
        raise BadChoice("split", split, legal)
    path = published(folder, f"dailydialog_{split}.json")
    told = _json(path)
    try:
        rows = [
            (f"dailydialog/{name}", seq, t["speaker"], t["utterance"], None, t["emotion"])
            for name, talks in told.items()
            for seq, t in enumerate(turn for talk in talks for turn in talk)
        ]
    except (AttributeError, KeyError, TypeError) as error:
        raise BadFile(path, f"another form ({error!r})", "lists of turns by id", AGAIN) from error
    named = [(*row[:5], RECCON.get(row[5], row[5])) for row in rows]
    return _labelled(named, space, "RECCON's raters")


def _prc_turns(
    path: Path, name: str, talk: Mapping[str, Any], labels: Sequence[str]
) -> list[tuple[Any, ...]]:
    said, told = talk["sentences"], talk["labels"]
    genders = talk.get("genders") or [None] * len(said)
    speakers = talk.get("speakers") or [str(_side(one)) for one in genders]
    if len({len(said), len(told), len(genders), len(speakers)}) > 1:
        raise BadFile(path, f"lists of unequal length in {name!r}", "one entry a turn", AGAIN)
    known = dict(enumerate(labels))
    return [
        (name, seq, plain(str(who)), text or "", _meta(gender), known.get(label))
        for seq, (who, text, gender, label) in enumerate(
            zip(speakers, said, genders, told, strict=True)
        )
    ]


def _side(gender: Any) -> Any:
    """Return the place of the one in a one-hot list; anything else as it is."""
    return gender.index(1) if isinstance(gender, list) and 1 in gender else gender


def _meta(gender: Any) -> str | None:
    return None if gender is None else json.dumps({"gender": str(_side(gender))})


def _labelled(rows: Sequence[tuple[Any, ...]], space: Space, by: str) -> Labelled:
    table = pl.DataFrame(rows, dict.fromkeys(TURN, pl.String) | {"seq": pl.Int64}, orient="row")
    said = [plain(text) for text in table["text"].to_list()]
    records = Records(table.drop("label").with_columns(pl.Series("text", said)))
    keys = records.frame.select("session", "seq")
    told = keys.join(table, on=("session", "seq"), how="left", maintain_order="left")["label"]
    names = np.array([(name or "").lower() for name in told.to_list()], np.str_)
    shares = (names[:, None] == np.array(space.names)).astype(np.float32)
    shares[shares.sum(axis=1) == 0] = np.nan
    return Labelled(records, Trajectory.on(records, space, shares, by))


def _json(path: Path) -> Any:
    try:
        told = json.loads(content(path))
    except ValueError as error:
        raise BadFile(path, f"broken JSON ({error})", "an object of dialogues", AGAIN) from error
    if not isinstance(told, Mapping | list):
        raise BadFile(path, "no object", "an object of dialogues", AGAIN)
    return told
