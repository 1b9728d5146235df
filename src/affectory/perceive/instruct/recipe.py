"""How the heads are taught: what may ship from open stand-ins, the rest for its owner alone.

Open: the dev split of GoEmotions (labels mapped and graded, `represent.affect_grades`), and the
sentences of EmoBank from which `perceive/utterance` has learned no words. Neither has taught the
perceiver whose states are read, so its states are as uncertain as they are on new texts. For the
owner: the four rated sets of VADER, ISEAR's intensities, and the emotions of WASSA's essays, as
far as they are there.
"""

__all__ = ["PUBLIC", "Lessons", "joined", "public", "taught_by", "train"]

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.core.errors import MissingExtra, MissingFile
from affectory.core.records import Records
from affectory.core.trajectory import Trajectory
from affectory.perceive.instruct import CARD, InstructReader, Size, reading
from affectory.represent.affect_grades import affect_of, intensity_of, valence_of
from affectory.represent.vocabularies import AFFECT11, INTENSITY4, VALENCE
from affectory.sources.rated import HELD, read_emobank, read_goemotions
from affectory.sources.reactions import EMOTIONS, read_essays
from affectory.sources.reported import read_isear
from affectory.sources.snippets import SETS, read_snippets

Floats = NDArray[np.float64]
Report = Callable[[str], None]
PUBLIC = {
    "name": CARD.name,
    "data": "GoEmotions dev (CC BY 4.0), EmoBank dev and 1,000 held sentences (CC BY-SA 4.0)",
    "licence": "CC BY-SA 4.0, as EmoBank asks of what is made from it",
}
OWN = {"name": CARD.name, "data": "also sets that may not ship: for the owner's use alone"}


class Lessons(NamedTuple):
    """Texts with some of the answers.

    Attributes:
        texts: n texts.
        group: What each belongs to; a group stays on one side of every fold.
        truth: intensity4, valence, affect11 side by side, NaN where untold. Shape (n, 16).
    """

    texts: list[str]
    group: list[str]
    truth: Floats


def train(data: Path, out: Path, seed: int, report: Report) -> Path:
    """Write what learned from open sets into `out`; put what learned from all in its place.

    Both once for each size of `perceive/utterance` that can run; the place is where the method
    looks for its weights.

    Returns:
        The path of the open weights, light.

    Raises:
        MissingFile: if GoEmotions or EmoBank is not there.
    """
    known = public(data)
    every = joined([known, *_others(data, report)])
    report(f"{len(known.texts)} open lessons, {len(every.texts)} in all")
    for size in Size:
        name = "-".join(filter(None, ("instruct", size.mark)))
        try:
            for lessons, note, path in (
                (known, PUBLIC, out / f"{name}.safetensors"),
                (every, OWN, shelf.place(CARD.name, size.mark)),
            ):
                fitted = taught_by(lessons, InstructReader(size=size, seed=seed))
                assert fitted.learned is not None
                told = {**note, "size": size.value, "seed": seed}
                shelf.save(path, fitted.learned.arrays(), told)
                report(f"{path.name}: learned")
        except MissingExtra as lost:
            report(f"left out: {lost}")
    return out / "instruct.safetensors"


def public(data: Path) -> Lessons:
    """Return the open lessons: GoEmotions, its labels mapped, and EmoBank's valence.

    EmoBank's raters keep near the middle: their ratings are stretched about neutral until they
    vary as much as the mean places of GoEmotions labels do. Nothing else is taken from those
    places: as lessons of valence they made it worse on unseen sentences of EmoBank.
    """
    go = read_goemotions(data / "goemotions", "dev")
    held = read_emobank(data / "emobank", "train").parted(HELD)[1]
    emo = read_emobank(data / "emobank", "dev").joined(held)
    rated = emo.values[:, 0].astype(np.float64)
    wide = np.clip(rated * valence_of(go.values).std() / rated.std(), -1, 1)
    untold = np.full((len(go.texts), VALENCE.k), np.nan)
    mapped = np.hstack([intensity_of(go.values), untold, affect_of(go.values)])
    first = Lessons(go.texts, [f"go/{n}" for n in range(len(go.texts))], mapped)
    return joined([first, _valued(emo.texts, [f"emo/{n}" for n in range(len(rated))], wide)])


def joined(parts: Sequence[Lessons]) -> Lessons:
    """Return the lessons of all parts."""
    return Lessons(
        [text for part in parts for text in part.texts],
        [group for part in parts for group in part.group],
        np.concatenate([part.truth for part in parts]),
    )


def taught_by(lessons: Lessons, fresh: InstructReader) -> InstructReader:
    """Return `fresh`, having learned from `lessons`."""
    talk = {"session": lessons.group, "actor": "rater", "text": lessons.texts}
    keyed = pl.DataFrame(talk).with_row_index("at").sort("session", maintain_order=True)
    records = Records(keyed.drop("at"))
    truth = lessons.truth[keyed["at"].to_numpy()]
    parts = np.split(truth, np.cumsum([space.k for space in reading.KINDS])[:-1], axis=1)
    told = [
        Trajectory.on(records, space, part, "raters")
        for space, part in zip(reading.KINDS, parts, strict=True)
    ]
    return fresh.fit(records, *told)


def _others(data: Path, report: Report) -> list[Lessons]:
    """Return what there is of the sets that may not ship."""
    out = []
    for name, read in (("vader", _vader), ("isear", _isear), ("wassa2022_train", _wassa)):
        try:
            out.append(read(data / name))
        except MissingFile as lost:
            report(f"left out: {lost}")
    return out


def _vader(folder: Path) -> Lessons:
    sets = [read_snippets(folder, name) for name in SETS]
    return joined([_valued(one.texts, one.document, one.valence) for one in sets])


def _isear(folder: Path) -> Lessons:
    """Return reported intensities; joy and the other three exclude one another, as is usual."""
    told = read_isear(folder)
    truth = _untold(len(told.texts))
    for at, (emotion, strength) in enumerate(zip(told.emotion, told.intensity, strict=True)):
        if emotion in INTENSITY4.names:
            others = [name for name in INTENSITY4.names if (name == "joy") != (emotion == "joy")]
            truth[at, [INTENSITY4.index(name) for name in others]] = 0.0
            truth[at, INTENSITY4.index(emotion)] = strength
    keep = np.asarray(~np.isnan(truth).all(axis=1))
    held = np.flatnonzero(keep).tolist()
    texts, person = [told.texts[at] for at in held], [told.person[at] for at in held]
    return Lessons(texts, [f"isear/{one}" for one in person], truth[keep])


def _wassa(folder: Path) -> Lessons:
    """Return which of the six basic emotions the writers of essays named; the others are untold."""
    essays = read_essays(folder, by_writer=True)
    frame = essays.records.frame
    truth = _untold(len(frame))
    first = INTENSITY4.k + VALENCE.k
    for at, name in enumerate(EMOTIONS):
        if name in AFFECT11.names:
            truth[:, first + AFFECT11.index(name)] = essays.emotions[:, at]
    groups = [f"wassa/{one}" for one in frame["session"].to_list()]
    return Lessons(frame["text"].to_list(), groups, truth)


def _valued(texts: list[str], group: list[str], valence: NDArray[Any]) -> Lessons:
    truth = _untold(len(texts))
    truth[:, INTENSITY4.k] = valence
    return Lessons(texts, group, truth)


def _untold(n: int) -> Floats:
    return np.full((n, sum(space.k for space in reading.KINDS)), np.nan)
