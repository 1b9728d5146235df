"""A language model that runs here, on transformers and torch; nothing leaves the machine.

Open one by name with `lm.catalogue.open_model`, which returns a `LocalModel`.
"""

__all__ = ["MANIFEST", "LocalModel", "hashed", "told"]

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from affectory.core.errors import BadValues
from affectory.lm.drawing import drawn
from affectory.lm.model import Answer, Ask, Hidden, Place, Prompt, Push, Sampling, Scored
from affectory.lm.network import Network, Precision, opened
from affectory.lm.packing import Question
from affectory.lm.reading import Reader, states

MANIFEST = "affectory.json"  # what a folder of the catalogue says about itself


@dataclass(frozen=True, eq=False)
class LocalModel:
    """A Hugging Face folder with safetensors weights as a `LanguageModel`.

    The same question under the same seed has the same answer, whatever is asked beside it (to
    the rounding of float32). Weights are read when the first question is asked, once per process.

    Args:
        name: What a person calls it.
        folder: Where config, tokenizer and weights lie.
        precision: Numbers that it computes in; see `Precision` for the reason of the default.
        pushes: What is added to its states; use `steered`.
    """

    name: str
    folder: Path
    precision: Precision = Precision.F32
    pushes: tuple[Push, ...] = ()

    @property
    def network(self) -> Network:
        """The model in memory.

        Raises:
            MissingExtra: if torch or transformers is not installed.
            BadFile: if the folder holds no model.
        """
        return opened(self.folder, self.precision)

    @property
    def chats(self) -> bool:
        """Whether it was taught to answer messages; else prompts are texts that it goes on with."""
        return self.network.chats

    @cached_property
    def digest(self) -> str:
        """A hash of weights, tokenizer, precision and pushes."""
        mark = hashlib.sha256(json.dumps([_files(self.folder), self.precision]).encode())
        for push in self.pushes:
            mark.update(f"{push.layer} {push.place}".encode())
            mark.update(np.asarray(push.vector, np.float32).tobytes())
        return mark.hexdigest()

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.network, self.pushes)

    def generate(
        self, prompts: Sequence[Prompt], how: Sampling | None = None
    ) -> tuple[Answer, ...]:
        """Return an answer to each prompt.

        Raises:
            BadValues: if a prompt is empty, or longer than the model can read.
        """
        network = self.network
        rows = network.prompt_ids(prompts)
        with network.pushed(self.pushes):
            return tuple(drawn(network, rows, how or Sampling()))

    def score(self, asked: Sequence[Ask], *, reuse: bool = True) -> tuple[tuple[Scored, ...], ...]:
        """Return, for each question, how likely each of its answers is, token by token.

        What all prompts begin with is read once; what one prompt adds is read once for all its
        answers. A question without answers costs nothing, but takes part in finding what all
        begin with: it can hold the place where a template's own words end.

        Args:
            asked: The questions.
            reuse: False reads every answer with its whole prompt, to measure what reuse saves.

        Raises:
            BadValues: if a prompt is empty, or is with its longest answer longer than the model
                can read.
        """
        network = self.network
        rows = network.prompt_ids([each.prompt for each in asked])
        answers = [
            network.answer_ids(each.prompt, row, each.answers)
            for each, row in zip(asked, rows, strict=True)
        ]
        self._fit(rows, answers)
        whole = [Question(row, each) for row, each in zip(rows, answers, strict=True)]
        parts = whole if reuse else [Question(q.stem, (a,)) for q in whole for a in q.answers]
        found = self._reader.scores(parts, share=reuse)
        logp = np.concatenate([f[0] for f in found]) if found else np.empty(0, np.float32)
        rank = np.concatenate([f[1] for f in found]) if found else np.empty(0, np.int32)
        return self._told(answers, logp, rank)

    def _fit(self, rows: Sequence[Sequence[int]], answers: Sequence[Sequence[list[int]]]) -> None:
        limit = self.network.limit
        for row, each in zip(rows, answers, strict=True):
            longest = len(row) + max(map(len, each), default=0)
            if longest > limit:
                raise BadValues("prompt and answer", f"{longest} tokens", f"<= {limit}", "shorten")

    def _told(
        self, answers: Sequence[Sequence[list[int]]], logp: np.ndarray, rank: np.ndarray
    ) -> tuple[tuple[Scored, ...], ...]:
        at, out = 0, []
        for each in answers:
            row = []
            for ids in each:
                stop = at + len(ids)
                row.append(Scored(self.network.spelled(ids), logp[at:stop], rank[at:stop]))
                at = stop
            out.append(tuple(row))
        return tuple(out)

    def hidden(
        self, texts: Sequence[str], layers: Sequence[int], place: Place = Place.RESIDUAL
    ) -> tuple[Hidden, ...]:
        """Return the states at `layers` (negative ones from the end) while reading each text.

        Texts are read as they stand, without a chat template, after the opening token where the
        model has one. An empty text has no tokens.

        Raises:
            BadChoice: if there is no such layer.
            BadValues: if a text is longer than the model can read.
        """
        network = self.network
        numbers = [network.layer(layer) for layer in layers]
        rows = network.ids(texts, raw=True)
        self._fit(rows, [[] for _ in rows])
        with network.pushed(self.pushes):
            found = states(network, rows, numbers, place)
        return tuple(
            Hidden(network.spelled(row), values) for row, values in zip(rows, found, strict=True)
        )

    def steered(self, pushes: Sequence[Push]) -> Self:
        """Return the model with `pushes` added to its states, besides those it has.

        Raises:
            BadChoice: if there is no such layer.
            BadValues: if a vector has not as many numbers as a state.
        """
        for push in pushes:
            self.network.layer(push.layer)
            shape = np.shape(push.vector)
            if shape != (self.network.width,):
                raise BadValues("push", f"shape {shape}", f"({self.network.width},)")
        return replace(self, pushes=(*self.pushes, *pushes))


def _files(folder: Path) -> list[str]:
    """Return what tells the files of a model from another's."""
    manifest = told(folder)
    if manifest is not None:
        return [f"{name} {each['sha256']}" for name, each in sorted(manifest["files"].items())]
    kinds = {".json", ".safetensors", ".jinja", ".model"}
    paths = sorted(path for path in folder.iterdir() if path.suffix in kinds)
    return [f"{path.name} {hashed(path)}" for path in paths]


def told(folder: Path) -> dict[str, Any] | None:
    """Return what a folder says about itself; None where nothing whole is said.

    A folder that the house did not make says nothing; a file that was cut is as good as none.
    """
    with suppress(FileNotFoundError, ValueError):
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict):
            return manifest
    return None


def hashed(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
