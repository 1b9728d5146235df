"""EmotionPrompt (Li et al. 2023) on Instruction Induction, with the default local model.

Six of the 24 tasks: those on which the local model was above the floor on ten items of the part
for demonstrations. 16 items of each from the part for tests, each asked plainly, with eleven
stimuli and with eleven placebos of as many words; then which words of EP02 move the right
answer's probability. Answers are kept: a run that was stopped goes on where it was, and a second
one asks for that last part alone.
"""

__all__ = ["PROTOCOL"]

from pathlib import Path

from affectory.bench.protocol import Protocol
from affectory.bench.stimuli import attribution, experiment, questions
from affectory.core.figure import Figure
from affectory.lm.cache import Cache
from affectory.lm.catalogue import open_model
from affectory.sources.instructions import read_instructions, read_items

TASKS = (
    "first_word_letter", "larger_animal", "num_to_verbal", "sentiment", "singular_to_plural",
    "translation_en-es",
)  # fmt: skip
EACH = 16  # items of a task
FEW = 5  # items of a task for attribution
WORDS = ("EP02",)  # stimuli whose words are looked at


def measure(folder: Path, seed: int) -> tuple[Figure, ...]:
    """Return what the stimuli change in the local model's answers."""
    model = open_model()
    items, shown = (read_items(folder, part) for part in ("execute", "induce"))
    said = read_instructions(folder)
    every = questions(items, shown, said, TASKS, EACH, seed)
    few = questions(items, shown, said, TASKS, FEW, seed)
    changed = experiment(model, every, seed, Cache())
    words = [figure for name in WORDS for figure in attribution(model, few, name, seed)]
    return (*changed, *words)


PROTOCOL = Protocol(
    "instructions",
    "what eleven emotional sentences and their placebos change in a local model's answers",
    "instruction_tasks",
    measure,
    minutes=10,
)
