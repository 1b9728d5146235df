"""One session on the page: its facts, its pictures, its transcript."""

__all__ = ["Section", "section"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from affectory.core.evidence import Evidence
from affectory.core.records import Clock, Session
from affectory.core.space import Axis
from affectory.core.states import States
from affectory.show import times
from affectory.show.canvas import Line, lines
from affectory.show.pairs import Profile
from affectory.show.palette import SPEAKERS
from affectory.show.pictures import Picture, carrying, pictures
from affectory.show.svg import Sheet
from affectory.show.transcript import Turn, turns
from affectory.show.wording import count, listed, story

OPEN, FULL = 60, 300  # turns shown at once; turns shown at all


@dataclass(frozen=True)
class Section:
    """What the template needs to set one session."""

    ident: str
    name: str
    why: str
    facts: str
    story: tuple[str, ...]
    keys: tuple[tuple[str, int], ...]
    pictures: tuple[Picture, ...]
    turns: tuple[Turn, ...]
    total: int
    open: int = OPEN


def section(
    session: Session,
    states: States,
    axis: str,
    sheet: Sheet,
    *,
    ident: str,
    why: str = "",
    evidence: Sequence[Evidence] = (),
    places: Mapping[str, int],
    profile: Profile | None = None,
    homes: Mapping[str, tuple[float, float]] | None = None,
    view: Axis,
) -> Section:
    """Return the facts, pictures and words of one session.

    Args:
        session: Its records.
        states: States of this session alone.
        axis: The axis that is drawn over time.
        sheet: Where the styles of the drawings go.
        ident: Letters and digits that no other section has.
        why: Why it is shown.
        evidence: Evidence of this session alone.
        places: Palette place of each actor.
        profile: Two actors, lags and correlations, where they were measured.
        homes: Home base of each actor, where it was measured.
        view: The axis with the ends that are drawn, the same for every session.
    """
    felt = carrying(states, axis)
    drawn = lines(felt, session.name, axis)
    return Section(
        ident,
        session.name,
        why,
        _facts(session, drawn),
        tuple(story(line, axis, felt.clock) for line in drawn[:SPEAKERS]),
        tuple((actor, places[actor] % SPEAKERS) for actor in sorted(session.actors)),
        pictures(states, session.name, axis, ident, places, sheet, profile, homes or {}, view),
        turns(session, felt, axis, evidence, places, FULL, view),
        len(session),
    )


def _facts(session: Session, drawn: Sequence[Line]) -> str:
    """Return how many turns, by whom, how long, on which day, and what is missing."""
    first, last = times.bounds(session.frame)
    parts = [count(len(session), "turn"), listed(sorted(session.actors))]
    if session.clock in (Clock.SECONDS, Clock.DAYS) and last > first:
        parts.append(times.length(session.clock, last - first))
    parts.append(times.date(first) if session.clock is Clock.SECONDS else "")
    lost = sum(int((~line.known).sum()) for line in drawn)
    parts.append(f"{count(lost, 'turn')} without a reading" if lost else "")
    return " · ".join(part for part in parts if part)
