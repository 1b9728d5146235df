"""Where in an answer its point stands: at its beginning, after a cue, or alone on the last line.

A word that occurs just anywhere in an answer is not its point: "not joy", "joy or fear", "joyless"
and "I was asked about joy" name joy and say something else.
"""

__all__ = ["Reading", "Words", "axes_of", "cleaned", "parts", "pointed", "spoken", "unread"]

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from affectory.core.errors import BadChoice
from affectory.core.space import Space


class Reading(NamedTuple):
    """What one answer was read as.

    Attributes:
        row: The state, k numbers; None where the answer was not read.
        reason: Why it was not read; empty otherwise.
        rest: What the answer says besides its point, such as its reasoning.
    """

    row: tuple[float, ...] | None
    reason: str = ""
    rest: str = ""


def unread(reason: str, rest: str = "") -> Reading:
    """Return a reading of nothing, for `reason`."""
    return Reading(None, reason, rest)


@dataclass(frozen=True)
class Words:
    """Words and what each stands for; they are found in any case, with any gap.

    Args:
        meaning: From a word to what it stands for.
    """

    meaning: Mapping[str, str]

    @cached_property
    def pattern(self) -> str:
        """A regular expression of all words, the longest first."""
        longest = sorted(self._table, key=lambda word: (-len(word), word))
        return "|".join(r"[\s_-]+".join(map(re.escape, word.split())) for word in longest)

    @cached_property
    def _table(self) -> dict[str, str]:
        return {folded(word): meant for word, meant in self.meaning.items()}

    def of(self, word: str) -> str | None:
        """Return what `word` stands for, None if it is no word of these."""
        return self._table.get(folded(word))


def axes_of(space: Space, synonyms: Mapping[str, str]) -> Words:
    """Return the names of the axes and their synonyms, each standing for an axis.

    Raises:
        BadChoice: if a synonym stands for no axis.
    """
    for word, axis in synonyms.items():
        if axis not in space.names:
            raise BadChoice(f"axis of the synonym {word!r}", axis, space.names)
    return Words({**synonyms, **{name: name for name in space.names}})


def folded(word: str) -> str:
    """Return `word` in lower case with single blanks for gaps."""
    return re.sub(r"[\s_-]+", " ", word.casefold()).strip()


def cleaned(said: str) -> str:
    """Return an answer without what a model thought aloud, code fences and marks of emphasis."""
    text = LONG.sub(lambda run: run[1] + "\n" * ("\n" in run[2]), spoken(said))
    text = re.sub(r"```\w*", "", text).replace("\u2019", "'").replace("\u2212", "-")
    return re.sub(r"\*\*|__|(?m:^[#>]+\s*)", "", text).strip()


def spoken(said: str) -> str:
    """Return an answer without what a model thought aloud."""
    out, at = [], 0
    for each in THINKS.finditer(said):
        if each.start() >= at:
            done = THOUGHT.search(said, each.end())
            if done is None:
                break
            out.append(said[at : each.start()])
            at = done.end()
    return "".join(out) + said[at:]


def parts(text: str) -> tuple[str, str]:
    """Return what stands before an answer's reasoning, and the reasoning; either may be empty.

    Example:
        >>> from affectory.lm.anchors import parts
        >>> parts("Yes. Reasoning: he cannot sleep.")
        ('Yes.', 'he cannot sleep.')
    """
    found = REASONING.search(text)
    if not found:
        return text, ""
    return text[: found.start()].strip(), text[found.end() :].strip(" \t\n\"}'")


def pointed(
    text: str, point: str, cues: Iterable[str] = (), after: str = ""
) -> list["re.Match[str]"]:
    """Return where `point` stands in `text` as its answer.

    Args:
        text: A cleaned answer.
        point: A regular expression.
        cues: Words after which an answer stands, besides "answer", "label" and their like.
        after: Further words that may follow the point, as a regular expression.

    Returns:
        Matches in `text` with a group `point`; none of the reasoning but after a strong cue,
        and none inside another.
    """
    begins = REASONING.search(text)
    ends = begins.start() if begins else len(text)
    weak = "|".join((CUES, *map(re.escape, cues)))
    held = rf"(?P<point>{point})(?!{ASKS})(?={END}{after})"
    last = text.rfind("\n") + 1
    open_ended = HANGS.search(text[max(0, last - NEAR) : last]) is not None
    found = [
        re.compile(rf"{MARKS}{LEADS}{held}", FLAGS).match(text, 0, ends),
        *_told(weak, held).finditer(text, 0, ends),
        *_told(STRONG, held).finditer(text, ends),
        re.compile(rf"{MARKS}(?P<point>{point})[\s.!\"')\]]*+", FLAGS).fullmatch(text, last),
    ]
    out: list[re.Match[str]] = []
    for one in found[:-1] if open_ended else found:
        near = (out[0], out[-1]) if out else ()  # the others stand before it, and apart
        if one and not any(o.start("point") <= one.start("point") < o.end("point") for o in near):
            out.append(one)
    return out


def _told(cues: str, held: str) -> "re.Pattern[str]":
    """Return the pattern of a point after a cue: "the label is ..."."""
    return re.compile(rf"{FRESH}{QUALITY}(?:{cues}){SAYS}{LEADS}{held}", FLAGS)


FLAGS = re.IGNORECASE
THINKS = re.compile(r"<think(?:ing)?>", FLAGS)
THOUGHT = re.compile(r"</think(?:ing)?>", FLAGS)
LONG = re.compile(r"(\W{40})(\W+)")  # runs of marks longer than any that mean something
NEAR = 80  # characters beside a point that can take it back
REASONING = re.compile(
    r"(?:^|(?<=[\s.,;:(\-\"]))(?:my |the )?(?:reasoning|reason|explanation|rationale|justification)"
    r"(?: (?:process|is as follows))?\"?\s*[:=\-\u2013\u2014]\s*\"?",
    FLAGS,
)
STRONG = r"(?:final |overall )?(?:answer|label|class|classification|prediction|verdict|conclusion)"
CUES = rf"{STRONG}|output|result|response|category|emotion|sentiment|score|rating|intensity"
QUALITY = (
    r"(?:(?:so|thus|therefore|hence|overall|actually|no|but|well|wait|rather|instead),? )?"
    r"(?:the |my |its )?"
    r"(?:(?:main|primary|dominant|correct|best|most fitting|predicted|strongest) )?"
)
SAYS = (
    r"\"?(?: (?:of|for|in|expressed in|expressed by) (?:this|the) \w+)?"
    r"(?:\s*[:=]|\s+is:?|\s*->)\s*"
)
FRESH = r"(?:^|(?<=[\n.!?;,{(]))[\s\"'(*]*+(?:-\s+)?"
LEAD = (
    r"(?:(?:it|this|that|he|she) (?:is|seems(?: to be)?|would be)\b|(?:i(?: would|'d)? (?:say"
    r"|choose|pick|rate|give|answer|think|believe|estimate)"
    r"(?: it| this| that)?(?: (?:is|at|as))?\b)"
    r"|(?:the )?(?:post|text|speaker|poster|tweet) (?:feels|shows|expresses)\b|(?:a|an|the)\b"
    r"|(?:clearly|mostly|mainly|probably|about|around|approximately|roughly)\b|[\"'(\[:])[\s,]*+"
)
LEADS = rf"(?:{LEAD}){{0,9}}"
MARKS = (
    r"[\s\"'`(\[*\u2022]*+(?:-(?=\s|[^\W\d])\s*+)?(?:(?:\d{1,2}|[a-z])[.):]\s++(?=\D))?"
    r"[\"'(\[]*+"
)
END = (
    r"\s*$|\s*[.,:;!\n)\]}\"'(*|\u2013\u2014]|\s+-|\s+(?:because|since|as|due|given|reasoning|is "
    r"the|based)\b"
)
ASKS = r"[\"'\s)*]*+\?"  # "Joy?" is no answer
HANGS = re.compile(
    r"(?:\b(?:not|no|never|nor|neither|but|except|without|than|of|and|or)|n't)\W*\Z", FLAGS
)
TURNS = (
    r"(?:no(?=\s*[,:;.!\u2013\u2014-])|wait|actually|rather|instead|i mean|sorry|maybe|perhaps"
    r"|possibly|probably|but|or|and|even|it'?s|it is|the answer is)\b"
)
