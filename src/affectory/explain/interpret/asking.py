"""What a language model says of texts: an answer with its reasoning, or the likeliest label."""

__all__ = ["answered", "likeliest"]

from collections.abc import Callable, Sequence

from affectory.core.space import Axis, Kind, Space
from affectory.explain.interpret.prompting import Question
from affectory.lm.answers import Reading, parse
from affectory.lm.labels import LabelScorer
from affectory.lm.model import LanguageModel, Prompt, Sampling


def answered(
    model: LanguageModel, question: Question, asked: Sequence[Prompt], how: Sampling
) -> list[Reading]:
    """Return how the model's answer to each prompt was read."""
    read = parse(question.reader, model.generate(asked, how))
    both = zip(read.values.tolist(), read.reasons, strict=True)
    rows = [None if why else tuple(row) for row, why in both]
    return list(map(Reading, rows, read.reasons, read.rests))


def likeliest(
    model: LanguageModel,
    question: Question,
    texts: Sequence[str],
    prompt: Callable[[str], Prompt],
) -> list[Reading]:
    """Return the calibrated share that the model gives each label of each text, as a state.

    Args:
        model: What is asked; it must be able to score.
        question: Names the labels; yes and no for a Space of one axis.
        texts: n texts.
        prompt: Makes the prompt about one text.
    """
    known = question.space
    words = ("No", "Yes") if known.k == 1 else tuple(n.replace("_", " ") for n in known.names)
    labels = Space(known.name, Kind.DISTRIBUTION, tuple(Axis(word, 0, 1) for word in words))
    shares = LabelScorer(model, labels, prompt).shares(texts)
    low, high = known.bounds
    values = low + (high - low) * (shares[:, 1:] if known.k == 1 else shares)
    return [Reading(tuple(row)) for row in values.tolist()]
