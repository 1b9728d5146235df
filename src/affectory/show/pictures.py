"""The drawings of one session, each with a title, a caption, and a sentence in its stead."""

__all__ = ["Picture", "carrying", "pictures"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes

from affectory.core.space import Axis, Kind
from affectory.core.states import States
from affectory.core.trajectory import Clock, Trajectory
from affectory.show import times
from affectory.show.arc import SPARSE, arc
from affectory.show.canvas import Line, lines
from affectory.show.dyad import lags
from affectory.show.pairs import Profile
from affectory.show.palette import SPEAKERS
from affectory.show.plane import plane
from affectory.show.stream import emotional, families, stream
from affectory.show.svg import Sheet, embed
from affectory.show.timeline import timeline
from affectory.show.view import bound, closer
from affectory.show.wording import listed, signed, story

SEEN = 0.005  # least mean share of an emotion that the legend names
DOTS = 400  # dots of one session that are linked to their turns


@dataclass(frozen=True)
class Picture:
    """One drawing with its words."""

    kind: str
    title: str
    svg: Markup
    caption: str
    legend: tuple[tuple[str, str], ...] = ()


def carrying(states: States, axis: str) -> Trajectory:
    """Return the Trajectory whose Space has `axis`, one with spread first."""
    having = [states[name] for name in states if axis in states[name].space.names]
    return next((felt for felt in having if felt.spread is not None), having[0])


def pictures(
    states: States,
    name: str,
    axis: str,
    ident: str,
    places: Mapping[str, int],
    sheet: Sheet,
    profile: Profile | None,
    homes: Mapping[str, tuple[float, float]],
    view: Axis,
) -> tuple[Picture, ...]:
    """Return what can be drawn of the session called `name`."""
    felt = carrying(states, axis)
    out = [_arc(felt, name, axis, ident, places, sheet, homes, view)]
    spaces = [states[space] for space in states]
    flat = next((t for t in spaces if {"valence", "arousal"} <= set(t.space.names)), None)
    if flat is not None:
        out.append(_plane(flat, name, ident, sheet))
    kinds = (Kind.DISTRIBUTION, Kind.FLAGS)
    shared = (t for t in spaces if t.space.kind in kinds and emotional(t.space.names))
    labels = sorted(shared, key=lambda t: t.space.k)
    if labels:
        best = next((t for t in labels if t.space.name == "ekman7n"), labels[-1])
        out.append(_stream(best, name, ident, sheet))
    if profile is not None:
        out.append(_lags(profile, felt.clock, ident, sheet))
    return tuple(out)


def _arc(
    felt: Trajectory,
    name: str,
    axis: str,
    ident: str,
    places: Mapping[str, int],
    sheet: Sheet,
    homes: Mapping[str, tuple[float, float]],
    view: Axis,
) -> Picture:
    drawn = lines(felt, name, axis)
    whole = felt.space.axes[felt.space.index(axis)]
    axes = arc(felt, name, axis, places=places, homes=homes, view=view, legend=False)
    alt = " ".join(story(line, axis, felt.clock) for line in drawn[:SPEAKERS])
    svg = embed(axes, alt, f"{ident}a", sheet, over=_dots(axes, felt, name, drawn, ident))
    return Picture(
        "arc", f"{axis.capitalize()} over time", svg, _key(drawn, bool(homes)) + _zoom(whole, view)
    )


def _zoom(whole: Axis, view: Axis) -> str:
    """Return a warning where less than the whole axis is drawn."""
    if whole == view:
        return ""
    low, high = bound(view.low, view), bound(view.high, view)
    ends = f"{bound(whole.low, whole)} to {bound(whole.high, whole)}"
    return f" Drawn from {low} to {high}; the axis goes from {ends}."


def _plane(felt: Trajectory, name: str, ident: str, sheet: Sheet) -> Picture:
    who = max(lines(felt, name, "valence"), key=lambda line: int(line.known.sum())).actor
    alt = f"Path of {who} over the plane of valence and arousal, from start to end."
    own = felt.select(session=name, actor=who)
    places = np.hypot(own.axis("valence"), own.axis("arousal"))
    reach = closer(Axis("distance", 0.0, 1.0), [places]).high
    svg = embed(plane(felt, name, who, reach=reach), alt, f"{ident}p", sheet)
    words = "" if reach == 1 else f" Words name directions; the circle is at {reach:g}."
    return Picture(
        "plane", "Valence and arousal", svg, f"The path of {who}, darker with time.{words}"
    )


def _stream(felt: Trajectory, name: str, ident: str, sheet: Sheet) -> Picture:
    part = felt.select(session=name)
    names, shares = families(part.space.names, part.values[~part.missing].astype(np.float64))
    means = shares.mean(axis=0) if len(shares) else np.zeros(len(names))
    shares_of = list(zip(names, means.tolist(), strict=True))
    legend = tuple((f"e-{f}", f"{f} {mean:.0%}") for f, mean in shares_of if mean >= SEEN)
    order = np.argsort(-means, kind="stable")[:3].tolist()
    most = listed([f"{names[at]} {means[at]:.0%}" for at in order])
    alt = f"Shares of emotions; on average {most}."
    svg = embed(stream(felt, name, legend=False), alt, f"{ident}e", sheet)
    caption = "Share of each emotion, all speakers; the numbers are means over the session."
    return Picture("stream", "Emotions", svg, caption, legend)


def _lags(profile: Profile, clock: Clock, ident: str, sheet: Sheet) -> Picture:
    words = profile.words(clock)
    drawn = lags(profile.lag, profile.r, (profile.a, profile.b))
    title = f"Who follows whom: {profile.a} and {profile.b}"
    return Picture("lags", title, embed(drawn, words, f"{ident}l", sheet), words)


def _key(drawn: Sequence[Line], homes: bool) -> str:
    """Return how to read the arc: only what is really in it."""
    parts = ["A dot is a turn"]
    if any(int(line.known.sum()) > SPARSE for line in drawn):
        parts.append("the thick line a moving mean, to guide the eye")
    if any(np.isfinite(line.spread).any() for line in drawn):
        parts.append("the ribbon one standard deviation of an estimate")
    if any((~line.known).any() for line in drawn):
        parts.append("a cross a turn without a reading, where lines break")
    if homes:
        parts.append("a bar at the right edge where a person dwells (home base)")
    return f"{listed(parts, len(parts))}."


def _dots(ax: Axes, felt: Trajectory, name: str, drawn: Sequence[Line], ident: str) -> str:
    """Return one link per state, from its dot to its turn; works by mouse, key and touch."""
    time = timeline(felt, name)
    height = float(ax.figure.get_size_inches()[1]) * 72  # type: ignore[union-attr]
    out: list[str] = []
    for line in drawn:
        known = line.known & (line.seq >= 0)
        spots = ax.transData.transform(np.column_stack([time.place(line.t), line.value])[known])
        rows = zip(spots.tolist(), line.t[known], line.value[known], line.seq[known], strict=True)
        for (x, y), t, value, seq in rows:
            label = escape(f"{line.actor}, {times.when(felt.clock, t)}: {signed(value)}")
            out.append(
                f'<a href="#{ident}-t{seq}" id="{ident}-d{seq}" class="dot" aria-label="{label}">'
                f'<title>{label}</title><circle cx="{x:.1f}" cy="{height - y:.1f}" r="7"/></a>'
            )
    return "".join(out[:DOTS])
