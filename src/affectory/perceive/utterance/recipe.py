"""How the shipped weights were made: a teacher, a light student, and the teacher in bytes.

Words are learned from the train splits of GoEmotions and EmoBank but for `HELD` sentences of
EmoBank; read-outs from the dev splits and those sentences, since the width of a band wants more
than dev has. The test splits are not opened.
"""

__all__ = ["train"]

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.parts.distil import Recipe, distil
from affectory.parts.heads import grouped
from affectory.parts.reader import Reader
from affectory.parts.teacher import Lessons, Teacher, fine_tune
from affectory.perceive.utterance.reading import LONGEST, NAME, Careful, mixed, scored
from affectory.represent.label_maps import MAPS
from affectory.senses import keys
from affectory.senses.encoder import Encoder, vocabulary_of
from affectory.senses.transformer import from_bert, squeezed
from affectory.sources.rated import HELD, Rated, read_emobank, read_goemotions

Report = Callable[[str], None]
Scores = Callable[[list[str]], tuple[NDArray[Any], ...]]
WATCHED = 2000  # texts whose states say how the transformer's numbers are to be rounded
NOTE = {  # travels inside the weights
    "name": NAME,
    "data": "GoEmotions (CC BY 4.0), EmoBank (CC BY-SA 4.0): train for words; dev and 1,000 "
    "sentences that were held out of EmoBank's train split for read-outs",
    "teacher": "all-MiniLM-L6-v2 (Apache-2.0), fine-tuned on the same data",
    "licence": "CC BY-SA 4.0, as EmoBank asks of what is made from it",
}


class Unseen(NamedTuple):
    """What the read-outs are fitted on.

    Attributes:
        labelled: Texts with goemotions28.
        rated: Texts with vad.
    """

    labelled: Rated
    rated: Rated


def train(data: Path, out: Path, seed: int, report: Report) -> Path:
    """Write `model.safetensors` (light) and `accurate.safetensors` into `out`.

    Goes on from what `out` holds of an earlier call.

    Returns:
        The path of the light weights.

    Raises:
        MissingExtra: if what `affectory[train]` installs is not there.
        MissingFile: if a data set is not there.
    """
    go, emo = data / "goemotions", data / "emobank"
    labelled = read_goemotions(go, "train")
    rated, held = read_emobank(emo, "train").parted(HELD)
    unseen = Unseen(read_goemotions(go, "dev"), read_emobank(emo, "dev").joined(held))
    lessons = Lessons(labelled.texts, labelled.values, rated.texts, rated.values)
    out.mkdir(parents=True, exist_ok=True)
    teach = partial(fine_tune, lessons, out, seed, report)
    bag = distil(lessons, keys, teach, out, seed, report)
    families, poles = (MAPS["goemotions28", name].matrix for name in ("ekman7n", "polarity"))
    note = {**NOTE, "seed": seed, "recipe": asdict(Recipe())}
    fresh = replace(Reader.fresh(bag, families, poles), note=note)
    light = _read_out(fresh, partial(scored, bag), unseen)
    shelf.save(out / "model.safetensors", light.arrays(), note)
    report("the teacher in bytes")
    arrays = _in_bytes(teach(), lessons)
    careful = Careful(fresh, Encoder(arrays, LONGEST))
    beside = {f"encoder.{name}": array for name, array in arrays.items()}
    fitted = _read_out(fresh, partial(mixed, careful), unseen)
    shelf.save(out / "accurate.safetensors", fitted.arrays(beside), note)
    return out / "model.safetensors"


def _read_out(reader: Reader, scores: Scores, unseen: Unseen) -> Reader:
    """Return `reader` with read-outs fitted to what `scores` says of unseen texts."""
    raw, known = scores(unseen.labelled.texts)[:2]
    truth = unseen.labelled.values
    reader = reader.refit("flags", raw, known, truth)
    for head in ("families", "poles"):
        member = getattr(reader, head).member
        reader = reader.refit(head, raw, known, grouped(truth, member))
    raw, known = scores(unseen.rated.texts)[:2]
    return reader.refit("reals", raw, known, unseen.rated.values)


def _in_bytes(teacher: Teacher, lessons: Lessons) -> dict[str, NDArray[Any]]:
    """Return the arrays of the teacher, rounded, with reals in their own units."""
    body, heads, bias = teacher.arrays()
    mean, sd = lessons.middle
    heads[:, teacher.flags :] *= sd
    bias[teacher.flags :] = bias[teacher.flags :] * sd + mean
    whole = {**from_bert(body, LONGEST), "heads": heads, "heads.bias": bias}
    words = {"vocabulary": vocabulary_of(teacher.words)}
    rng = np.random.default_rng(WATCHED)
    texts = [*lessons.flagged, *lessons.rated]
    some = [texts[at] for at in rng.choice(len(texts), min(WATCHED, len(texts)), replace=False)]
    ranges = Encoder({**whole, **words}, LONGEST, probes=True).ranges(some)
    return {**squeezed(whole, ranges), **words}
