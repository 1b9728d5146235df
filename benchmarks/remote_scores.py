"""Whether `score` means the same at a server as here: llama.cpp beside `lm.local`, one GGUF file.

Usage: python benchmarks/remote_scores.py MODEL.gguf      (pip install xllamacpp 'affectory[lm]')

llama.cpp serves the file and is asked for a quarter of its tokens at each place; `lm.local`
reads the same weights with torch. Printed per answer: tokens, log-probability at the server and
here, rank of the first token at the server and here.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from llama_server import serving

from affectory.lm.cache import Cache
from affectory.lm.catalogue import open_model
from affectory.lm.model import Ask, Scored, chat
from affectory.lm.remote import Remote

TEXTS = ("I won!", "Leave me alone.", "I miss her so much.")
LABELS = ("joy", "anger", "sadness", "disappointment")
TOP = 12_288


def far(model: str, asked: list[Ask]) -> tuple[tuple[Scored, ...], ...]:
    """Return the scores of a server that is started for it."""
    with tempfile.TemporaryDirectory() as folder, serving(model) as address:
        cache = Cache(Path(folder) / "answers.sqlite")
        remote = Remote("served", address, cache=cache, top=TOP, prefill=True, apart=False)
        scores = remote.score(asked)
        print(remote.usage)
        cache.close()
    return scores


def main() -> None:
    """Score the same answers twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help="a GGUF file with a chat template")
    given = parser.parse_args()
    asked = [Ask(chat(f"Which emotion does this show? {text} One word."), LABELS) for text in TEXTS]
    there, here = far(given.model, asked), open_model(given.model).score(asked)
    pairs = list(zip(sum(there, ()), sum(here, ()), strict=True))
    for one, other in pairs:
        print(
            f"{'|'.join(one.tokens):20} {one.total:8.3f} {other.total:8.3f} "
            f"{one.rank[0]:6} {other.rank[0]:6}"
        )
    same = [(one, other) for one, other in pairs if one.tokens == other.tokens]
    apart = np.concatenate([np.abs(one.logp - other.logp) for one, other in same])
    print(
        f"cut into the same tokens: {len(same)} of {len(pairs)} answers; log-probabilities of "
        f"their {len(apart)} tokens differ by {apart.mean():.3f} in the mean, "
        f"{apart.max():.3f} at most"
    )


if __name__ == "__main__":
    main()
