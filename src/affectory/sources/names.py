"""Who speaks, where a line says so itself: ``Ann: Hello`` and its relatives.

A word before a colon is a speaker only if the rest of the file bears it out, since people
also say "Listen: ..." and times have colons too.
"""

__all__ = ["LABEL", "SOMEBODY", "WIDEST", "Names"]

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

SOMEBODY = "speaker"  # who speaks where nothing says it
WORD = r"[^\W\d_][\w.'\u2019&-]*"
LABEL = re.compile(
    rf"^\s*(?:[-*>]\s*)?(?:\*\*)?[\[(]?(?P<name>{WORD}(?:[ _](?:{WORD}|\#?\d+)){{0,3}}|\d{{1,3}})"
    rf"[\])]?(?:\s*\([^()]{{1,40}}\))?(?:\*\*)?\s*[:\uff1a](?:\*\*)?(?:\s+|$)(?=\S|$)"
)
WIDEST = 160  # characters of a line within which a label lies
OFTEN = 0.5  # share of lines with a label from which every label counts


@dataclass(frozen=True)
class Names:
    """The speakers of one file.

    Args:
        known: Their names.
    """

    known: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Names":
        """Return the speakers that the labels of `lines` bear out.

        A label counts if it is in capitals, if it comes twice, or if half of all lines
        have one.
        """
        found = [LABEL.match(line, 0, WIDEST) for line in lines if line.strip()]
        times = Counter(hit["name"] for hit in found if hit)
        dense = times.total() >= OFTEN * len(found)
        return cls(
            frozenset(
                name
                for name, count in times.items()
                if dense or count > 1 or (name.isupper() and len(name) > 1)
            )
        )

    def split(self, line: str) -> tuple[str | None, str]:
        """Return (speaker, what is said); the speaker is None where the line names nobody."""
        hit = LABEL.match(line, 0, WIDEST)
        if hit is None or hit["name"] not in self.known:
            return None, line.strip()
        return hit["name"], line[hit.end() :].strip()
