"""Teach a bag of keys what a transformer knows (Hinton et al. 2015), and make it small.

The teacher reads the lessons, pieces of them, splices of two, and variants with a "not" put in
or left out; it also reads each key's own words, and the hidden state that it has for them is
where the key's vector starts (as in model2vec, Tulkens & van Dongen 2024). The student learns
the teacher's probabilities mixed with the raters' labels, then its rows are rounded to bytes.
Training uses torch, which is imported when a function needs it; see `parts.teacher` for what
is the same from run to run.
"""

__all__ = ["Counting", "Recipe", "distil"]

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from affectory.parts.bag import Bag
from affectory.parts.calibrate import sigmoid
from affectory.parts.keytable import KeyTable
from affectory.parts.teacher import Lessons, Opinion, Report, Teacher

Floats = NDArray[np.float32]
Places = NDArray[np.int64]
U64 = NDArray[np.uint64]


class Counting(Protocol):
    """How texts become keys; see `senses.keys`, which has just these functions."""

    def words(self, texts: Sequence[str]) -> U64:
        """Return the keys of tokens that occur more than once, sorted."""

    def keys(self, texts: Sequence[str], known: U64) -> tuple[U64, Places, NDArray[np.bool_]]:
        """Return each key, its text, and whether it is a single token's."""

    def phrases(self, texts: Sequence[str], known: U64) -> dict[int, str]:
        """Return words for each key."""


@dataclass(frozen=True)
class Recipe:
    """The numbers of the training; the defaults are what the shipped weights were made with.

    Args:
        vector: Length of a key's vector.
        hidden: Width of the hidden layer.
        power: How sums shrink with the number of keys.
        tokens: How often a token must occur.
        others: How often any other key must occur.
        epochs: Passes over all texts.
        batch: Texts a step.
        rate: Step size of the rows.
        share: Weight of the teacher against the raters.
        blind: The same for texts with signs that the teacher cannot read.
        drop: Share of keys that are hidden at each step.
        start: Standard deviation of the vectors at the start.
        rounds: How many times pieces and splices are made of the lessons.
        fill: Share of the key table's slots that are used.
    """

    vector: int = 112
    hidden: int = 256
    power: float = 0.5
    tokens: int = 2
    others: int = 3
    epochs: int = 6
    batch: int = 256
    rate: float = 2e-3
    share: float = 0.7
    blind: float = 0.1
    drop: float = 0.1
    start: float = 0.3
    rounds: int = 1
    fill: float = 0.94


class Lesson(NamedTuple):
    """Bags of slots with goals.

    Attributes:
        slots: Slots of the known keys of all texts. Shape (t,).
        edges: Where each text begins, and the total. Shape (n + 1,).
        flags: Goal probabilities. Shape (n, f).
        reals: Goal values in standard units. Shape (n, r).
        weight: Weight of the reals.
    """

    slots: Places
    edges: Places
    flags: Floats
    reals: Floats
    weight: float


# Arrows, symbols and emoji: to the teacher's tokenizer they are all the same unknown token, so
# the raters are believed where they occur, and their vectors start from their names.
UNREAD = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")

AUXILIARY = re.compile(
    r"\b(is|am|are|was|were|do|does|did|will|would|can|could|should|have|has|i'm|it's|that's)\b"
    r"( not\b)?",
    re.IGNORECASE,
)


def distil(
    lessons: Lessons,
    counting: Counting,
    teacher: Callable[[], Teacher],
    out: Path,
    seed: int,
    report: Report,
    recipe: Recipe | None = None,
) -> Bag:
    """Return a bag that has learned `lessons` from the raters and from `teacher`.

    What the teacher said is kept in `out`, so a second call goes on from there.

    Args:
        lessons: Texts with flags, texts with reals.
        counting: How texts become keys.
        teacher: Gives the teacher, called only if it is needed.
        out: Folder for what the teacher said.
        seed: Seed of everything random.
        report: Told how far it is.
        recipe: The numbers of the training.
    """
    recipe = recipe or Recipe()
    own = [*lessons.flagged, *lessons.rated]
    known = counting.words(own)
    key, phrase = _vocabulary(own, counting, known, recipe)
    asked = _Asked(teacher, out, report)
    spare = [w for w in asked.vocabulary() if len(w) > 1]
    extra = counting.keys(spare, known)  # one-word texts: the first token key is the word's
    fresh = extra[2] & ~np.isin(extra[0], key)
    key = np.concatenate([key, extra[0][fresh]])
    phrase += [spare[row] for row in extra[1][fresh]]
    key, first = np.unique(key, return_index=True)
    phrase = [phrase[at] for at in first]
    start = asked("words", [UNREAD.sub(_spelled, each) for each in phrase])
    parts = {"flagged": list(lessons.flagged), "rated": list(lessons.rated)}
    rng = np.random.default_rng(seed)
    plain = [text for text in own if not UNREAD.search(text)]
    for turn in range(recipe.rounds):
        parts[f"pieces-{turn}"] = list(_pieces(plain, rng))
        parts[f"splices-{turn}"] = list(_splices(plain, rng))
        parts[f"turned-{turn}"] = list(_turned(plain, rng))
    taught = {
        name: _lesson(name, texts, asked(name, texts), lessons, counting, (known, key), recipe)
        for name, texts in parts.items()
        if texts
    }
    student = _learn(list(taught.values()), _seeded(start, recipe), lessons, seed, report, recipe)
    return _packed(student, key, recipe)


def _vocabulary(
    own: Sequence[str], counting: Counting, known: U64, recipe: Recipe
) -> tuple[U64, list[str]]:
    """Return the keys that occur often enough, and words for each."""
    every, _, token = counting.keys(own, known)
    key, first, often = np.unique(every, return_index=True, return_counts=True)
    key = key[often >= np.where(token[first], recipe.tokens, recipe.others)]
    names = counting.phrases(own, known)
    return key, [names[one] for one in key.tolist()]


class _Asked:
    """A teacher whose answers are kept in files."""

    def __init__(self, teacher: Callable[[], Teacher], out: Path, report: Report) -> None:
        self.make, self.out, self.report = teacher, out, report
        self.teacher: Teacher | None = None

    def _ready(self) -> Teacher:
        self.teacher = self.teacher or self.make()
        return self.teacher

    def vocabulary(self) -> list[str]:
        path = self.out / "vocabulary.txt"
        if not path.is_file():
            path.write_text("\n".join(self._ready().vocabulary))
        return path.read_text().split("\n")

    def __call__(self, name: str, texts: Sequence[str]) -> Opinion:
        asked = hashlib.blake2b("\0".join(texts).encode(errors="replace"), digest_size=6)
        path = self.out / f"said-{name}-{asked.hexdigest()}.npz"
        if not path.is_file():
            said = self._ready().say(texts, self.report, name)
            vectors = said.vectors if name == "words" else said.vectors[:0]
            np.savez(self.out / "said.npz", scores=said.scores, vectors=vectors)
            (self.out / "said.npz").replace(path)
        with np.load(path) as kept:
            return Opinion(kept["scores"], kept["vectors"])


def _pieces(texts: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield a stretch of each text of more than three words, at least a quarter of it."""
    for text in texts:
        words = text.split()
        if len(words) > 3:
            size = int(rng.integers(max(2, len(words) // 4), len(words)))
            low = int(rng.integers(0, len(words) - size + 1))
            yield " ".join(words[low : low + size])


def _splices(texts: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield the first half of each text with the second half of another."""
    order = rng.permutation(len(texts)).tolist()
    for one, two in pairwise(order):
        head, tail = texts[one].split(), texts[two].split()
        yield " ".join(head[: max(1, len(head) // 2)] + tail[len(tail) // 2 :])


def _turned(texts: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield the texts that have an auxiliary verb, with its "not" put in or left out."""
    for text in texts:
        places = list(AUXILIARY.finditer(text))
        if places:
            at = places[int(rng.integers(len(places)))]
            yield text[: at.end(1)] + ("" if at.group(2) else " not") + text[at.end() :]


def _spelled(sign: re.Match[str]) -> str:
    """Return the name of a sign, such as "face with tears of joy"."""
    return f" {unicodedata.name(sign.group(), '').lower()} "


def _lesson(
    name: str,
    texts: Sequence[str],
    said: Opinion,
    lessons: Lessons,
    counting: Counting,
    table: tuple[U64, U64],
    recipe: Recipe,
) -> Lesson:
    """Return the bags of `texts` with the goals for them."""
    known, vocabulary = table
    key, row, _ = counting.keys(texts, known)
    slot = np.minimum(np.searchsorted(vocabulary, key), len(vocabulary) - 1)
    have = vocabulary[slot] == key
    edges = np.searchsorted(row[have], np.arange(len(texts) + 1))
    f = lessons.flags.shape[1]
    flags, reals = sigmoid(said.scores[:, :f]), said.scores[:, f:]
    if name == "flagged":
        blind = np.array([UNREAD.search(text) is not None for text in texts])[:, None]
        share = np.where(blind, recipe.blind, recipe.share)
        flags = share * flags + (1 - share) * lessons.flags
    if name == "rated":
        mean, sd = lessons.middle
        reals = recipe.share * reals + (1 - recipe.share) * (lessons.reals - mean) / sd
    weight = 4.0 if name == "rated" else 0.5
    return Lesson(slot[have], edges, flags.astype(np.float32), reals.astype(np.float32), weight)


def _seeded(start: Opinion, recipe: Recipe) -> Floats:
    """Return the main directions of the teacher's vectors, as vectors to start from."""
    centred = start.vectors - start.vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1][:, : recipe.vector]
    return np.asarray(turned * (recipe.start / turned.std()), dtype=np.float32)


def _learn(
    lessons: Sequence[Lesson],
    vectors: Floats,
    source: Lessons,
    seed: int,
    report: Report,
    recipe: Recipe,
) -> dict[str, Floats]:
    """Return the student's arrays after `recipe.epochs` passes."""
    torch: Any = import_module("torch")
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(2)
    f, o = source.flags.shape[1], source.flags.shape[1] + source.reals.shape[1]
    bag = torch.nn.EmbeddingBag.from_pretrained
    direct = bag(torch.zeros(len(vectors), o), freeze=False, mode="sum", sparse=True)
    vector = bag(torch.from_numpy(vectors), freeze=False, mode="sum", sparse=True)
    inner = torch.nn.Linear(recipe.vector, recipe.hidden)
    outer = torch.nn.Linear(recipe.hidden, o)
    torch.nn.init.zeros_(outer.bias)
    usual = source.flags.mean(axis=0)
    outer.bias.data[:f] = torch.from_numpy(np.log(usual / (1 - usual)))
    sparse = torch.optim.SparseAdam([direct.weight, vector.weight], lr=recipe.rate)
    dense = torch.optim.Adam([*inner.parameters(), *outer.parameters()], lr=1e-3)
    steps = recipe.epochs * sum(-(-len(each.flags) // recipe.batch) for each in lessons)
    done = 0
    for epoch in range(recipe.epochs):
        for lesson, rows in _shuffled(lessons, recipe.batch, rng):
            slots, begin, size = _bags(lesson, rows, rng, recipe.drop)
            shrink = size[:, None].clamp(min=1) ** -recipe.power
            hidden = torch.relu(inner(vector(slots, begin) * shrink))
            hidden = torch.nn.functional.dropout(hidden, 0.2)
            said = outer(hidden) + direct(slots, begin) * shrink
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                said[:, :f], torch.from_numpy(lesson.flags[rows]), reduction="none"
            ).sum(1) + lesson.weight * (
                (said[:, f:] - torch.from_numpy(lesson.reals[rows])) ** 2
            ).sum(1)
            sparse.zero_grad()
            dense.zero_grad()
            loss.mean().backward()
            done += 1
            for optimizer, rate in ((sparse, recipe.rate), (dense, 1e-3)):
                optimizer.param_groups[0]["lr"] = rate * max(0.02, 1 - done / steps)
                optimizer.step()
        report(f"student, epoch {epoch + 1} of {recipe.epochs}, last loss {loss.mean():.3f}")
    return {
        "direct": direct.weight.detach().numpy(),
        "vector": vector.weight.detach().numpy(),
        "inner": inner.weight.detach().numpy().T.copy(),
        "lift": inner.bias.detach().numpy(),
        "outer": outer.weight.detach().numpy().T.copy(),
        "bias": outer.bias.detach().numpy(),
    }


def _shuffled(
    lessons: Sequence[Lesson], size: int, rng: np.random.Generator
) -> Iterator[tuple[Lesson, Places]]:
    batches = [
        (lesson, rows[low : low + size])
        for lesson in lessons
        for rows in (rng.permutation(len(lesson.flags)),)
        for low in range(0, len(rows), size)
    ]
    for at in rng.permutation(len(batches)):
        yield batches[at]


def _bags(lesson: Lesson, rows: Places, rng: np.random.Generator, drop: float) -> tuple[Any, ...]:
    """Return slots, beginnings and sizes of some bags without a share of their keys."""
    torch: Any = import_module("torch")
    low = lesson.edges[rows]
    size = lesson.edges[rows + 1] - low
    at = np.arange(size.sum()) + np.repeat(low - (np.cumsum(size) - size), size)
    kept = rng.random(len(at)) >= drop
    size = np.bincount(np.repeat(np.arange(len(rows)), size)[kept], minlength=len(rows))
    slots, begin = lesson.slots[at[kept]], np.cumsum(size) - size
    return torch.from_numpy(slots), torch.from_numpy(begin), torch.from_numpy(size).float()


def _packed(student: dict[str, Floats], key: U64, recipe: Recipe) -> Bag:
    """Round the rows to bytes, put them where the table looks, and undo the standard units."""
    table = KeyTable.of(key, recipe.fill)
    whole = np.hstack([student["direct"], student["vector"]])
    scale = np.abs(whole).max(axis=0) / 127 + 1e-12
    rows = np.zeros((table.size + 1, whole.shape[1]), np.int8)
    rows[table.find(key)] = np.clip(np.rint(whole / scale), -127, 127)
    return Bag(
        shift=table.shift,
        prints=table.prints,
        rows=rows,
        scale=scale.astype(np.float32),
        bias=student["bias"],
        inner=student["inner"],
        lift=student["lift"],
        outer=student["outer"],
        power=np.array([recipe.power], np.float32),
    )
