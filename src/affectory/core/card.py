"""A method says who it is: name, paper, what it takes and gives, and its cautions."""

__all__ = ["ANY", "Card", "Paper"]

from dataclasses import dataclass

from affectory.core.figure import Figure

ANY = "any"  # in `gives`: the Space that the method is handed


@dataclass(frozen=True, slots=True)
class Paper:
    """The publication that a method follows.

    Args:
        number: Number of the system in the house's table of 44; 0 for a method of the house
            that follows a paper outside of the table.
        title: Title of the paper.
        year: Year of publication.
        ref: Where to find it (DOI, arXiv number, venue).
    """

    number: int
    title: str
    year: int
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What the command line, the docs, the bench and the web read about a method.

    Args:
        name: Registry name, `wing/thing`, equal to the module's address.
        paper: What it follows.
        summary: One sentence: what the caller gets.
        takes: Channels that it reads.
        gives: Names of the Spaces that it returns; `ANY` for the one that it is handed.
        learns: Whether it has `fit`.
        aka: Names under which people look for it.
        extras: Optional dependencies that it needs.
        published: Figures of the paper, to be compared with ours.
        cautions: What a user must know before trusting it.
    """

    name: str
    paper: Paper
    summary: str
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    learns: bool = False
    aka: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    published: tuple[Figure, ...] = ()
    cautions: tuple[str, ...] = ()
