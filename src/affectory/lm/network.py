"""A model in memory: how it is loaded, how prompts become its tokens, where its blocks are.

Weights are read from safetensors only, and no code that comes with a model is ever run.
"""

__all__ = ["Network", "Precision", "opened"]

import inspect
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from affectory.core.errors import BadChoice, BadFile, BadValues, MissingExtra
from affectory.lm.model import Floats, Place, Prompt, Push

ATTENTIONS = ("self_attn", "attn", "attention", "self_attention")
FEEDERS = ("mlp", "feed_forward", "ffn")
BLANK = "\n\n"  # between the messages of a prompt, for a model that has no chat template


class Precision(StrEnum):
    """In which numbers a model computes.

    ``f32`` is the default, for measured reasons (`benchmarks/local_checks.py`: one core with
    bf16 instructions, SmolLM2-135M). bf16 reads a prompt 1.4 times as fast and writes no faster;
    but it names another likeliest token at 3 of 100 places, and a score moves by 0.2 with what
    else is asked beside it, where float32 moves by 0.00001. Without bf16 instructions it is
    slower than float32.
    """

    F32 = "float32"
    BF16 = "bfloat16"


@dataclass(frozen=True, eq=False)
class Network:
    """A causal language model and its tokenizer.

    Args:
        torch: The torch module, so that others need not import it.
        model: The transformers model, in evaluation.
        tokenizer: Its tokenizer.
        lock: Held while the model computes, since pushes are hooks in shared blocks.
    """

    torch: Any
    model: Any
    tokenizer: Any
    lock: Any = field(default_factory=threading.RLock)

    @cached_property
    def limit(self) -> int:
        """Tokens of prompt and answer together at most."""
        config = self.model.config
        return int(getattr(config, "max_position_embeddings", 0) or 1 << 20)

    @cached_property
    def ends(self) -> frozenset[int]:
        """The tokens that end an answer."""
        said = getattr(self.model.generation_config, "eos_token_id", None)
        several = said if isinstance(said, list) else [said]
        return frozenset(
            each for each in (*several, self.tokenizer.eos_token_id) if each is not None
        )

    @cached_property
    def window(self) -> int | None:
        """How far back a token sees in blocks with a sliding window; None where all see all."""
        config = self.model.config
        kinds = getattr(config, "layer_types", None)
        slides = "sliding_attention" in kinds if kinds else getattr(config, "use_sliding_window", 1)
        reach = getattr(config, "sliding_window", None)
        return int(reach) if reach and slides else None

    def forward(self, cache: Any = None, **given: Any) -> Any:
        """Return the logits of a row or batch, adding what was read to `cache`."""
        kept = {self._memory: cache, "use_cache": cache is not None}
        return self.model(**given, **kept).logits

    @cached_property
    def _memory(self) -> str:  # what transformers calls a cache has changed with 5.24
        takes = inspect.signature(self.model.forward).parameters
        return "cache" if "cache" in takes else "past_key_values"

    @property
    def chats(self) -> bool:
        """Whether the model was taught to answer messages."""
        return bool(getattr(self.tokenizer, "chat_template", None))

    def written(self, prompt: Prompt) -> str:
        """Return `prompt` as the text that the model reads.

        A last message of the assistant is the beginning of its answer. Special tokens spelled
        out in a message are taken apart, so that nobody's words can act as the template's.

        Raises:
            BadValues: if there is no message.
        """
        if not prompt:
            raise BadValues("prompt", "no message", "at least one", "say something")
        said = [{"role": each.role, "content": self._tame(each.text)} for each in prompt]
        if not self.chats:
            return BLANK.join(each["content"] for each in said)
        begun = said[-1]["role"] == "assistant"
        how = {"tokenize": False, "add_generation_prompt": not begun}
        try:
            text = self.tokenizer.apply_chat_template(said, continue_final_message=begun, **how)
        except _template_errors():  # some templates know no system; it opens the first message
            if len(said) < 2 or said[0]["role"] != "system":
                raise
            first = {"role": "user", "content": BLANK.join(e["content"] for e in said[:2])}
            said = [first, *said[2:]]
            text = self.tokenizer.apply_chat_template(said, continue_final_message=begun, **how)
        return str(text)

    def ids(self, texts: Sequence[str], *, raw: bool) -> list[list[int]]:
        """Return the tokens of each text; a `raw` one gets the opening token that models expect."""
        if not texts:
            return []
        whole = [text.encode("utf-8", "replace").decode() for text in texts]  # no halves of signs
        given = self.tokenizer(whole, add_special_tokens=raw, return_attention_mask=False)
        return [list(row) for row in given["input_ids"]]

    def prompt_ids(self, prompts: Sequence[Prompt]) -> list[list[int]]:
        """Return the tokens of each prompt.

        Raises:
            BadValues: if a prompt is empty, or longer than the model can read.
        """
        rows = self.ids([self.written(prompt) for prompt in prompts], raw=not self.chats)
        for row in rows:
            if not row:
                raise BadValues("prompt", "no token", "at least one", "say something")
            if len(row) >= self.limit:
                raise BadValues("prompt", f"{len(row)} tokens", f"< {self.limit}", "shorten it")
        return rows

    def answer_ids(self, prompt: Prompt, row: list[int], answers: Sequence[str]) -> list[list[int]]:
        """Return the tokens of each answer as they follow the prompt `row`."""
        before, tame = self.written(prompt), [self._tame(answer) for answer in answers]
        together = self.ids([before + answer for answer in tame], raw=not self.chats)
        alone = self.ids(tame, raw=False)
        pairs = zip(together, alone, strict=True)
        return [whole[len(row) :] if whole[: len(row)] == row else apart for whole, apart in pairs]

    def spelled(self, ids: Sequence[int]) -> tuple[str, ...]:
        """Return each token as text."""
        return tuple(self.tokenizer.batch_decode([[each] for each in ids]))

    def said(self, ids: Sequence[int]) -> str:
        """Return what the tokens say, without special ones."""
        return str(self.tokenizer.decode(list(ids), skip_special_tokens=True))

    @cached_property
    def blocks(self) -> Any:
        """The blocks of the model, in order."""
        depth, kinds = self.model.config.num_hidden_layers, self.torch.nn.ModuleList
        for module in self.model.modules():
            if isinstance(module, kinds) and len(module) == depth:
                return module
        raise BadFile(self.model.config.model_type, "no list of blocks", "a decoder", "use another")

    @property
    def width(self) -> int:
        """Numbers of a state."""
        return int(self.model.config.hidden_size)

    def layer(self, number: int) -> int:
        """Return the block called `number`, which may count from the end.

        Raises:
            BadChoice: if there is none.
        """
        depth = len(self.blocks)
        if not -depth <= number < depth:
            raise BadChoice("layer", number, f"{-depth} to {depth - 1}")
        return number % depth

    def spot(self, layer: int, place: Place) -> Any:
        """Return the module whose output is what `place` names in a block."""
        block = self.blocks[layer]
        if place is Place.RESIDUAL:
            return block
        if hasattr(block, "post_feedforward_layernorm"):  # these norm what is added, not read
            named = place is Place.ATTENTION
            return block.post_attention_layernorm if named else block.post_feedforward_layernorm
        names = ATTENTIONS if place is Place.ATTENTION else FEEDERS
        return next(getattr(block, name) for name in names if hasattr(block, name))

    @contextmanager
    def pushed(self, pushes: Sequence[Push]) -> Iterator[None]:
        """Hold the model, with `pushes` added to its states."""
        with self.lock, self.torch.inference_mode():
            hooks = [self._hook(push) for push in pushes]
            try:
                yield
            finally:
                for hook in hooks:
                    hook.remove()

    def _hook(self, push: Push) -> Any:
        vector = self.torch.as_tensor(push.vector).to(self.model.dtype)

        def add(_module: Any, _given: Any, out: Any) -> Any:
            return (out[0] + vector, *out[1:]) if isinstance(out, tuple) else out + vector

        return self.spot(self.layer(push.layer), push.place).register_forward_hook(add)

    def numbers(self, states: Any) -> Floats:
        """Return a tensor as a float32 array."""
        array: Floats = states.to(self.torch.float32).numpy()
        return array

    def _tame(self, text: str) -> str:
        for token in self._specials:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    @cached_property
    def _specials(self) -> tuple[str, ...]:
        added = self.tokenizer.added_tokens_decoder.values()
        return tuple(each.content for each in added if each.special and len(each.content) > 2)


@lru_cache(maxsize=2)
def opened(folder: Path, precision: Precision) -> Network:
    """Return the model in `folder`, loaded once per process.

    Raises:
        MissingExtra: if torch or transformers is not installed.
        BadFile: if the folder holds no model with safetensors weights.
    """
    # Read when torch is loaded: threads that wait for one another in a loop make a busy machine
    # answer many times slower, and gain nothing on an idle one.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtra(error.name or "torch", "lm", "a local language model") from error
    here = {"local_files_only": True, "trust_remote_code": False}
    kind: Any = transformers.AutoModelForCausalLM
    try:
        with _quiet(transformers):
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **here)
            model = kind.from_pretrained(
                folder, dtype=getattr(torch, precision.value), use_safetensors=True, **here
            )
    except (OSError, ValueError, KeyError) as error:
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        cure = "name a folder with config.json, tokenizer and safetensors weights"
        raise BadFile(folder, found, "a causal language model", cure) from error
    return Network(torch, model.eval().requires_grad_(False), tokenizer)


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    logging = transformers.utils.logging
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _template_errors() -> type[Exception]:
    from jinja2.exceptions import TemplateError

    return TemplateError
