"""Print how many utterances a second a local model labels, and what reading prefixes once saves.

The prompt and the seven emotions of `affectory bench prompted`, short utterances of our own. Three
ways, interleaved: every label with its whole prompt; each prompt once for all labels;
and what all prompts begin with once, which is what `LabelScorer` does.

Run: python benchmarks/label_speed.py [--model smollm2-135m] [--utterances 64] [--threads 2]
"""

import argparse
import os
import statistics
import time
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from affectory.bench.protocols.prompted import scorer_of
from affectory.lm.catalogue import open_model
from affectory.lm.local import LocalModel

WHO = ("My sister", "The doctor", "Our neighbour", "My boss")
DID = ("just called me", "forgot my birthday", "took my seat", "sent the papers")
WHEN = ("again", "this morning", "and I cannot believe it", "as always")


@dataclass(frozen=True)
class Way:
    """A model that scores in one of the three ways."""

    model: LocalModel
    reuse: bool = True
    alone: bool = False

    def score(self, asked):
        """Return the scores of the questions."""
        if self.alone:
            return tuple(self.model.score([each])[0] for each in asked)
        return self.model.score(asked, reuse=self.reuse)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="smollm2-135m")
    options.add_argument("--utterances", type=int, default=64)
    options.add_argument("--threads", type=int, default=os.cpu_count())
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--every", type=int, default=8, help="without reuse: every n-th text")
    given = options.parse_args()
    model = open_model(given.model)
    network = model.network
    network.torch.set_num_threads(given.threads)
    asked = scorer_of(model)
    texts = [f"{a} {b} {c}." for a, b, c in product(WHO, DID, WHEN)][: given.utterances]
    few = texts[:: given.every]
    ways = {
        "nothing reused": (Way(model, reuse=False), few),
        "prompt once per utterance": (Way(model, alone=True), few),
        "shared prefix once": (Way(model), texts),
    }
    scorers = {name: (replace(asked, model=way), on) for name, (way, on) in ways.items()}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    shares = {}
    for scorer, _ in scorers.values():
        scorer.leaning  # noqa: B018  (content-free texts are read once per scorer, not timed)
    for _ in range(given.runs):
        for name, (scorer, on) in scorers.items():
            wall, cpu = time.perf_counter(), time.process_time()
            shares[name] = scorer.shares(on)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            spent[name].append((len(on) / wall, len(on) / cpu))
    ids = network.prompt_ids([asked.prompt(text) for text in texts])
    words_each = statistics.mean(len(text.split()) for text in texts)
    print(
        f"{model.name}, {asked.space.k} labels, {given.threads} threads of {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}; prompts of {statistics.mean(map(len, ids)):.0f} tokens, "
        f"utterances of {words_each:.1f} words"
    )
    for name, runs in spent.items():
        wall, cpu = (sorted(each) for each in zip(*runs, strict=True))
        print(f"{name:26} {statistics.median(wall):7.2f} utterances/s "
              f"({wall[0]:.2f} to {wall[-1]:.2f}), {statistics.median(cpu):6.2f} per CPU s, "
              f"n = {len(scorers[name][1])}")  # fmt: skip
    best, none = "shared prefix once", "nothing reused"
    for at, clock in enumerate(("wall", "CPU")):
        ratio = statistics.median(
            after[at] / before[at] for after, before in zip(spent[best], spent[none], strict=True)
        )
        print(f"ratio, {clock} time: {ratio:.1f}")
    apart = np.abs(shares[best][:: given.every] - shares[none]).max()
    print(f"shares differ by at most {apart:.1e}")


if __name__ == "__main__":
    main()
