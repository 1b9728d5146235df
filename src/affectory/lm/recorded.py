"""A model that answers from what was recorded: to score released outputs again, or to replay.

A recording is JSONL, one question a line: `{"prompt": ..., "answer": ...}`. A prompt is text
(one question of the user) or a list of `{"role": ..., "content": ...}`; an answer is text, or
an object with the fields of `Answer`. How an answer was drawn is not recorded, so `Sampling`
changes nothing here.
"""

__all__ = ["Recorded", "record"]

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from affectory.core.errors import BadFile, BadValues, MissingFile, NotServed
from affectory.lm.model import (
    Answer,
    Ask,
    Hidden,
    Message,
    Place,
    Prompt,
    Push,
    Sampling,
    Scored,
    quoted,
)
from affectory.lm.model import chat as one_question


@dataclass(frozen=True)
class Recorded:
    """Answer from recorded pairs; refuse what was not recorded.

    Args:
        answers: What was answered to each prompt.
        name: What a person calls it.

    Example:
        >>> from affectory.lm.model import chat
        >>> from affectory.lm.recorded import Recorded
        >>> said = Recorded.of([("How do you feel?", "Glad.")])
        >>> said.generate([chat("How do you feel?")])[0].text
        'Glad.'
    """

    answers: Mapping[Prompt, Answer] = field(repr=False)
    name: str = "recorded"

    @classmethod
    def of(cls, pairs: Iterable[tuple[str | Prompt, str | Answer]], name: str = "recorded") -> Self:
        """Return a model that answers as in `pairs`; text stands for a question of the user.

        Raises:
            BadValues: if one prompt has two different answers.
        """
        answers: dict[Prompt, Answer] = {}
        for asked, said in pairs:
            prompt = one_question(asked) if isinstance(asked, str) else asked
            answer = Answer(said) if isinstance(said, str) else said
            if answers.setdefault(prompt, answer) != answer:
                cure = "record one model at a time, each drawn once"
                found = f"two answers to {quoted(prompt)}"
                raise BadValues("recording", found, "one answer a prompt", cure)
        return cls(answers, name)

    @classmethod
    def load(cls, path: Path, name: str = "") -> Self:
        """Return the model recorded in a JSONL file, which may be gzipped.

        Raises:
            MissingFile: if there is none.
            BadFile: if a line is no recorded answer.
            BadValues: if one prompt has two different answers.
        """
        path = Path(path)
        if not path.is_file():
            raise MissingFile(path)
        lines = enumerate(_text(path).split("\n"), 1)
        return cls.of(
            (_pair(path, at, line) for at, line in lines if line.strip()), name or path.stem
        )

    @property
    def digest(self) -> str:
        """Return a hash of all that was recorded."""
        told = sorted(json.dumps(_row(*pair), sort_keys=True) for pair in self.answers.items())
        return hashlib.blake2b("\n".join(told).encode(), digest_size=8).hexdigest()

    def generate(
        self, prompts: Sequence[Prompt], how: Sampling | None = None
    ) -> tuple[Answer, ...]:
        """Return the recorded answer to each prompt, whatever `how` asks for.

        Raises:
            NotServed: if a prompt was not recorded.
        """
        return tuple(self._answer(prompt) for prompt in prompts)

    def score(self, asked: Sequence[Ask]) -> tuple[tuple[Scored, ...], ...]:
        """Refuse: probabilities are not recorded."""
        raise NotServed(self.name, "score answers", "lm.local")

    def hidden(
        self, texts: Sequence[str], layers: Sequence[int], place: Place = Place.RESIDUAL
    ) -> tuple[Hidden, ...]:
        """Refuse: states are not recorded."""
        raise NotServed(self.name, "show its states", "lm.local")

    def steered(self, pushes: Sequence[Push]) -> Self:
        """Refuse: a recording cannot be pushed."""
        raise NotServed(self.name, "be steered", "lm.local")

    def _answer(self, prompt: Prompt) -> Answer:
        if prompt not in self.answers:
            act = f"answer {quoted(prompt)}, which is not among its {len(self.answers)} prompts"
            raise NotServed(self.name, act, "the model that was recorded, and record it again")
        return self.answers[prompt]


def record(path: Path, pairs: Iterable[tuple[Prompt, Answer]]) -> None:
    """Write a recording that `Recorded.load` reads, all or nothing."""
    path = Path(path)
    text = "".join(f"{json.dumps(_row(*pair), ensure_ascii=False)}\n" for pair in pairs)
    raw = text.encode()
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)
    partial.replace(path)


def _row(prompt: Prompt, answer: Answer) -> dict[str, Any]:
    said = [{"role": message.role, "content": message.text} for message in prompt]
    return {"prompt": said, "answer": asdict(answer)}


def _text(path: Path) -> str:
    """Return what a file says, gzipped or not."""
    raw = path.read_bytes()
    try:
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadFile(
            path, str(error), "JSONL in UTF-8, gzipped if it ends in .gz", "mend it"
        ) from error


def _pair(path: Path, at: int, line: str) -> tuple[Prompt, Answer]:
    """Return the prompt and the answer of line number `at`."""
    try:
        row = json.loads(line)
        asked, said = row["prompt"], row["answer"]
        prompt = (
            one_question(asked)
            if isinstance(asked, str)
            else tuple(Message(one["role"], one["content"]) for one in asked)
        )
        return prompt, Answer(said) if isinstance(said, str) else Answer(**said)
    except (ValueError, KeyError, TypeError) as error:
        found = f"line {at} is no recorded answer ({error!r})"
        shape = '{"prompt": text or messages, "answer": text or an answer\'s fields}'
        raise BadFile(path, found, shape, "mend or drop the line") from error
