"""A small BERT encoder as an ONNX graph, in single precision or in bytes.

The weights stay plain arrays (safetensors at rest); the graph is made of them when it is
loaded, with the fused operators that onnxruntime has for attention and normalisation. Bytes:
one scale per column of a matrix and per row of the words; what enters a product is rounded on a
scale that was fixed beforehand, so that a text's numbers do not depend on its company.
"""

__all__ = ["PROBES", "from_bert", "graph", "squeezed"]

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import MissingExtra

Floats = NDArray[np.float32]
Arrays = Mapping[str, NDArray[Any]]
OURS = "com.microsoft"
TINY = 1e-12
PROBES = "entering."  # the outputs that say what enters the product with a matrix
SMALL = {"up", "down", "qkv", "out"}  # the matrices of a layer


def from_bert(state: Arrays, longest: int = 256) -> dict[str, Floats]:
    """Return the arrays of `graph` from the state of a BERT as transformers names it.

    Args:
        state: Arrays such as `encoder.layer.0.attention.self.query.weight`.
        longest: Tokens of a text that are read; later places are left out.
    """
    told = {name: np.asarray(value, np.float32) for name, value in state.items()}
    kind = told["embeddings.token_type_embeddings.weight"][0]
    out = {
        "words": told["embeddings.word_embeddings.weight"],
        "places": told["embeddings.position_embeddings.weight"][:longest] + kind,
        "norm.gain": told["embeddings.LayerNorm.weight"],
        "norm.shift": told["embeddings.LayerNorm.bias"],
    }
    layers = {
        int(at.group(1)) for at in map(re.compile(r"encoder\.layer\.(\d+)\.").match, told) if at
    }
    for layer in sorted(layers):
        at = f"encoder.layer.{layer}."
        three = [f"{at}attention.self.{part}" for part in ("query", "key", "value")]
        out[f"{layer}.qkv"] = np.hstack([told[f"{part}.weight"].T for part in three])
        out[f"{layer}.qkv.bias"] = np.concatenate([told[f"{part}.bias"] for part in three])
        for ours, theirs in (
            ("out", "attention.output"),
            ("up", "intermediate"),
            ("down", "output"),
        ):
            out[f"{layer}.{ours}"] = np.ascontiguousarray(told[f"{at}{theirs}.dense.weight"].T)
            out[f"{layer}.{ours}.bias"] = told[f"{at}{theirs}.dense.bias"]
        for ours, theirs in (("mid", "attention.output"), ("end", "output")):
            out[f"{layer}.{ours}.gain"] = told[f"{at}{theirs}.LayerNorm.weight"]
            out[f"{layer}.{ours}.shift"] = told[f"{at}{theirs}.LayerNorm.bias"]
    return out


def squeezed(arrays: Arrays, ranges: Mapping[str, tuple[float, float]]) -> dict[str, NDArray[Any]]:
    """Return `arrays` with words and matrices rounded to bytes, their scales beside them.

    Args:
        arrays: What `from_bert` gives.
        ranges: Least and greatest number that enters each product, by the matrix's name; see
            `PROBES`.
    """
    out: dict[str, NDArray[Any]] = {}
    for name, value in arrays.items():
        if name == "words" or name.rpartition(".")[2] in SMALL:
            across = 1 if name == "words" else 0
            scale = np.abs(value).max(axis=across, keepdims=True) / 127 + TINY
            out[name] = np.clip(np.rint(value / scale), -127, 127).astype(np.int8)
            out[f"{name}.scale"] = scale.ravel().astype(np.float32)
        else:
            out[name] = value
    for name, (low, high) in ranges.items():
        step = (max(high, 0.0) - min(low, 0.0)) / 255 + TINY
        out[f"{name}.in"] = np.array([step, np.rint(-min(low, 0.0) / step)], np.float32)
    return out


def graph(arrays: Arrays, heads: int = 12, probes: bool = False) -> bytes:
    """Return an ONNX model: `ids` and `seen` (n, t) to `vectors` (n, d) and, if any, `scores`.

    Args:
        arrays: What `from_bert` or `squeezed` gives; `heads` (d, o) and `heads.bias` (o,)
            where there is a read-out of the mean over tokens.
        heads: Attention heads.
        probes: Whether the model also gives what enters each product, named by `PROBES`.

    Raises:
        MissingExtra: if `onnx` is not installed.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtra("onnx", "encoder", "a text encoder") from error
    net = _Net(onnx, arrays)
    net.tokens()
    for layer in range(sum(name.endswith(".qkv") for name in arrays)):
        net.layer(str(layer), heads)
    net.read_out()
    return net.whole(probes)


class _Net:
    """A graph in the making; `last` is the name of the newest states (n, t, d)."""

    def __init__(self, onnx: Any, arrays: Arrays) -> None:
        self.onnx, self.arrays = onnx, arrays
        self.nodes: list[Any] = []
        self.held: dict[str, NDArray[Any]] = {}
        self.last = ""
        self.entering: dict[str, str] = {}

    def __call__(self, op: str, *given: str, own: bool = False, outs: int = 1, **how: Any) -> str:
        """Add one operator and return the name of its (first) output."""
        name = f"{op}_{len(self.nodes)}"
        outputs = [name] if outs == 1 else [f"{name}.{at}" for at in range(outs)]
        domain = OURS if own else ""
        node = self.onnx.helper.make_node(op, list(given), outputs, name, domain=domain, **how)
        self.nodes.append(node)
        return outputs[0]

    def keep(self, name: str, value: NDArray[Any] | None = None) -> str:
        """Hold an array in the graph under `name`, once."""
        self.held[name] = self.arrays[name] if value is None else value
        return name

    def tokens(self) -> None:
        """Words and places to states."""
        found = self("Gather", self.keep("words"), "ids", axis=0)
        if "words.scale" in self.arrays:
            scale = self("Gather", self.keep("words.scale"), "ids", axis=0)
            last = self.keep("last", np.array([-1], np.int64))
            whole = self("Cast", found, to=self.onnx.TensorProto.FLOAT)
            found = self("Mul", whole, self("Unsqueeze", scale, last))
        length = self("Slice", self("Shape", "ids"), self.keep("one", np.array([1], np.int64)),
                      self.keep("two", np.array([2], np.int64)))  # fmt: skip
        zero = self.keep("zero", np.array([0], np.int64))
        places = self("Slice", self.keep("places"), zero, length, zero)
        self.last = self("LayerNormalization", self("Add", found, places), self.keep("norm.gain"),
                         self.keep("norm.shift"), axis=-1, epsilon=TINY)  # fmt: skip
        self.mask = self("Cast", "seen", to=self.onnx.TensorProto.INT32)

    def product(self, states: str, name: str) -> str:
        """States times a matrix of the layer, plus its bias."""
        self.entering[name] = states
        if f"{name}.in" not in self.arrays:
            return self("Add", self("MatMul", states, self.keep(name)), self.keep(f"{name}.bias"))
        step, zero = self.arrays[f"{name}.in"]
        unit = self.keep(f"{name}.step", np.array(step, np.float32))
        middle = self.keep(f"{name}.zero", np.array(zero, np.uint8))
        whole = self("QuantizeLinear", states, unit, middle)
        scale, bias = self.keep(f"{name}.scale"), self.keep(f"{name}.bias")
        parts = (whole, self.keep(name), unit, scale, middle, "", bias)
        return self("MatMulIntegerToFloat", *parts, own=True)

    def layer(self, at: str, heads: int) -> None:
        """Attention and feed-forward, each with its sum and normalisation."""
        qkv = self.product(self.last, f"{at}.qkv")
        size = self.arrays[f"{at}.qkv"].shape[1] // 3
        parts = self.keep("parts", np.full(3, size, np.int64))
        first = self("Split", qkv, parts, outs=3, axis=-1)
        three = [f"{first[:-2]}.{part}" for part in range(3)]
        mixed = self("MultiHeadAttention", *three, "", self.mask, own=True, num_heads=heads)
        middle = self._joined(self.product(mixed, f"{at}.out"), f"{at}.mid")
        grown = self("Gelu", self.product(middle, f"{at}.up"), own=True)
        self.last = middle
        self.last = self._joined(self.product(grown, f"{at}.down"), f"{at}.end")

    def _joined(self, change: str, norm: str) -> str:
        gain, shift = self.keep(f"{norm}.gain"), self.keep(f"{norm}.shift")
        # several times as fast on a CPU as the fused SkipLayerNormalization
        total = self("Add", change, self.last)
        return self("LayerNormalization", total, gain, shift, axis=-1, epsilon=TINY)

    def read_out(self) -> None:
        """Mean over the tokens that are there, and the scores."""
        seen = self("Cast", "seen", to=self.onnx.TensorProto.FLOAT)
        wide = self("Unsqueeze", seen, self.keep("last", np.array([-1], np.int64)))
        one = self.keep("one", np.array([1], np.int64))
        total = self("ReduceSum", self("Mul", self.last, wide), one, keepdims=0)
        mean = self("Div", total, self("ReduceSum", seen, one, keepdims=1))
        self("Identity", mean)
        self.nodes[-1].output[0] = "vectors"
        if "heads" in self.arrays:
            told = self("MatMul", mean, self.keep("heads"))
            self("Add", told, self.keep("heads.bias"))
            self.nodes[-1].output[0] = "scores"

    def whole(self, probes: bool) -> bytes:
        """Return the model as bytes."""
        make, kinds = self.onnx.helper, self.onnx.TensorProto
        given = [make.make_tensor_value_info(n, kinds.INT64, ["n", "t"]) for n in ("ids", "seen")]
        wide = {"vectors": self.arrays["words"].shape[1]}
        if "heads" in self.arrays:
            wide["scores"] = self.arrays["heads"].shape[1]
        told = [make.make_tensor_value_info(n, kinds.FLOAT, ["n", k]) for n, k in wide.items()]
        if probes:
            told += [self._probe(name, states) for name, states in self.entering.items()]
        held = [self.onnx.numpy_helper.from_array(np.ascontiguousarray(v), n)
                for n, v in self.held.items()]  # fmt: skip
        whole = make.make_graph(self.nodes, "encoder", given, told, held)
        sets = [make.make_opsetid("", 17), make.make_opsetid(OURS, 1)]
        model = make.make_model(whole, opset_imports=sets, ir_version=9)
        return bytes(model.SerializeToString())

    def _probe(self, name: str, states: str) -> Any:
        """Give the least and greatest of `states` as an output."""
        low = self("ReduceMin", states, keepdims=0)
        high = self("ReduceMax", states, keepdims=0)
        line = self.keep("line", np.array([1], np.int64))
        both = self("Concat", self("Reshape", low, line), self("Reshape", high, line), axis=0)
        self("Identity", both)
        self.nodes[-1].output[0] = PROBES + name
        return self.onnx.helper.make_tensor_value_info(
            PROBES + name, self.onnx.TensorProto.FLOAT, [2]
        )
