"""A language model small enough for a test: random weights, real architecture, real files."""

import pytest

WORDS = "the a cat dog is was happy sad joy anger fear very not today and so what ? . , : I you"
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer(chats=True):
    """Return a byte-level tokenizer with merges learned from a few words, and a template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([WORDS] * 20 + [f" {word}" for word in WORDS.split()] * 20, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|im_end|>",
        unk_token="<|endoftext|>", additional_special_tokens=["<|im_start|>"],
    )  # fmt: skip
    whole.chat_template = TEMPLATE if chats else None
    return whole


def llama(folder, chats=True, seed=0, **more):
    """Write a tiny Llama to `folder`, with weights large enough that its logits differ."""
    from transformers import LlamaConfig, LlamaForCausalLM, set_seed

    words = tokenizer(chats)
    words.save_pretrained(folder)
    shape = {
        "vocab_size": len(words), "hidden_size": 32, "intermediate_size": 48,
        "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
        "max_position_embeddings": 512, "initializer_range": 0.3, "eos_token_id": 2,
        "pad_token_id": 2, "bos_token_id": 1,
    }  # fmt: skip
    set_seed(seed)
    LlamaForCausalLM(LlamaConfig(**{**shape, **more})).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """Give the folder of a tiny Llama that answers messages."""
    return llama(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny(tiny_folder):
    """Give a tiny Llama that answers messages."""
    from affectory.lm.catalogue import open_model

    return open_model(tiny_folder)


@pytest.fixture(scope="session")
def llama_of():
    """Give what writes a tiny Llama to a folder."""
    return llama
