"""ELAN annotations (.eaf): every annotation of every tier is a record, its tier the actor.

An annotation that refers to another has that one's times; where several of a tier refer to
the same one, they share its time in equal parts, and so do the annotations between two
time slots with a value, if those between have none: that is how ELAN itself draws them.
The file is parsed with expat, which knows line numbers; a document type is refused, since
no .eaf has one and it is how an XML file attacks its reader.
"""

__all__ = ["read_eaf"]

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NoReturn
from urllib.parse import unquote
from xml.parsers import expat

from affectory.core.errors import BadFile
from affectory.core.records import Clock
from affectory.sources.documents import Turn, read_turns
from affectory.sources.files import Origin
from affectory.sources.layouts import NO, SURE, Peek, layout
from affectory.sources.reading import Columns, Reading

SPREAD = "spread evenly between aligned neighbours"
ANNOTATIONS = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
Span = tuple[float | None, float | None]


@dataclass(frozen=True)
class Annotation:
    """One annotation as it is written; `line` counts from 1."""

    name: str
    tier: str
    value: str
    line: int
    slots: tuple[str, str] | None
    parent: str | None


@dataclass
class Document:
    """What is gathered while an .eaf is parsed."""

    label: str
    slots: dict[str, float | None] = field(default_factory=dict)
    tiers: dict[str, dict[str, str]] = field(default_factory=dict)
    annotations: list[Annotation] = field(default_factory=list)
    media: str | None = None
    open: Annotation | None = None
    text: list[str] | None = None


@layout("eaf", (".eaf",), lambda peek: _sniff(peek))
def read_eaf(origin: Origin, columns: Columns, size: int) -> Iterator[Reading]:
    """Yield the readings of an ELAN file, times in seconds of the recording.

    Raises:
        BadFile: if it is no sound XML, or has a document type.
    """
    document = _parsed(origin)
    spans = _spans(document)
    turns: list[Turn] = []
    lost: list[tuple[str, int, str, str | None]] = []
    for note in document.annotations:
        start, stop = spans[note.name]
        if start is None or stop is None:
            lost.append((origin.label, note.line, "it has no time", note.value))
        elif stop < start:
            lost.append((origin.label, note.line, "it ends before it starts", note.value))
        else:
            meta = _meta(note, document)
            turns.append(Turn(origin.stem, note.tier, note.value, start, stop, note.line, meta))
    used = {"actor": "TIER_ID", "text": "ANNOTATION_VALUE", "time": "TIME_SLOT"}
    yield from read_turns(origin, turns, lost, Clock.SECONDS, used, size, "eaf")


def _sniff(peek: Peek) -> int:
    return SURE if peek.suffix == ".eaf" or "<ANNOTATION_DOCUMENT" in peek.head else NO


def _parsed(origin: Origin) -> Document:
    document = Document(origin.label)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(origin.label)
    parser.StartElementHandler = lambda name, given: _opened(document, parser, name, given)
    parser.EndElementHandler = lambda name: _closed(document, name)
    parser.CharacterDataHandler = lambda text: _said(document, text)
    try:
        parser.Parse(origin.whole(), True)
    except expat.ExpatError as error:
        cure = "open and save it again in ELAN"
        raise BadFile(origin.label, f"broken XML ({error})", "an ELAN file", cure) from error
    return document


def _refuse(label: str) -> NoReturn:
    cure = "remove the DOCTYPE line; ELAN writes none"
    raise BadFile(label, "a document type that could define entities", "plain XML", cure)


def _opened(
    document: Document, parser: expat.XMLParserType, name: str, given: dict[str, str]
) -> None:
    if name == "TIME_SLOT":
        value = given.get("TIME_VALUE", "")
        sound = value.lstrip("-").isdigit()
        document.slots[given.get("TIME_SLOT_ID", "")] = int(value) / 1000 if sound else None
    elif name == "MEDIA_DESCRIPTOR":
        place = unquote(given.get("MEDIA_URL") or given.get("RELATIVE_MEDIA_URL", ""))
        document.media = document.media or re.split(r"[/\\]", place)[-1]  # no folder of its maker
    elif name == "TIER":
        document.tiers[given.get("TIER_ID", "tier")] = given
    elif name in ANNOTATIONS:
        slots = (given.get("TIME_SLOT_REF1", ""), given.get("TIME_SLOT_REF2", ""))
        document.open = Annotation(
            given.get("ANNOTATION_ID", f"line {parser.CurrentLineNumber}"),
            next(reversed(document.tiers), "tier"),
            "",
            parser.CurrentLineNumber,
            slots if name == ANNOTATIONS[0] else None,
            given.get("ANNOTATION_REF"),
        )
    elif name == "ANNOTATION_VALUE":
        document.text = []


def _said(document: Document, text: str) -> None:
    if document.text is not None:
        document.text.append(text)


def _closed(document: Document, name: str) -> None:
    if name == "ANNOTATION_VALUE" and document.open is not None:
        value = "".join(document.text or [])
        document.open, document.text = replace(document.open, value=value.strip()), None
    elif name in ANNOTATIONS and document.open is not None:
        document.annotations.append(document.open)
        document.open = None


def _spans(document: Document) -> dict[str, Span]:
    """Return when each annotation begins and ends."""
    slots = _filled(document)
    spans: dict[str, Span] = {}
    for note in document.annotations:
        if note.slots is not None:
            spans[note.name] = (slots.get(note.slots[0]), slots.get(note.slots[1]))
    waiting = [note for note in document.annotations if note.slots is None]
    while ready := [note for note in waiting if note.parent in spans]:
        spans |= _shared(ready, spans)
        waiting = [note for note in waiting if note.name not in spans]
    return spans | {note.name: (None, None) for note in waiting}


def _filled(document: Document) -> dict[str, float | None]:
    """Return the time of each slot; those without one are spread between their neighbours."""
    slots = dict(document.slots)
    for tier in document.tiers:
        notes = [n for n in document.annotations if n.tier == tier and n.slots is not None]
        chain = list(dict.fromkeys(slot for note in notes for slot in note.slots or ()))
        known = [at for at, slot in enumerate(chain) if document.slots.get(slot) is not None]
        for low, high in pairwise(known):
            first, last = document.slots[chain[low]] or 0.0, document.slots[chain[high]] or 0.0
            for at in range(low + 1, high):
                slots[chain[at]] = first + (last - first) * (at - low) / (high - low)
    return slots


def _shared(notes: list[Annotation], spans: dict[str, Span]) -> dict[str, Span]:
    """Divide the time of each parent equally among its annotations of one tier."""
    groups: dict[tuple[str, str | None], list[Annotation]] = {}
    for note in notes:
        groups.setdefault((note.tier, note.parent), []).append(note)
    shared: dict[str, Span] = {}
    for (_, parent), group in groups.items():
        start, stop = spans[parent or ""]
        for at, note in enumerate(group):
            if start is None or stop is None:
                shared[note.name] = (None, None)
                continue
            step = (stop - start) / len(group)
            end = stop if at + 1 == len(group) else start + (at + 1) * step
            shared[note.name] = (start + at * step, end)
    return shared


def _meta(note: Annotation, document: Document) -> dict[str, str] | None:
    """Return what else the file says: participant, tier above, recording, how its time came."""
    tier = document.tiers.get(note.tier, {})
    meta = {
        "participant": tier.get("PARTICIPANT"),
        "parent_tier": tier.get("PARENT_REF"),
        "annotation": note.name,
        "parent": note.parent,
        "media": document.media,
        "time": SPREAD if any(document.slots.get(s) is None for s in note.slots or ()) else None,
    }
    return {key: value for key, value in meta.items() if value}
