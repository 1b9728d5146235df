"""How a text speaks: of whom, in which tense, and of which days. English, by word lists.

Counted are subject pronouns in five classes (as in the notebooks of ReDSM5, 2025), finite verbs as
past, present or future, and words for dates and times. There is no tagger: a verb is an auxiliary,
a listed form, a word in "-ed", or the word after a pronoun; what none of these reach is not
counted. Time grows with the length of the text.
"""

__all__ = ["PRONOUNS", "TENSES", "counts"]

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PRONOUNS = ("first_singular", "first_plural", "second", "third_singular", "third_plural")
TENSES = ("past", "present", "future")


def counts(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return pronouns (five), tenses (three), dates and words of each text. Shape (n, 10).

    Example:
        >>> from affectory.senses.profile import counts
        >>> counts(["I slept yesterday, they will sleep in May."]).tolist()
        [[1, 0, 0, 0, 1, 1, 0, 1, 2, 8]]
    """
    out = np.zeros((len(texts), len(PRONOUNS) + len(TENSES) + 2), np.int64)
    for row, text in enumerate(texts):
        words = _WORD.findall(text.replace("’", "'").lower())  # noqa: RUF001
        out[row, -1] = len(words)
        out[row, -2] = len(_DATE.findall(text))
        for at, word in enumerate(words):
            head, _, tail = word.partition("'")
            if head in _CLASS:
                out[row, _CLASS[head]] += 1
            tense = _tense(words, at, head, tail)
            if tense is not None:
                out[row, len(PRONOUNS) + tense] += 1
    return out


def _tense(words: list[str], at: int, head: str, tail: str) -> int | None:
    """Return 0, 1 or 2 where the word at `at` is a finite verb: past, present or future."""
    nearest = (word for word in words[max(0, at - 3) : at][::-1] if word not in _BETWEEN)
    before, _, joined = next(nearest, "").partition("'")
    if before in _FUTURE or before == "to" or (head == "may" and before in _BEFORE_MAY):
        return None  # the verb after "will" is counted with it
    if head in _FUTURE or tail == "ll":
        return 2
    if head in _GOING and words[at + 1 : at + 2] == ["to"]:
        return 2
    if (before in _HELPING or joined in _JOINED) and not tail:
        return None  # a participle: its auxiliary was counted
    if head in _PAST or tail == "d":
        return 0
    if head in _PRESENT or tail in ("m", "re", "ve") or (tail == "s" and head in _CLASS):
        return None if words[at + 1 : at + 3] == ["going", "to"] else 1
    if len(head) > 4 and head.endswith("ed") and head not in _NO_VERB:
        return 0
    return 1 if before in _CLASS and head not in _NO_VERB and len(head) > 1 else None


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CLASS = {
    "i": 0, "im": 0, "ive": 0, "we": 1, "you": 2, "he": 3, "she": 3, "it": 3, "they": 4,
}  # fmt: skip
_FUTURE = frozenset(("will", "shall", "won", "gonna", "wont"))
_JOINED = ("ll", "d", "m", "re", "ve", "s")
_GOING = frozenset(("going",))
_BETWEEN = frozenset(("never", "always", "just", "not", "really", "ever", "also", "still", "often"))
_BEFORE_MAY = frozenset(("in", "of", "since", "last", "next", "early", "late", "until", "by"))
_PAST = _set("""
    used was were had did didn wasn weren hadn could couldn would wouldn should went said told felt
    thought knew got gave took came made saw slept woke kept lost left began broke brought
    bought caught chose drank drove ate fell fought found forgot grew heard held hid laid led
    lent met paid rang ran sat sent shook slid spent spoke stood stole swam taught threw
    understood wore wrote became bent bled built burnt drew dreamt fed flew forgave froze hung
    knelt meant rode rose sang sank sold shot showed sought swore swept tore wept
""")
_PRESENT = _set("""
    am is are isn aren ain do does don doesn have has haven hasn can cannot can't may might must
    im ive dont doesnt cant isnt feels seems makes keeps goes wants needs thinks knows says gets
    takes comes looks hates loves tells works lives gives finds helps hurts means
""")
_HELPING = _set("""
    am is are was were be been being isn aren wasn weren has have had haven hasn hadn do does
    did don doesn didn can could couldn would wouldn should may might must cannot get got
""")
_NO_VERB = _set("""
    and or but so too also both all just not never always really still only even ever who that
    the a an in on at to of for with need indeed hundred naked wicked sacred bed red shed speed
    feed seed weed breed bleed exceed proceed succeed
""")
_WORD = re.compile(r"[^\W_]++(?:'[^\W_]++)*")
_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_UNIT = "second|minute|hour|day|week|weekend|month|year|decade|morning|afternoon|evening|night"
_SEASON = "spring|summer|autumn|fall|winter|semester|term"
_DATE = re.compile(
    rf"\b(?:{_MONTHS}|in may|may \d{{1,2}}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    rf"|today|tonight|yesterday|tomorrow|(?:last|next|this|every|each) (?:{_UNIT}|{_SEASON})s?"
    rf"|(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|few|several|couple of|\d{{1,4}}) "
    rf"(?:{_UNIT})s?|(?:19|20)\d\d|\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?"
    r"|\d{1,2}(?::\d\d)? ?(?:am|pm)|\d{1,2}:\d\d|midnight|noon)\b",
    re.IGNORECASE,
)
