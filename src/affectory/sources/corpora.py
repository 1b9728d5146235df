"""Layouts of published corpora: ConvoKit, MELD, EmpatheticDialogues, DailyDialog, ESConv."""

__all__ = [
    "read_convokit",
    "read_dailydialog",
    "read_empathetic_dialogues",
    "read_esconv",
    "read_meld",
]

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from affectory.core.errors import BadFile
from affectory.sources.chunks import Chunk
from affectory.sources.conversations import SESSION_KEY, loaded, read_rows
from affectory.sources.csvs import csv_chunks
from affectory.sources.encodings import decode
from affectory.sources.files import CORPUS, Origin
from affectory.sources.layouts import NO, SURE, Peek, layout
from affectory.sources.lines import json_chunks
from affectory.sources.reading import Columns, Reading
from affectory.sources.tables import read_table

CONVOKIT = Columns(session="conversation_id", actor="speaker", text="text", time="timestamp")
MELD = Columns(
    session="Dialogue_ID",
    actor="Speaker",
    text="Utterance",
    time="StartTime",
    stop="EndTime",
    seq="Utterance_ID",
)
EMPATHETIC = Columns(session="conv_id", text="utterance", seq="utterance_idx")
ESCONV_ACTORS = {
    "usr": "seeker", "speaker": "seeker", "seeker": "seeker",
    "sys": "supporter", "listener": "supporter", "supporter": "supporter",
}  # fmt: skip
ONCE = ("situation", "seeker_question1", "seeker_question2", "supporter_question1",
        "supporter_question2")  # fmt: skip


def over(columns: Columns, named: Columns) -> Columns:
    """Return `columns` with what the user named in their place."""
    return replace(columns, **named.named)


@layout("convokit", (), lambda peek: _is_convokit(peek))
def read_convokit(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a ConvoKit corpus: its folder, or its ``utterances.jsonl``.

    Utterances keep id, reply_to and their own meta; what ``conversations.json`` and
    ``speakers.json`` know of a conversation and a speaker is joined to them as
    ``conversation`` and ``speaker_meta``.
    """
    folder = origin.path if origin.path.is_dir() else origin.path.parent
    if origin.path.is_dir():
        origin = replace(origin, path=origin.path / CORPUS, label=str(origin.path / CORPUS))
    about = {
        "conversation": _known(folder / "conversations.json"),
        "speaker_meta": _known(folder / "speakers.json"),
    }
    make = partial(_convokit_chunks, origin, about)
    yield from read_table(origin, make, over(CONVOKIT, columns), size, "convokit", fixed=True)


def _is_convokit(peek: Peek) -> int:
    keys = ('"reply', '"text"', '"speaker"', '"id"')
    first = peek.head.split("\n", 1)[0]
    known = '"conversation_id"' in first or '"root"' in first
    return SURE if known and all(key in first for key in keys) else NO


def _known(path: Any) -> pl.DataFrame | None:
    """Return the table of names and what a corpus says of them."""
    if not path.is_file():
        return None
    table = loaded(Origin(path, str(path), path.stem))
    if not isinstance(table, dict):
        return None
    said = [json.dumps(about.get("meta", about), ensure_ascii=False) for about in table.values()]
    return pl.DataFrame({"name": list(table), "said": said}, schema_overrides={"name": pl.String})


def _convokit_chunks(
    origin: Origin, about: dict[str, pl.DataFrame | None], only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    for chunk in json_chunks(origin):
        frame = chunk.frame
        if "conversation_id" not in frame.columns and "root" in frame.columns:
            frame = frame.rename({"root": "conversation_id"})
        if "speaker" not in frame.columns and "user" in frame.columns:
            frame = frame.rename({"user": "speaker"})
        for name, key in (("conversation", "conversation_id"), ("speaker_meta", "speaker")):
            table = about[name]
            if table is not None and key in frame.columns:
                keyed = frame.with_columns(pl.col(key).cast(pl.String))
                renamed = table.rename({"name": key, "said": name})
                frame = keyed.join(renamed, on=key, how="left", maintain_order="left")
        yield replace(chunk, frame=frame)


@layout("meld", (), lambda peek: _is_meld(peek))
def read_meld(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of a MELD split; a session is ``meld/<file>/<Dialogue_ID>``.

    The order is that of Utterance_ID; the times are places in the episode.
    """
    named = over(MELD, columns)
    make = partial(csv_chunks, origin, named)
    inside = replace(origin, stem=f"meld/{origin.stem}")
    yield from read_table(inside, make, named, size, "meld", fixed=True)


def _is_meld(peek: Peek) -> int:
    first = peek.head.split("\n", 1)[0]
    return SURE if all(key in first for key in ("Dialogue_ID", "Utterance_ID")) else NO


@layout("empathetic_dialogues", (), lambda peek: _is_empathetic(peek))
def read_empathetic_dialogues(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of an EmpatheticDialogues split; ``_comma_`` becomes a comma."""
    named = over(EMPATHETIC, columns)
    make = partial(_empathetic_chunks, origin, named)
    yield from read_table(origin, make, named, size, "empathetic_dialogues")


def _is_empathetic(peek: Peek) -> int:
    first = peek.head.split("\n", 1)[0]
    keys = ("conv_id", "utterance_idx", "context", "prompt", "utterance")
    return SURE if all(key in first for key in keys) else NO


def _empathetic_chunks(
    origin: Origin, columns: Columns, only: tuple[str, ...] | None = None
) -> Iterator[Chunk]:
    for chunk in csv_chunks(origin, columns, only):
        whole = pl.col(pl.String).str.replace_all("_comma_", ",", literal=True)
        yield replace(chunk, frame=chunk.frame.with_columns(whole))


@layout("dailydialog", (), lambda peek: _is_dailydialog(peek))
def read_dailydialog(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of DailyDialog in RECCON's layout, causes and spans in `meta`.

    Raises:
        BadFile: if it is broken as a whole.
    """
    table = loaded(origin)
    if not isinstance(table, dict):
        cure = "read it as layout json"
        raise BadFile(origin.label, "no mapping", "dialogue id -> turns", cure)
    rows = [
        turn | {SESSION_KEY: origin.session(name)}
        for name, turns in table.items()
        for turn in turns[0]
    ]
    named = over(Columns(actor="speaker", text="utterance", seq="turn"), columns)
    yield from read_rows(origin, rows, [], named, size, "dailydialog", fixed=True)


def _is_dailydialog(peek: Peek) -> int:
    head = peek.head[:4000]
    keys = ('"turn"', '"speaker"', '"utterance"', '"emotion"')
    return SURE if head.lstrip()[:1] == "{" and all(key in head for key in keys) else NO


@layout("esconv", (), lambda peek: _is_esconv(peek))
def read_esconv(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of ESConv, main or failed set: one session per conversation.

    The actors are ``seeker`` and ``supporter``. Survey scores, emotion and problem stand in
    the `meta` of every record, so that any selection of them can be joined with the outcome
    (``seeker_initial_emotion_intensity``, ``seeker_final_emotion_intensity``); the longer
    answers, such as the situation, stand in that of the first record only.

    Raises:
        BadFile: if it is broken as a whole.
    """
    lost: list[tuple[str, int, str, str | None]] = []
    rows: list[dict[str, Any]] = []
    for at, talk in _talks(origin):
        if isinstance(talk, dict) and isinstance(talk.get("dialog"), list):
            rows.extend(_supported(talk, f"{origin.stem}/{at}"))
        else:
            raw = talk if isinstance(talk, str) else json.dumps(talk)
            lost.append((origin.label, at, "no conversation with a dialog", raw))
    named = over(Columns(actor="actor", text="text"), columns)
    yield from read_rows(origin, rows, lost, named, size, "esconv", fixed=True)


def _is_esconv(peek: Peek) -> int:
    keys = ('"survey_score"', '"dialog"', '"emotion_type"')
    return SURE if all(key in peek.head for key in keys) else NO


def _talks(origin: Origin) -> Iterator[tuple[int, Any]]:
    """Yield the conversations of a list or of JSON lines, with their number or line."""
    text = decode(origin.whole(), origin.label)
    if text.lstrip().startswith("["):
        yield from enumerate(loaded(origin), start=1)
        return
    for at, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield at, json.loads(line)
            except ValueError:
                yield at, line


def _supported(talk: dict[str, Any], session: str) -> Iterator[dict[str, Any]]:
    """Yield the turns of one conversation as rows."""
    score = talk.get("survey_score") or {}
    common = {
        f"{who}_{name}": value
        for who in ("seeker", "supporter")
        for name, value in (score.get(who) or {}).items()
    }
    common |= {key: talk.get(key) for key in ("experience_type", "emotion_type", "problem_type")}
    once = {key: talk[key] for key in ONCE if talk.get(key)}
    for at, turn in enumerate(talk["dialog"]):
        said = turn.get("text", turn.get("content"))
        yield {
            SESSION_KEY: session,
            "actor": ESCONV_ACTORS.get(turn.get("speaker"), turn.get("speaker")),
            "text": said.strip() if isinstance(said, str) else None,
            "strategy": turn.get("strategy"),
            **(turn.get("annotation") or {}),
            **common,
            **(once if at == 0 else {}),
        }
