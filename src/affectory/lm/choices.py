"""Answers that name labels: one of them, several, or yes and no."""

__all__ = ["ManyLabels", "OneLabel", "YesNo"]

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from affectory.core.errors import BadChoice, BadValues
from affectory.core.space import Kind, Space
from affectory.lm.anchors import (
    END,
    FLAGS,
    NEAR,
    TURNS,
    Reading,
    Words,
    axes_of,
    cleaned,
    parts,
    pointed,
    unread,
)


@dataclass(frozen=True)
class OneLabel:
    """Read the one label that an answer gives: a row of one axis high, all others low.

    Args:
        space: Its axes are the labels.
        synonyms: Further words, each with the axis that it stands for.
        cues: Further words after which the label stands ("topic: work").
        after: Further words that may follow the label ("first" in "first is kinder").

    Raises:
        BadChoice: if a synonym stands for no axis.

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.lm.answers import OneLabel
        >>> moods = Space("moods", Kind.DISTRIBUTION, (Axis("joy", 0, 1), Axis("fear", 0, 1)))
        >>> read = OneLabel(moods, {"happiness": "joy"}).read
        >>> read("The emotion is happiness, because she laughs.").row
        (1.0, 0.0)
        >>> read("Joy or fear."), read("No joy here.").reason
        (Reading(row=None, reason='several labels', rest=''), 'no label')
    """

    space: Space
    synonyms: Mapping[str, str] = field(default_factory=dict, hash=False)
    cues: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse synonyms of nothing."""
        self._known  # noqa: B018  # built once, and checked

    @cached_property
    def _known(self) -> Words:
        return axes_of(self.space, self.synonyms)

    def read(self, said: str) -> Reading:
        """Return the label as a row, or why there is none."""
        text = cleaned(said)
        rest = parts(text)[1]
        more = "".join(rf"|\s+{re.escape(word)}\b" for word in self.after)
        found, named = _named(text, self._known, self.cues, more)
        if len(named) > 1:
            return unread("several labels", rest)
        found = [each for each in found if not re.match(f"(?:{OTHERS[1:]})", _after(each), FLAGS)]
        if not found:
            return unread("no label", rest)
        (label,) = named
        row = tuple(
            float(axis.high if axis.name == label else axis.low) for axis in self.space.axes
        )
        return Reading(row, rest=rest or _tail(found[0]))


@dataclass(frozen=True)
class ManyLabels:
    """Read all labels that an answer lists: axes high that are named, all others low.

    Every part of the list must be known; one that is not leaves the answer unread.

    Args:
        space: Its axes are the labels; flags, for several may hold at once.
        synonyms: Further words, each with the axis that it stands for.
        nothing: Answers that say that no label holds.
        cues: Further words after which the list stands.

    Raises:
        BadChoice: if a synonym stands for no axis, or the Space has no flags.
    """

    space: Space
    synonyms: Mapping[str, str] = field(default_factory=dict, hash=False)
    nothing: tuple[str, ...] = ("none", "none of them", "none of the above", "no label", "nothing")
    cues: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse synonyms of nothing, and Spaces of one label at a time."""
        if self.space.kind is not Kind.FLAGS:
            raise BadChoice("kind of space", self.space.kind.value, (Kind.FLAGS.value,))
        self._known  # noqa: B018

    @cached_property
    def _known(self) -> Words:
        return axes_of(self.space, self.synonyms)

    @cached_property
    def _none(self) -> Words:
        return Words({word: "" for word in self.nothing if word not in self.space.names})

    def read(self, said: str) -> Reading:
        """Return the labels as a row, or why there is none."""
        text = cleaned(said)
        rest = parts(text)[1]
        word = rf"(?:{self._none.pattern}|{self._known.pattern})"
        # the whole list or nothing: what a look ahead has taken is never given back
        listed = rf"(?=(?P<listed>{ITEM}(?:{BETWEEN}{ITEM})*))(?P=listed)"
        found = pointed(text, rf"{word}(?:{BETWEEN}{listed})?", self.cues, r"\s*$")
        rows = set()
        for each in found:
            names = [part for part in re.split(BETWEEN, each["point"], flags=FLAGS) if part.strip()]
            strange = [n for n in names if self._known.of(n) is None and self._none.of(n) is None]
            if strange:
                return unread("an unknown label", rest)
            held = {label for n in names if (label := self._known.of(n))}
            if held and len(held) < len({self._known.of(n) for n in names}):
                return unread("labels and none of them", rest)
            rows.add(frozenset(held))
        if len(rows) != 1:
            return unread("several lists" if rows else "no label", rest)
        (held_all,) = rows
        row = tuple(float(a.high if a.name in held_all else a.low) for a in self.space.axes)
        return Reading(row, rest=rest)


@dataclass(frozen=True)
class YesNo:
    """Read yes or no, whatever reasoning follows: the axis high or low.

    Args:
        space: Of one axis.
        yes: Words for yes.
        no: Words for no.

    Raises:
        BadValues: if the Space has more axes than one.

    Example:
        >>> from affectory.core.space import Axis, Kind, Space
        >>> from affectory.lm.answers import YesNo
        >>> low = YesNo(Space("low", Kind.FLAGS, (Axis("low", 0, 1),)))
        >>> low.read("Yes, the poster is low. Reasoning: he cannot get up.")
        Reading(row=(1.0,), reason='', rest='he cannot get up.')
        >>> low.read("No doubt he is.").reason
        'no yes or no'
    """

    space: Space
    yes: tuple[str, ...] = ("yes", "true")
    no: tuple[str, ...] = ("no", "false")

    def __post_init__(self) -> None:
        """Refuse Spaces that yes and no cannot fill."""
        if self.space.k != 1:
            raise BadValues("YesNo", f"space {self.space.name!r} of {self.space.k} axes", "one")

    @cached_property
    def _known(self) -> Words:
        return Words({**dict.fromkeys(self.yes, "yes"), **dict.fromkeys(self.no, "no")})

    def read(self, said: str) -> Reading:
        """Return yes or no as a row, or why there is none."""
        text = cleaned(said)
        rest = parts(text)[1]
        found, named = _named(text, self._known, (), GOES_ON)
        if len(named) > 1:
            return unread("yes and no", rest)
        if not named:
            return unread("no yes or no", rest)
        axis = self.space.axes[0]
        row = (float(axis.high if named == {"yes"} else axis.low),)
        return Reading(row, rest=rest or _tail(found[0]))


def _named(
    text: str, words: Words, cues: tuple[str, ...], more: str
) -> tuple[list["re.Match[str]"], set[str | None]]:
    """Return where a word stands as the point, and all that is named there or right after it."""
    found = pointed(text, words.pattern, cues, OTHERS + more)
    said = [word for each in found for word in (each["point"], *_next(each, words))]
    return found, {words.of(word) for word in said}


def _next(found: "re.Match[str]", words: Words) -> list[str]:
    """Return the word that follows the point at once, if there is one.

    "joy, fear"; "joy. No: fear"; "Yes. No."
    """
    joined = r"[\s,/|&;\"']*+(?:(?:and|or)[\s/]+){0,3}"
    turned = rf"\W*+(?:{TURNS}\W*+){{1,4}}"
    alone = rf"\W*+(?={words.pattern}\s*(?:[.,;:!]|\Z))"
    gap = rf"(?:{joined}|{turned}|{alone})(?:an? |the )?"
    after = found.string[found.end("point") :][:NEAR]
    more = re.match(rf"{gap}({words.pattern})(?![\w'-])", after, FLAGS)
    return [more[1]] if more else []


def _after(found: "re.Match[str]") -> str:
    return found.string[found.end("point") :]


def _tail(found: "re.Match[str]") -> str:
    """Return what is said after the point."""
    return _after(found).strip(" \t\n.,:;!\"')}*-\u2013\u2014")


GOES_ON = r"|\s+(?:the|this|there|it|he|she|they|i|we|you)\b"
OTHERS = r"|\s+(?:and|or)\b|\s*[/&]"
BETWEEN = (
    r"[\"']?(?:\s*[,;/|&]\s*(?:and\s+)?|\s+and\s+|\s*\n\s*(?=[-*\u2022\d]))"
    r"(?:[-*\u2022]\s*|\d{1,2}[.)]\s*)?[\"']?"
)
ITEM = rf"(?!(?:because|since|as|due)\b)[^\W\d_](?:(?!{END}|{BETWEEN})[\w'\- ])*"
