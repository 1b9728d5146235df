"""Print why local models compute in float32, are kept in float16, and whether they are right.

Rows: bfloat16 beside float32 (speed, agreement, whether a score moves with its neighbours);
weights rounded to float16 as they are kept, beside the GGUF file's own; and the same file read
by llama.cpp, an implementation that shares no code with ours (needs `pip install xllamacpp`,
and the .gguf file named with --gguf).

Run: python benchmarks/local_checks.py [--model smollm2-135m] [--gguf FILE] [--threads 1]
"""

import argparse
import json
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
from llama_server import serving

from affectory.lm.catalogue import open_model
from affectory.lm.model import Ask, Sampling, chat
from affectory.lm.network import Precision

TEXTS = (
    "The letter came on a Monday, and for a while nobody dared to open it.",
    "I was so angry that I could not speak, and he just went on smiling.",
    "We walked along the river until the lamps were lit. It was a good day.",
    "She says that she is fine, but her hands have been shaking since the call.",
)
WORDS = ("joy", "sadness", "anger", "fear")


def speeds(model):
    """Return tokens per CPU second: reading a prompt, and writing eight answers at once."""
    network = model.network
    row = network.torch.arange(256)[None] + 500
    with network.pushed(()):
        network.forward(input_ids=row, logits_to_keep=1)
        start = time.process_time()
        for _ in range(3):
            network.forward(input_ids=row, logits_to_keep=1)
        reading = 3 * 256 / (time.process_time() - start)
    start = time.process_time()
    said = model.generate([chat(f"Tell me {n} things.") for n in range(8)], Sampling(tokens=24))
    return reading, sum(answer.said for answer in said) / (time.process_time() - start)


def likely(model):
    """Return log-probabilities of every token at every place of the texts. Shape (n, v)."""
    network = model.network
    with network.pushed(()):
        rows = [network.forward(input_ids=network.torch.tensor([ids]))[0]
                for ids in network.ids(TEXTS, raw=True)]  # fmt: skip
        return network.numbers(network.torch.cat(rows).float().log_softmax(-1))


def neighbours(model):
    """Return how far a score moves with what else is asked."""
    asked = [Ask(chat(f"Name the feeling: {text}"), WORDS) for text in TEXTS]
    together = [[each.total for each in row] for row in model.score(asked)]
    alone = [[each.total for each in model.score([ask])[0]] for ask in asked]
    return float(np.abs(np.subtract(together, alone)).max())


def beside(name, one, other):
    """Print how far two readings are apart."""
    best = one.argmax(axis=1)
    rows = np.arange(len(best))
    apart = np.abs(one - other)[rows, best]
    same = float((other.argmax(axis=1) == best).mean())
    print(f"{name:34} likeliest token the same at {same:.1%} of {len(best)} places, "
          f"its log-probability {apart.mean():.4f} apart (at most {apart.max():.4f})")  # fmt: skip


def llama(model, gguf):
    """Print how far llama.cpp, on the same file, is from us."""
    network, pairs = model.network, []
    with serving(gguf) as address:
        for text in TEXTS:
            prompt = chat(f"Name the feeling: {text}")
            body = {"prompt": network.written(prompt), "max_tokens": 1, "logprobs": 20}
            raw = json.dumps(body).encode()
            asked = urllib.request.Request(
                f"{address}/completions", raw, {"content-type": "application/json"}
            )
            with urllib.request.urlopen(asked, timeout=120) as reply:
                told = json.load(reply)["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
            with network.pushed(()):
                row = network.torch.tensor(network.prompt_ids([prompt]))
                ours = network.forward(input_ids=row)[0, -1].log_softmax(-1)
            pairs += [(each["logprob"], float(ours[each["id"]])) for each in told]
    theirs, mine = np.array(pairs).T
    print(f"{'llama.cpp on the same file':34} {len(pairs)} log-probabilities of likely tokens "
          f"{np.abs(theirs - mine).mean():.3f} apart, r = {np.corrcoef(theirs, mine)[0, 1]:.3f} "
          "(it rounds what it computes to 8 bits)")  # fmt: skip


def unrounded(gguf):
    """Return the model of a GGUF file as it is, without the rounding to float16."""
    import transformers

    from affectory.lm import converting
    from affectory.lm.local import LocalModel

    with tempfile.TemporaryDirectory() as folder:
        converting.converted(Path(gguf), Path(folder), whole=True)
        model = LocalModel("unrounded", Path(folder))
        transformers.utils.logging.set_verbosity_error()
        return likely(model)


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="smollm2-135m")
    options.add_argument("--gguf")
    options.add_argument("--threads", type=int, default=1)
    given = options.parse_args()
    model = open_model(given.model)
    model.network.torch.set_num_threads(given.threads)
    print(f"{model.name}, {given.threads} thread(s), {len(TEXTS)} texts of our own")
    exact = likely(model)
    for precision in Precision:
        each = open_model(given.model, precision)
        reading, writing = speeds(each)
        print(f"{precision.value:34} reads {reading:.0f}, writes {writing:.0f} tokens per CPU s; "
              f"a score moves by {neighbours(each):.1e} with its neighbours")  # fmt: skip
    beside("bfloat16 beside float32", exact, likely(open_model(given.model, Precision.BF16)))
    if given.gguf:
        beside("kept as float16 beside the file", unrounded(given.gguf), exact)
        llama(model, given.gguf)


if __name__ == "__main__":
    main()
