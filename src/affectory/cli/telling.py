"""From a lake to a report: choose sessions, fetch them, find their words, draw."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from affectory.cli.fetching import PREFERRED, Mine, fetched, on_turns
from affectory.cli.making import make
from affectory.cli.places import lake_at
from affectory.core.evidence import Evidence
from affectory.core.figure import Figure
from affectory.core.records import Records
from affectory.core.registry import methods
from affectory.guard import crisis
from affectory.guard.redact import redact as masked
from affectory.measure.arcs import arcs
from affectory.measure.dyads import Dyads, dyads
from affectory.represent import to_space
from affectory.show.page import Timed
from affectory.show.report import report

SURROGATES = 200


@dataclass(frozen=True)
class Wish:
    """What a person wants to be told of a lake.

    Args:
        out: Folder of the lake; the report is written into it.
        job: Which trace to tell; None for the latest.
        stories: Sessions shown in full.
        sessions: Show these instead of choosing.
        title: Title of the page.
        redact: Whether personal data is masked.
        seed: Seed of the resampling.
        lexicon: Word list of the perceiver, where it has one.
    """

    out: Path
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
    mine = Mine.of(lake_at(wish.out), wish.job)
    parts = fetched(mine, mine.choose(wish.sessions))
    whole = parts[0] if len(parts) == 1 else on_turns(parts)
    felt = whole.states[mine.space]
    every = mine.overview(felt.sessions)  # the fetched ones are the telling ones: no fair sample
    pairs = [_pairs(part, mine.space, wish.seed) for part in parts]
    own = [replace(part, dyads=pair) for part, pair in zip(parts, pairs, strict=True)]
    if wish.redact:
        whole, own = _masked(whole), [_masked(part) for part in own]
    return report(
        mine.home / "report.html",
        records=whole.records,
        states=whole.states,
        arcs=arcs(felt) if every is None else arcs(felt).table(),
        figures=() if every is None else every.figures(seed=wish.seed),
        dyads=pairs[0] if len(parts) == 1 else _pairs(whole, mine.space, wish.seed),
        evidence=_words(mine, wish, parts),
        notices=_notices(mine),
        rejected=mine.rows("rejected"),
        overview=every,
        cautions=_cautions(mine),
        provenance=_provenance(mine, wish),
        title=wish.title or "Emotional trajectories",
        stories=wish.stories,
        own=own,
    )


def _pairs(part: Timed, space: str, seed: int) -> Dyads:
    """Measure the pairs on the axis that is drawn; surrogates of the others would not be seen."""
    felt = part.states[space]
    if space in PREFERRED:
        felt = to_space(felt, "valence")
    return dyads(felt, surrogates=SURROGATES, seed=seed)


def _words(mine: Mine, wish: Wish, parts: Sequence[Timed]) -> tuple[Evidence, ...]:
    """Return the words that moved the states, where the method can say."""
    explain = getattr(make(mine.method, wish.lexicon), "explain", None)
    if explain is None or mine.axis is None:
        return ()
    told = [explain(part.records, part.states[mine.space], mine.axis) for part in parts]
    return tuple(one for each in told for one in each)


def _notices(mine: Mine) -> tuple[str, ...]:
    """Return the crisis notice, where crisis language was found."""
    found = mine.rows("evidence", pl.col("by") == "guard/crisis")
    kinds = found.select(pl.col("axis").str.strip_prefix("crisis/").alias("kind")).unique()
    notice = crisis.notice(kinds)
    return () if notice is None else (notice,)


def _cautions(mine: Mine) -> tuple[str, ...]:
    known = methods()
    return known[mine.method].cautions if mine.method in known else ()


def _masked(part: Timed) -> Timed:
    """Return `part` with personal data masked in its texts."""
    records = part.records
    text = masked(records.frame["text"], names=records.actors).alias("text")
    return replace(part, records=Records(records.frame.with_columns(text), records.clock))


def _provenance(mine: Mine, wish: Wish) -> dict[str, object]:
    return {"method": mine.method, "trace": mine.job, "seed": wish.seed, "lake": mine.lake.uri}


def traced(mine: Mine, counts: Collection[tuple[str, int]]) -> None:
    """Note in the lake's runs what a trace did, so that it can be found and told again."""
    figures = [Figure(name, float(n), n=n, setting="rows written") for name, n in counts]
    mine.lake.write_figures(mine.job, "trace", figures, method=mine.method)
