"""A trajectory as an ELAN document: a tier an axis, an annotation as long as a value holds."""

__all__ = ["tiers"]

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Tree

import numpy as np

from affectory.core.trajectory import Trajectory

DIGITS = 2  # a value that stays the same to so many is one annotation
MILLI = 1000  # of a second; a turn lasts a second in ELAN


def tiers(felt: Trajectory, axes: Sequence[str]) -> str:
    """Return an `.eaf` document of the states of one actor.

    Args:
        felt: States of one session; of several actors each gets tiers of their own.
        axes: Which axes become tiers, called AXIS, or AXIS@ACTOR where there are several.
    """
    root = Tree.Element("ANNOTATION_DOCUMENT", {
        "AUTHOR": felt.by, "DATE": "1970-01-01T00:00:00+00:00", "FORMAT": "3.0", "VERSION": "3.0",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:noNamespaceSchemaLocation": "http://www.mpi.nl/tools/elan/EAFv3.0.xsd",
    })  # fmt: skip
    Tree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    order = Tree.SubElement(root, "TIME_ORDER")
    slots: dict[int, str] = {}

    def slot(at: float) -> str:
        time = max(0, round(at * MILLI))
        return slots.setdefault(time, f"ts{len(slots) + 1}")

    number = 0
    for actor in felt.actors:
        own = felt.select(actor=actor)
        for axis in axes:
            name = axis if len(felt.actors) == 1 else f"{axis}@{actor}"
            tier = Tree.SubElement(root, "TIER", {
                "TIER_ID": name, "PARTICIPANT": actor, "ANNOTATOR": felt.by,
                "LINGUISTIC_TYPE_REF": "default",
            })  # fmt: skip
            for begin, end, value in _stretches(own, axis):
                number += 1
                held = Tree.SubElement(Tree.SubElement(tier, "ANNOTATION"),
                                       "ALIGNABLE_ANNOTATION", {
                    "ANNOTATION_ID": f"a{number}", "TIME_SLOT_REF1": slot(begin),
                    "TIME_SLOT_REF2": slot(end),
                })  # fmt: skip
                Tree.SubElement(held, "ANNOTATION_VALUE").text = f"{value:g}"
    for time in sorted(slots):
        Tree.SubElement(order, "TIME_SLOT", {"TIME_SLOT_ID": slots[time], "TIME_VALUE": str(time)})
    Tree.SubElement(root, "LINGUISTIC_TYPE", {
        "LINGUISTIC_TYPE_ID": "default", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false",
    })  # fmt: skip
    return Tree.tostring(root, encoding="unicode", xml_declaration=True)


def _stretches(own: Trajectory, axis: str) -> Iterator[tuple[float, float, float]]:
    """Yield begin, end and value of each stretch over which a value holds."""
    values = np.round(own.axis(axis).astype(np.float64), DIGITS)
    low = 0
    for high in np.flatnonzero(np.append(np.diff(values) != 0, len(values) > 0)):
        begin, end = max(own.start[low], 0.0), own.stop[high]
        if round(end * MILLI) > round(begin * MILLI) and not np.isnan(values[low]):
            yield begin, end, values[low]
        low = int(high) + 1
