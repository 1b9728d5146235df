"""From what was found to what is told: signs with their words, moods beside them."""

__all__ = ["beside", "moods", "sign"]

from collections.abc import Mapping

from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.measure.triage import TYPES, Sign, leaf
from affectory.perceive.signals.reading import Found
from affectory.senses.trace import Role, Steps


def sign(steps: Steps, one: Found, index: int, seq: int, context: int) -> Sign:
    """Return a sign with its words, and so many characters before and after them."""
    text = steps.text[one.step]
    start, stop = one.start, min(one.stop, one.start + LONGEST)
    if one.stop:
        snippet = text[max(start - context, 0) : stop + context].strip()
        return Sign(
            KINDS[one.kind], index, snippet, one.confidence, one.metadata, seq, (start, stop)
        )
    names = one.metadata.get("tools")
    if names is None:
        said = f"{one.metadata['total_turns']} turns of the user"
    else:
        said = f"{' > '.join(names)}, {one.metadata['call_count']} calls"
    return Sign(KINDS[one.kind], index, said, one.confidence, one.metadata, seq)


def moods(records: Records, felt: Trajectory | None) -> dict[int, dict[str, float]]:
    """Return what was felt, by row of `records`."""
    if felt is None:
        return {}
    keys = records.frame.select("session", "seq").with_row_index("_row")
    told = felt.to_polars().select("session", "seq", *felt.space.names)
    rows = keys.join(told, on=("session", "seq"), how="inner").drop("session", "seq")
    rows = rows.drop_nans().drop_nulls()
    return {row: dict(zip(felt.space.names, values, strict=True)) for row, *values in rows.rows()}


def beside(
    steps: Steps, felt: Mapping[int, Mapping[str, float]], low: int
) -> dict[int, list[dict[str, float]]]:
    """Return the mood of every turn of a user, by conversation."""
    out: dict[int, list[dict[str, float]]] = {}
    for at in steps.of(Role.HUMAN).tolist() if felt else ():
        mood = felt.get(low + int(steps.record[at]))
        if mood is not None:
            told = {axis: round(value, 3) for axis, value in mood.items()}
            out.setdefault(int(steps.session[at]), []).append(
                {"message_index": int(steps.index[at]), **told}
            )
    return out


KINDS = {leaf(kind): kind for kind in TYPES}
LONGEST = 200  # characters of the words of a sign that are shown
