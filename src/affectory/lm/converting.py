"""From a GGUF file to a folder of safetensors weights and a tokenizer, once."""

__all__ = ["converted", "equipped"]

import contextlib
import importlib.util
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from affectory.core.errors import BadFile, MissingExtra

MAGIC = b"GGUF"
PACKAGES = ("torch", "transformers", "accelerate", "gguf")


def equipped() -> None:
    """Refuse early what could not be done in the end.

    Raises:
        MissingExtra: if what `affectory[lm]` installs is not there.
    """
    for package in PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise MissingExtra(package, "lm", "a local language model")


def converted(gguf: Path, folder: Path, *, whole: bool = False) -> dict[str, str]:
    """Write the model in `gguf` to `folder`; return the versions of what converted it.

    Weights are kept as float16, half of the disk that float32 takes: what that rounds away
    (2^-11 of a weight) is far below what the quantisation of the file already took. `whole`
    keeps float32.

    Raises:
        MissingExtra: if what `affectory[lm]` installs is not there.
        BadFile: if it is no GGUF file of a known kind of model.
    """
    with gguf.open("rb") as file:
        if file.read(4) != MAGIC:
            raise BadFile(gguf, "no GGUF file", "one that starts with GGUF", "fetch it again")
    equipped()
    import torch
    import transformers

    where: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    kind: Any = transformers.AutoModelForCausalLM
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # three progress bars, one after another
            tokenizer = transformers.AutoTokenizer.from_pretrained(gguf.parent, **where)
            model = kind.from_pretrained(gguf.parent, dtype=torch.float32, **where)
            tokenizer.save_pretrained(folder)
            _unmark(model)
            (model if whole else model.half()).save_pretrained(folder)
    except (ValueError, KeyError) as error:
        raise BadFile(gguf, str(error).splitlines()[0], "a known model", "try another") from error
    _forget_names(folder)
    return {package: version(package) for package in PACKAGES}


def _unmark(model: Any) -> None:
    """Let a model that was read from GGUF be saved: it is not quantised any more."""
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.hf_quantizer, model.is_quantized = None, False


def _forget_names(folder: Path) -> None:
    path = folder / "config.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told.pop("_model_name_or_path", None)
    path.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
