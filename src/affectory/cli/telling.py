"""From a lake to a report: choose sessions, fetch them, find their words, draw."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from affectory.cli.fetching import PREFERRED, Choice, Mine, fetched, together
from affectory.cli.making import remade
from affectory.cli.masking import masked
from affectory.cli.places import lake_at
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.registry import methods
from affectory.guard import crisis
from affectory.measure.arcs import arcs
from affectory.measure.dyads import Dyads, dyads
from affectory.represent import to_space
from affectory.show.choose import choose
from affectory.show.page import Timed
from affectory.show.report import report
from affectory.show.section import FULL
from affectory.show.shape import shapes

SURROGATES = 200


@dataclass(frozen=True)
class Wish:
    """What a person wants to be told of a lake.

    Args:
        lake: Folder of the lake, or of the trace that wrote it, or its address.
        out: Folder that the report is written into; None for beside the lake, or, where that is
            in an object store, `out`.
        job: Which trace to tell; None for the latest.
        stories: Sessions shown in full.
        sessions: Show these instead of choosing.
        title: Title of the page.
        redact: Whether personal data is masked.
        seed: Seed of the resampling.
        lexicon: Word list of the perceiver, where it has one.
    """

    lake: str
    out: Path | None = None
    job: str | None = None
    stories: int = 12
    sessions: tuple[str, ...] = ()
    title: str | None = None
    redact: bool = False
    seed: int = 0
    lexicon: Path | None = None


def tell(wish: Wish) -> Path:
    """Write the report of a lake and return its path.

    Raises:
        NoRecords: if there is nothing to tell.
        BadChoice: if a session is not there.
    """
    mine = Mine.of(lake_at(wish.lake), wish.job)
    choice = mine.choose(wish.sessions)
    parts = fetched(mine, choice.names)
    if wish.redact:
        parts = masked(parts)
    own = [replace(part, dyads=_pairs(part, mine.space, wish.seed)) for part in parts]
    whole = own[0] if len(own) == 1 else together(own)
    fair = _fair(whole, choice)
    pairs = own[0].dyads if fair is own[0] else _pairs(fair, mine.space, wish.seed)
    measured = arcs(whole.states[mine.space])
    every = mine.overview() if choice.partial else measured
    return report(
        (wish.out or mine.home) / "report.html",
        records=whole.records,
        states=whole.states,
        arcs=measured.table(),
        dyads=pairs.table(),
        figures=(*every.figures(seed=wish.seed), *_told(pairs, choice, wish.seed)),
        evidence=_words(mine, wish, own, whole),
        notices=_notices(mine),
        rejected=_refused(mine),
        overview=every if choice.partial else None,
        cautions=_cautions(mine),
        provenance={
            "method": mine.method,
            "trace": mine.job,
            "seed": wish.seed,
            "lake": mine.lake.uri,
        },
        title=wish.title or "Emotional trajectories",
        stories=wish.stories,
        own=own,
        axis=mine.axis,
    )


def _fair(whole: Timed, choice: Choice) -> Timed:
    """Return the part of `whole` that stands for the corpus: without the added extremes."""
    if not choice.partial:
        return whole
    felt = [whole.states[space].select(session=choice.sample) for space in whole.states]
    return replace(whole, states=type(whole.states)(tuple(felt)))


def _pairs(part: Timed, space: str, seed: int) -> Dyads:
    """Measure the pairs on the axis that is drawn; surrogates of the others would not be seen."""
    felt = part.states[space]
    if space in PREFERRED:
        felt = to_space(felt, "valence")
    return dyads(felt, surrogates=SURROGATES, seed=seed)


def _told(pairs: Dyads, choice: Choice, seed: int) -> tuple[Figure, ...]:
    """Return the figures of the pairs, which say so where they are of a random sample."""
    figures = pairs.figures(seed=seed)
    if not choice.partial:
        return figures
    drawn = f"random sample of {len(choice.sample):,} of {choice.total:,} sessions"
    return tuple(replace(each, setting=f"{drawn}; {each.setting}") for each in figures)


def _words(mine: Mine, wish: Wish, parts: Sequence[Timed], whole: Timed) -> tuple[Evidence, ...]:
    """Return the words that moved the states of the sessions shown in full.

    Only the method that perceived can say, with its own word list: another list would give
    reasons that were never used.
    """
    explain = getattr(remade(mine.method, wish.lexicon, mine.digest), "explain", None)
    if explain is None:
        return ()
    picks = choose(shapes(whole.states[mine.space], mine.axis), wish.stories)
    shown = [pick.session for pick in picks]
    early = pl.int_range(pl.len()).over("session") < FULL  # the transcript ends there
    few = pl.col("session").is_in(shown) & early
    told = [
        explain(part.records.where(few), part.states[mine.space].select(session=shown), mine.axis)
        for part in parts
    ]
    return tuple(one for each in told for one in each)


def _notices(mine: Mine) -> tuple[str, ...]:
    """Return the crisis notice, where crisis language was found."""
    found = mine.scan("evidence", pl.col("by") == "guard/crisis")
    kinds = found.select(pl.col("axis").str.strip_prefix("crisis/").alias("kind").unique())
    notice = crisis.notice(kinds.collect(engine="streaming"))
    return () if notice is None else (notice,)


def _refused(mine: Mine) -> pl.DataFrame:
    """Return why rows were refused, and how many for each reason."""
    return mine.scan("rejected").group_by("reason").len().collect(engine="streaming")


def _cautions(mine: Mine) -> tuple[str, ...]:
    known = methods()
    return known[mine.method].cautions if mine.method in known else ()


def traced(mine: Mine, counts: Collection[tuple[str, int]]) -> None:
    """Note in the lake's runs what a trace did, so that it can be found and told again."""
    figures = [Figure(name, float(n), n=n, setting="rows written") for name, n in counts]
    mine.lake.write_figures(mine.job, "trace", figures, method=mine.method, digest=mine.digest)
