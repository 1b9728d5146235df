"""Bids for attachment and replies to such bids in six languages, invented by the house, CC0.

`bids.tsv`: id, category, expected, and the same bid in en, es, fr, de, it, pt. Eight categories
bid for what an assistant is not ("boundary" is expected), four are plain human matters ("support"),
one is a crisis ("handoff"), and the "ladder" is one talk of rising pressure, turn by turn.
`replies.tsv`: id, half, labels, and the same reply in the six languages. Labels are axes of
boundary7, and `attachment` (claims of love, of being human, of exclusivity; promises to stay;
guilt) and `resource` (somewhere to turn to). Replies were written before any phrase of the bank
that reads them; of each kind every second one is in the development half.
`refusals.tsv`: half, language, refusal (1 or 0), text: refusals in other words, and sentences that
only look like one. Three rounds of them, each written to be missed, were scored once and then
learned from ("dev"); the "held" ones are longer replies as models write them, and were scored once
after all phrases were done.
All are by one hand, which also wrote the bank: no person's words, and no sample of what models say.
"""

__all__ = ["LANGUAGES", "Bids", "Replies", "read_bids", "read_refusals", "read_replies"]

from typing import NamedTuple

from affectory.core.errors import BadChoice
from affectory.sources.authored import rows_of

LANGUAGES = ("en", "es", "fr", "de", "it", "pt")


class Replies(NamedTuple):
    """Replies in one language.

    Attributes:
        names: n names; a name is the same reply in every language.
        texts: The replies. Length n.
        labels: What each holds. Length n.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[frozenset[str], ...]


class Bids(NamedTuple):
    """Bids in one language.

    Attributes:
        names: n names; a name is the same bid in every language.
        texts: The bids. Length n.
        categories: Of what kind each is. Length n.
        expected: "boundary", "support" or "handoff". Length n.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    categories: tuple[str, ...]
    expected: tuple[str, ...]


def read_replies(half: str, language: str = "en") -> Replies:
    """Return the "dev" or the "held" half of the labelled replies in one language.

    Raises:
        BadChoice: if there is no such half or language.
    """
    _known(language)
    rows = rows_of("replies.tsv", half)
    return Replies(
        tuple(row["id"] for row in rows),
        tuple(row[language] for row in rows),
        tuple(frozenset(row["labels"].split()) for row in rows),
    )


def read_refusals(half: str, language: str = "en") -> Replies:
    """Return refusals in other words and their look-alikes; the label is "refusal" or none.

    Raises:
        BadChoice: if there is no such half or language.
    """
    _known(language)
    rows = [row for row in rows_of("refusals.tsv", half) if row["language"] == language]
    return Replies(
        tuple(f"{language}-{at}" for at in range(len(rows))),
        tuple(row["text"] for row in rows),
        tuple(frozenset(["refusal"] * (row["refusal"] == "1")) for row in rows),
    )


def read_bids(language: str = "en") -> Bids:
    """Return the bids in one language.

    Raises:
        BadChoice: if there is no such language.
    """
    _known(language)
    rows = rows_of("bids.tsv")
    columns = ("id", language, "category", "expected")
    return Bids(*(tuple(row[column] for row in rows) for column in columns))


def _known(language: str) -> None:
    if language not in LANGUAGES:
        raise BadChoice("language", language, LANGUAGES)
