"""A BERT of two layers with weights from chance, and the same in plain numpy as an oracle."""

import math

import numpy as np

D, HEADS, LAYERS, WIDE = 16, 4, 2, 32
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "i", "am", "glad", "sad", "very", "##ly", "!", "so"]


def state(seed=0):
    """Return weights under the names that transformers gives them."""
    rng = np.random.default_rng(seed)

    def some(*shape):
        return rng.normal(0, 0.5, shape).astype(np.float32)

    out = {
        "embeddings.word_embeddings.weight": some(len(WORDS), D),
        "embeddings.position_embeddings.weight": some(40, D),
        "embeddings.token_type_embeddings.weight": some(2, D),
        "embeddings.LayerNorm.weight": 1 + some(D) / 5,
        "embeddings.LayerNorm.bias": some(D),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for name, (a, b) in {
            "attention.self.query": (D, D), "attention.self.key": (D, D),
            "attention.self.value": (D, D), "attention.output.dense": (D, D),
            "intermediate.dense": (WIDE, D), "output.dense": (D, WIDE),
        }.items():  # fmt: skip
            out[f"{at}{name}.weight"], out[f"{at}{name}.bias"] = some(a, b), some(a)
        for name in ("attention.output", "output"):
            out[f"{at}{name}.LayerNorm.weight"] = 1 + some(D) / 5
            out[f"{at}{name}.LayerNorm.bias"] = some(D)
    return out


def mean_state(weights, ids):
    """Return the mean of the last states of one text, by the book (Devlin et al. 2019)."""
    e = "embeddings."
    x = weights[f"{e}word_embeddings.weight"][ids]
    x = x + weights[f"{e}position_embeddings.weight"][: len(ids)]
    x = _norm(x + weights[f"{e}token_type_embeddings.weight"][0], weights, f"{e}LayerNorm")
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        q, k, v = (
            _heads(_dense(x, weights, f"{at}attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        score = q @ k.transpose(0, 2, 1) / math.sqrt(D // HEADS)
        share = np.exp(score - score.max(axis=-1, keepdims=True))
        share /= share.sum(axis=-1, keepdims=True)
        mixed = (share @ v).transpose(1, 0, 2).reshape(len(ids), D)
        change = _dense(mixed, weights, f"{at}attention.output.dense")
        x = _norm(x + change, weights, f"{at}attention.output.LayerNorm")
        wide = _dense(x, weights, f"{at}intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = _norm(x + _dense(wide, weights, f"{at}output.dense"), weights, f"{at}output.LayerNorm")
    return x.mean(axis=0)


def _dense(x, weights, name):
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def _heads(x):
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def _norm(x, weights, name):
    centred = x - x.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
    return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]
