"""How much of the words of one text another has: BLEU, ROUGE, and grounding in a source.

Papers: Papineni et al. 2002, "BLEU"; Lin 2004, "ROUGE"; smoothing of BLEU as in Chen & Cherry
2014 (method 3, the default of sacreBLEU). Numbers are those of `sacrebleu` (13a tokens, effective
order for single texts) in [0, 1] and, for ASCII texts, of `rouge-score` without a stemmer.

Words in common say little of whether an explanation is right: compare with human ratings.
"""

__all__ = ["bleu", "corpus_bleu", "grounded", "quoted", "rouge_l", "rouge_n"]

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from affectory.core.errors import BadChoice, BadValues

Floats = NDArray[np.float64]
ORDER = 4  # longest n-gram of BLEU


def rouge_n(references: Sequence[str], said: Sequence[str], n: int = 1) -> Floats:
    """Return precision, recall and F1 of the n-grams of each text. Shape (texts, 3).

    All are 0 where a side has no n-gram.

    Args:
        references: What should be said.
        said: What is said.
        n: Words of an n-gram, >= 1.

    Raises:
        BadChoice: if `n` is below 1.
        BadValues: if the texts are no pairs.

    Example:
        >>> from affectory.measure.overlap import rouge_n
        >>> rouge_n(["she is sad"], ["she is very sad"]).round(3).tolist()
        [[0.75, 1.0, 0.857]]
    """
    if n < 1:
        raise BadChoice("n", n, "1 or more")
    rows = []
    for one, other in _pairs(references, said):
        want, have = _grams(words(one), n), _grams(words(other), n)
        rows.append(_prf((want & have).total(), have.total(), want.total()))
    return np.array(rows, np.float64).reshape(len(rows), 3)


def rouge_l(references: Sequence[str], said: Sequence[str]) -> Floats:
    """Return precision, recall and F1 of the longest common subsequence. Shape (texts, 3).

    Raises:
        BadValues: if the texts are no pairs.
    """
    rows = []
    for one, other in _pairs(references, said):
        want, have = words(one), words(other)
        rows.append(_prf(_subsequence(want, have), len(have), len(want)))
    return np.array(rows, np.float64).reshape(len(rows), 3)


def bleu(references: Sequence[str], said: Sequence[str]) -> Floats:
    """Return the smoothed BLEU of each text, in [0, 1]. Shape (texts,).

    ``exp(min(0, 1 - r / h)) (p_1 ... p_m)^(1/m)`` with r and h the lengths of reference and text,
    and m the longest n-gram, up to 4, that the text has.

    Raises:
        BadValues: if the texts are no pairs.
    """
    told = [_bleu(_counts(one, other), effective=True) for one, other in _pairs(references, said)]
    return np.array(told, np.float64)


def corpus_bleu(references: Sequence[str], said: Sequence[str]) -> float:
    """Return the BLEU of all texts together, in [0, 1]; NaN for none.

    Raises:
        BadValues: if the texts are no pairs.
    """
    counts = [_counts(one, other) for one, other in _pairs(references, said)]
    return _bleu(np.sum(counts, axis=0), effective=False) if counts else float("nan")


def grounded(sources: Sequence[str], said: Sequence[str]) -> Floats:
    """Return the share of each text's content words that its source has. Shape (texts,).

    Content words are those of four letters and more that are no function words; NaN for a text
    without any.

    Raises:
        BadValues: if the texts are no pairs.
    """
    out = []
    for source, text in _pairs(sources, said):
        content = [word for word in words(text) if len(word) > 3 and word not in FUNCTION]
        known = set(words(source))
        out.append(sum(word in known for word in content) / len(content) if content else np.nan)
    return np.array(out, np.float64)


def quoted(sources: Sequence[str], quotes: Sequence[Iterable[str]]) -> Floats:
    """Return the share of each text's quotes whose words stand in its source in a row.

    NaN where nothing is quoted. Shape (texts,).

    Raises:
        BadValues: if the texts are no pairs.
    """
    out = []
    for source, those in _pairs(sources, quotes):
        known = f" {' '.join(words(source))} "
        found = [f" {' '.join(told)} " in known for quote in those if (told := words(quote))]
        out.append(sum(found) / len(found) if found else np.nan)
    return np.array(out, np.float64)


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case: runs of letters and digits."""
    return WORD.findall(text.lower())


def _pairs(references: Sequence[Any], said: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    if len(references) != len(said):
        raise BadValues("texts", f"{len(references)} and {len(said)}", "equally many")
    return zip(references, said, strict=True)


def _grams(tokens: Sequence[str], n: int) -> "Counter[tuple[str, ...]]":
    return Counter(zip(*(tokens[at:] for at in range(n)), strict=False))


def _prf(both: int, said: int, wanted: int) -> tuple[float, float, float]:
    precision, recall = both / max(said, 1), both / max(wanted, 1)
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence, a word of `other` a step.

    Crochemore et al. 2001: row i of the table is the bits of one integer.
    """
    places: dict[str, int] = {}
    for at, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << at
    full = (1 << len(one)) - 1
    row = full
    for word in other:
        held = row & places.get(word, 0)
        row = (row + held | row - held) & full
    return len(one) - row.bit_count()


def _counts(reference: str, said: str) -> NDArray[np.int64]:
    """Return both lengths, then matches and n-grams of each order. Shape (2 + 2 * ORDER,)."""
    want, have = _tokens(reference), _tokens(said)
    out = [len(want), len(have)]
    for n in range(1, ORDER + 1):
        grams = _grams(have, n)
        out += [(grams & _grams(want, n)).total(), grams.total()]
    return np.array(out, np.int64)


def _bleu(counts: NDArray[np.int64], *, effective: bool) -> float:
    wanted, length = counts[:2]
    both, total = counts[2::2], counts[3::2]
    if not both.any():
        return 0.0
    orders = int((total > 0).sum()) if effective else ORDER
    halved, logs = 1.0, []
    for hits, of in zip(both[:orders].tolist(), total[:orders].tolist(), strict=True):
        if of == 0:
            return 0.0
        if hits == 0:
            halved *= 2
        logs.append(np.log(hits / of if hits else 1 / (halved * of)))
    brevity = min(0.0, 1 - wanted / length)
    return float(np.exp(brevity + np.mean(logs)))


def _tokens(text: str) -> list[str]:
    """Return the tokens of mteval-v13a."""
    line = text.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for mark, plain in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        line = line.replace(mark, plain)
    line = f" {line} "
    for pattern, put in RULES:
        line = pattern.sub(put, line)
    return line.split()


WORD = re.compile(r"[^\W_]+")
RULES = (
    (re.compile(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])"), r" \1 "),
    (re.compile(r"([^0-9])([\.,])"), r"\1 \2 "),
    (re.compile(r"([\.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
LITTLE = (
    "about above after again against also although always among another around because been "
    "before being below between both cannot could does doing down during each either even ever "
    "every from further have having here hers herself himself however into itself just like "
    "likely made make makes many might more most much must myself neither never nothing often "
    "once only onto other others ours ourselves over perhaps quite rather really said same shall "
    "should since some someone something still such than that their theirs them themselves then "
    "there therefore these they this those though through thus toward towards under until upon "
    "very well were what when where whether which while whom whose will with within without "
    "would your yours yourself"
)
FUNCTION = frozenset(LITTLE.split())
