"""Why a symptom was claimed, or was not: quote, criterion, scope.

The words are put together by rule and always the same. A language model may say them more
smoothly; what it says is used only where it repeats the quote word for word and names the
criterion, so that it cannot claim what was not found.
"""

__all__ = ["rephrased", "told"]

from collections.abc import Sequence

from affectory.lm.model import LanguageModel, Sampling, chat
from affectory.perceive.symptoms.cues import Mention, criteria, reasons
from affectory.represent.vocabularies import DSM5_9


def told(axis: int, quote: str, mention: Mention | None, remembered: bool) -> str:
    """Return the rationale of one symptom in one sentence.

    Args:
        axis: Place of the symptom in dsm5-9.
        quote: The words of the cue; of the sentence, where no cue was found.
        mention: The cue; None where words alone spoke for it.
        remembered: Whether what is over counts as well.
    """
    name, about = DSM5_9.names[axis].replace("_", " "), criteria()[axis]
    if mention is None:
        return f'"{quote}" has no listed phrase; its words are like those of {name}: {about}.'
    scopes = [word for word in reasons(mention.reach) if not (remembered and word == "over")]
    if scopes:
        return f'"{quote}" names {name} ({about}), but {" and ".join(scopes)}: not counted.'
    when = "now or remembered" if remembered else "now"
    return f'"{quote}" mentions {name}: {about}; the writer\'s own, {when}.'


def rephrased(
    writer: LanguageModel, quotes: Sequence[str], axes: Sequence[int], said: Sequence[str]
) -> tuple[str, ...]:
    """Return the rationales in a model's words where these keep to what was found, else as said.

    Args:
        writer: The model.
        quotes: What each rationale quotes. n of them.
        axes: Which symptom each is about.
        said: The rationales by rule.
    """
    prompts = [chat(words, TASK) for words in said]
    answers = writer.generate(prompts, Sampling(tokens=120)) if prompts else ()
    out = []
    for answer, quote, axis, words in zip(answers, quotes, axes, said, strict=True):
        spoken = " ".join(answer.text.split())
        kept = quote in spoken and f"({criteria()[axis].rpartition('(')[2]}" in spoken
        out.append(spoken if kept and answer.ending == "stop" else words)
    return tuple(out)


TASK = (
    "Say the note in one or two plain sentences for a reader who is no clinician. Keep the quote "
    "and the code in brackets, such as (A4), exactly. Add no finding, no advice, no name of an "
    "illness."
)
