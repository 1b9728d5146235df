"""A methods paragraph for a paper, written from what is known of the run."""

__all__ = ["methods"]

from collections.abc import Mapping

from affectory.core.records import Records
from affectory.core.states import States
from affectory.show.pictures import carrying
from affectory.show.wording import count, listed


def methods(
    records: Records, states: States, axis: str, facts: Mapping[str, str], measured: bool
) -> str:
    """Return the paragraph.

    Args:
        records: What was read.
        states: What was perceived.
        axis: The axis that the report draws.
        facts: Provenance.
        measured: Whether figures with intervals are reported.
    """
    felt = carrying(states, axis)
    spaces = [_space(states, name) for name in states]
    lost = int(felt.missing.sum())
    seed = f" Random choices used seed {facts['seed']}." if facts.get("seed") else ""
    spread = (
        " Each estimate comes with a standard deviation given by the method."
        if felt.spread is not None
        else ""
    )
    figures = (
        " Intervals are those named beside each figure; n counts independent units, not turns, "
        "where the setting says so."
        if measured
        else ""
    )
    return (
        f"We read {count(len(records), 'turn')} by {count(len(records.actors), 'person|people')} "
        f"in {count(len(records.sessions), 'session')}, timed in {records.clock}. Affective states "
        f"were estimated turn by turn with affectory {facts.get('affectory', '')} (method "
        f"{facts.get('method', '')}) in the {'space' if len(spaces) == 1 else 'spaces'} "
        f"{listed(spaces)}.{spread} {count(lost, 'turn').capitalize()} gave no reading; they were "
        f"kept as missing, no value was put in their place, and no change was computed across "
        f"them.{figures}{seed} Curves drawn through the states are Gaussian-weighted means and "
        f"serve the eye only."
    )


def _space(states: States, name: str) -> str:
    space = states[name].space
    return f"{name} ({space.source})" if space.source else name
