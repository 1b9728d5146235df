"""A trajectory as an ELAN document: a tier an axis, an annotation as long as a value holds."""

__all__ = ["Film", "tiers"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from urllib.parse import quote
from xml.etree import ElementTree as Tree

import numpy as np

from affectory.core.trajectory import Trajectory

DIGITS = 2  # a value that stays the same to so many is one annotation
MILLI = 1000  # of a second; a turn lasts a second in ELAN
LONGEST = 2**53  # milliseconds that every program reads as what they are
# what XML has no way to say: it would make a document that nothing reads
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Film:
    """What a document's times are counted on.

    Args:
        zero: Time of the session at which it begins, in units of the session's clock.
        name: Name of the recording's file, None where it is not known by name.
        type: Its media type.
    """

    zero: float = 0.0
    name: str | None = None
    type: str = ""


SELF = Film()


class _Slots:
    """The moments of a document, each with a name."""

    def __init__(self, zero: float) -> None:
        self.zero = zero
        self.names: dict[int, str] = {}

    def time(self, at: float) -> int:
        """Return a time of the session in milliseconds of the document."""
        return round(min(max(0.0, (at - self.zero) * MILLI), LONGEST))

    def __call__(self, at: float) -> str:
        """Return the name of a time of the session."""
        return self.names.setdefault(self.time(at), f"ts{len(self.names) + 1}")


def tiers(felt: Trajectory, axes: Sequence[str], film: Film = SELF) -> str:
    """Return an `.eaf` document of the states of one session.

    Args:
        felt: States of one session; of several actors each gets tiers of their own.
        axes: Which axes become tiers, called AXIS, or AXIS@ACTOR where there are several.
        film: What its times are counted on, the session's own zero unless told.
    """
    root = Tree.Element("ANNOTATION_DOCUMENT", {
        "AUTHOR": _legal(felt.by), "DATE": "1970-01-01T00:00:00+00:00", "FORMAT": "3.0",
        "VERSION": "3.0", "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
    })  # fmt: skip
    head = Tree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if film.name is not None:
        place = quote(_legal(film.name))
        Tree.SubElement(head, "MEDIA_DESCRIPTOR", {
            "MEDIA_URL": f"file:///{place}", "MIME_TYPE": film.type,
            "RELATIVE_MEDIA_URL": f"./{place}",
        })  # fmt: skip
    order = Tree.SubElement(root, "TIME_ORDER")
    slots, number = _Slots(film.zero), count(1)
    used: set[str] = set()
    for actor in felt.actors:
        own = felt.select(actor=actor)
        for axis in axes:
            name = _free(axis if len(felt.actors) == 1 else f"{axis}@{_legal(actor)}", used)
            tier = Tree.SubElement(root, "TIER", {
                "TIER_ID": name, "PARTICIPANT": _legal(actor), "ANNOTATOR": _legal(felt.by),
                "LINGUISTIC_TYPE_REF": "default",
            })  # fmt: skip
            _fill(tier, own, axis, slots, number)
    for time in sorted(slots.names):
        told = {"TIME_SLOT_ID": slots.names[time], "TIME_VALUE": str(time)}
        Tree.SubElement(order, "TIME_SLOT", told)
    Tree.SubElement(root, "LINGUISTIC_TYPE", {
        "LINGUISTIC_TYPE_ID": "default", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false",
    })  # fmt: skip
    return Tree.tostring(root, encoding="unicode", xml_declaration=True)


def _fill(
    tier: Tree.Element, own: Trajectory, axis: str, slots: _Slots, number: Iterator[int]
) -> None:
    """Add to a tier an annotation for each stretch over which a value holds."""
    for begin, end, value in _stretches(own, axis):
        if slots.time(end) <= slots.time(begin):
            continue  # before the document begins, or too short to be said
        held = Tree.SubElement(Tree.SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION", {
            "ANNOTATION_ID": f"a{next(number)}", "TIME_SLOT_REF1": slots(begin),
            "TIME_SLOT_REF2": slots(end),
        })  # fmt: skip
        Tree.SubElement(held, "ANNOTATION_VALUE").text = f"{value:g}"


def _stretches(own: Trajectory, axis: str) -> Iterator[tuple[float, float, float]]:
    """Yield begin, end and value of each stretch over which a value holds."""
    values = np.round(own.axis(axis).astype(np.float64), DIGITS)
    begins = own.start.astype(np.float64)
    following = np.append(begins[1:], own.stop[-1:])
    ends = np.where(own.stop > begins, own.stop, following)  # a moment lasts until the next
    ended = (np.diff(values) != 0) | (begins[1:] > ends[:-1])
    low = 0
    for high in np.flatnonzero(np.append(ended, len(values) > 0)):
        if not np.isnan(values[low]):
            yield float(begins[low]), float(ends[high]), values[low]
        low = int(high) + 1


def _legal(words: str) -> str:
    return ILLEGAL.sub("", words)


def _free(name: str, used: set[str]) -> str:
    """Return a name that no tier has yet: two may be one without what XML cannot say."""
    free = next(one for n in count(1) if (one := f"{name}_{n}" if n > 1 else name) not in used)
    used.add(free)
    return free
