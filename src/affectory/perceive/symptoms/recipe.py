"""How the shipped weights are made: from a grammar of our own, and nothing that a person wrote.

`grammar.toml` makes sentences; the head learns from them, and is calibrated on the development
half of the authored sentences. Everything is marked synthetic.
"""

__all__ = ["learned", "sentences_of", "train"]

import re
import tomllib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core import shelf
from affectory.perceive.symptoms.head import Head
from affectory.perceive.symptoms.reading import seen
from affectory.represent.vocabularies import DSM5_9
from affectory.sources.authored import read_symptom_sentences

NAME = "perceive/symptoms"
NOTE = {  # travels inside the weights
    "name": NAME,
    "data": "synthetic: sentences of the house's own grammar; calibrated on its own authored ones",
    "licence": "Apache-2.0, as the code",
}
TIMES = {"none": 40, "near": 30}  # sentences a template; 15 of one that mentions a symptom
PAIRS = 900  # sentences joined of two, for several symptoms at once


def train(data: Path, out: Path, seed: int, report: Callable[[str], None]) -> Path:
    """Write the weights into `out` and to where the method looks for them; return their path.

    Args:
        data: Not read: all that is learned from comes with the package.
        out: Folder for the weights.
        seed: Seed of the grammar's draws.
        report: Told how far it is.
    """
    texts, truth = sentences_of(seed)
    report(f"{len(texts)} synthetic sentences; half a minute")
    head = learned(texts, truth)
    note = {**NOTE, "seed": seed, "sentences": len(texts)}
    return shelf.put(NAME, out, head.arrays(), note)


def learned(texts: list[str], truth: NDArray[np.float64]) -> Head:
    """Return a head that has learned from sentences, calibrated on authored ones."""
    head = Head.fit(seen(texts)[0], truth)
    dev = read_symptom_sentences("dev")
    return head.calibrated(head.sides(seen(dev.texts)[0]), dev.values)


def sentences_of(seed: int, share: float = 1.0) -> tuple[list[str], NDArray[np.float64]]:
    """Return invented sentences and the symptoms that each mentions, shape (n, 9), 0 or 1.

    None of them is one of the authored sentences, which are there for scoring.

    Args:
        seed: Seed of the draws.
        share: Share of the usual number, in (0, 1].
    """
    rng = np.random.default_rng(seed)
    grammar: Mapping[str, Any] = tomllib.loads(
        files(__package__).joinpath("grammar.toml").read_text(encoding="utf-8")
    )
    slots = {name: ways.split("|") for name, ways in grammar["slots"].items()}
    told: dict[str, frozenset[int]] = {}
    scored = {
        text.lower() for half in ("dev", "held") for text in read_symptom_sentences(half).texts
    }
    for kind in (*DSM5_9.names, "none", "near"):
        own = frozenset({DSM5_9.index(kind)} if kind in DSM5_9.names else ())
        for template in grammar[kind]["all"]:
            for _ in range(max(1, round(share * TIMES.get(kind, 15)))):
                text = _spelled(template, slots, rng)
                if text.lower() not in scored:
                    told.setdefault(text, own)
    texts = list(told)
    for _ in range(round(share * PAIRS)):
        one, other = (texts[at] for at in rng.integers(len(texts), size=2))
        joint = f"{one.rstrip('.!?')}, and {other}"
        told.setdefault(joint, told[one] | told[other])
    truth = np.zeros((len(told), DSM5_9.k))
    for row, own in enumerate(told.values()):
        truth[row, list(own)] = 1.0
    return list(told), truth


def _spelled(template: str, slots: Mapping[str, list[str]], rng: np.random.Generator) -> str:
    """Return the template with each slot filled by chance, tidied."""
    said = re.sub(r"\{(\w+)\}", lambda slot: str(rng.choice(slots[slot[1]])), template)
    said = re.sub(r"\s+([.,!?])", r"\1", re.sub(r"\s+", " ", said)).strip()
    return said[:1].upper() + said[1:]
