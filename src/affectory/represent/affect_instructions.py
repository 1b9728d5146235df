"""Ten instructions for each of the five affect tasks, in words of our own.

EmoLLMs (Liu et al. 2024) paraphrase each task's instruction ten times so that a model learns the
task and not the sentence; theirs were written by a language model, these by people of the house.
The first of each task is the plain one, which `perceive/instruct` asks.
"""

__all__ = ["INSTRUCTIONS"]

from affectory.represent.affect_tasks import LABELS, NONE, Task

ELEVEN = ", ".join(LABELS[:-1]) + f" and {LABELS[-1]}"
EI = "a number from 0 (no E at all) to 1 (as much E as can be)"
V = "a number from 0 (most negative) to 1 (most positive)"
FOUR = "0 (no E), 1 (low amount of E), 2 (moderate amount of E) or 3 (high amount of E)"
SEVEN = (
    "one of seven classes from -3 (very negative) through 0 (neutral or mixed) to 3 (very positive)"
)

INSTRUCTIONS: dict[Task, tuple[str, ...]] = {
    Task.EI_REG: (
        f"Rate how strongly the writer feels emotion E. Answer with {EI}.",
        f"Read the text and give the intensity of E in the state of its writer: {EI}.",
        f"How intense is E in the person who wrote this? Give {EI}.",
        f"Put a score on the amount of E that the text expresses, {EI}.",
        f"Estimate, as {EI}, how much E speaks from these words.",
        f"Your task is regression: for the emotion E, predict its intensity, {EI}.",
        f"Say how much E the author was feeling while writing. Use {EI} and nothing else.",
        f"Judge the strength of the emotion E behind the text on a scale: {EI}.",
        f"Give one real number for the intensity of E: {EI}.",
        f"Someone wrote the text below. Measure the E in it by {EI}.",
    ),
    Task.EI_OC: (
        f"Class the text by how much of emotion E its writer feels: {FOUR}.",
        f"Choose the class that fits the intensity of E in the writer best: {FOUR}.",
        f"How much E can be inferred from the text? Answer {FOUR}.",
        f"Sort the text into one of four ordered classes of E: {FOUR}.",
        f"Decide on the amount of E in the state of the author: {FOUR}.",
        f"Your task is ordinal classification of the emotion E. The classes are {FOUR}.",
        f"Name the level of E that speaks from these words, {FOUR}.",
        f"Which of these describes the E of the person who wrote this: {FOUR}?",
        f"Give the grade of E in the text. Grades are {FOUR}.",
        f"Read the text, then mark its intensity of E with {FOUR}.",
    ),
    Task.V_REG: (
        f"Rate the valence of the writer's state of mind. Answer with {V}.",
        f"Read the text and give its sentiment as {V}.",
        f"How positive or negative does the person feel who wrote this? Give {V}.",
        f"Put a score on the overall feeling of the text, {V}.",
        f"Estimate, as {V}, how good or bad the author feels.",
        f"Your task is regression: predict the intensity of sentiment, {V}.",
        f"Say where the mood of the writer lies between bad and good. Use {V}.",
        f"Judge the pleasantness that the text expresses on a scale: {V}.",
        f"Give one real number for the valence: {V}.",
        f"Someone wrote the text below. Measure how well they feel by {V}.",
    ),
    Task.V_OC: (
        f"Class the text by the valence of its writer's state of mind: {SEVEN}.",
        f"Choose the class that fits the sentiment of the text best, {SEVEN}.",
        f"How positive or negative is the state that can be inferred? Answer {SEVEN}.",
        f"Sort the text into {SEVEN}.",
        f"Decide how good or bad the author feels, as {SEVEN}.",
        f"Your task is ordinal classification of sentiment. Answer {SEVEN}.",
        f"Name the level of feeling that speaks from these words: {SEVEN}.",
        f"Which class describes the mood of the person who wrote this? Give {SEVEN}.",
        f"Give the grade of valence in the text, {SEVEN}.",
        f"Read the text, then mark its sentiment with {SEVEN}.",
    ),
    Task.E_C: (
        f"Say which of these emotions the writer feels: {ELEVEN}; or say '{NONE}'.",
        f"List every emotion that the text expresses out of {ELEVEN}. If there is none, answer "
        f"'{NONE}'.",
        f"Which of the following hold for the author: {ELEVEN}? Where none holds, write '{NONE}'.",
        f"Label the text with all emotions that fit, out of {ELEVEN}, or with '{NONE}'.",
        f"Choose as many as apply: {ELEVEN}. Choose '{NONE}' if nothing applies.",
        f"Your task is multi-label classification. The labels are {ELEVEN}; without any label "
        f"the answer is '{NONE}'.",
        f"Name the feelings of the person who wrote this, from {ELEVEN}. If you find none of "
        f"them, name '{NONE}'.",
        f"Read the text and mark the emotions in it. There are eleven: {ELEVEN}. No mark means "
        f"'{NONE}'.",
        f"Tell which emotions speak from these words ({ELEVEN}), or tell '{NONE}'.",
        f"Pick all of the eleven that can be inferred: {ELEVEN}. If none can, say '{NONE}'.",
    ),
}
