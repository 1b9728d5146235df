"""A small phrase language, searched word by word in many texts at once.

A phrase is words set apart by spaces: ``don't|never want|wanna to? die``. Within a word, ``|``
parts alternatives, ``_`` joins the words of one alternative, a trailing ``?`` makes the word
optional, ``<name>`` stands for alternatives listed elsewhere, ``...`` for up to three words.

Every word of the table becomes one character, every other word ``x`` and the end of a sentence
``.``; a text is then a short string, a phrase a short regular expression over it. Case, accents,
apostrophes and drawn-out letters vanish when the distinct words are looked up, once each.
"""

__all__ = ["PhraseTable", "compile_table"]

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import ascii_lowercase

import polars as pl

from affectory.guard.spans import matches

_CHUNK = 50_000  # texts at a time: bounds the memory that one row per word takes


@dataclass(frozen=True, slots=True)
class PhraseTable:
    """Phrases compiled for search; made by `compile_table`.

    Args:
        pattern: One alternation over encoded texts, earlier phrases first.
        grouped: The same, anchored, one named group ``p<i>`` per phrase.
        anchors: A class of codes, one of which every hit holds; spares most texts the search.
        kinds: The kind of phrase i.
        codes: word (plain: lower case, no accents, no apostrophes) -> code, one character.
        spelt: The same as a table: word, code.
        short: The same for words whose letters were drawn out, each letter once.
    """

    pattern: str
    grouped: str
    anchors: str
    kinds: tuple[str, ...]
    codes: dict[str, str]
    spelt: pl.DataFrame = field(repr=False, compare=False)
    short: pl.DataFrame = field(repr=False, compare=False)

    def find(self, texts: pl.Series) -> pl.DataFrame:
        """Return leftmost hits as row, kind, phrase, start, stop, sorted by row and start.

        `phrase` is spelled with words of the table, and ``…`` where other words stand between
        them: it never repeats what a text says besides. `start` and `stop` count characters.
        """
        parts = [self._find(texts[at : at + _CHUNK], at) for at in range(0, len(texts), _CHUNK)]
        return pl.concat([_NOTHING, *parts])

    def _find(self, texts: pl.Series, first: int) -> pl.DataFrame:
        tokens = self._encode(texts)
        lines = tokens.group_by("row", maintain_order=True).agg(pl.col("code").str.join())
        lines = lines.filter(pl.col("code").str.contains(self.anchors))
        hits = matches(lines["code"], self.pattern)
        if hits.is_empty():
            return _NOTHING
        begin = tokens.with_columns(at=pl.int_range(pl.len(), dtype=pl.UInt32).over("row"))
        ends = begin.select("row", last=pl.col("at") + 1, end="stop")
        return (
            hits.select(lines["row"].gather(hits["row"]), "match", at="start", last="stop")
            .join(begin.select("row", "at", "start"), on=["row", "at"])
            .join(ends, on=["row", "last"])
            .join(self._named(hits["match"].unique()), on="match")
            .select(pl.col("row") + first, "kind", "phrase", "start", stop="end")
            .sort("row", "start")
        )

    def _encode(self, texts: pl.Series) -> pl.DataFrame:
        """Return one row per word or sentence end: row, code, start, stop."""
        found = matches(texts, _TOKEN).filter(~pl.col("match").str.contains(r"^(?:\.\.+|…)$"))
        plain = (
            pl.col("match").str.replace_all(_MANGLED, "").str.normalize("NFKD").str.to_lowercase()
        )
        words = found.select(pl.col("match").unique()).with_columns(
            plain.str.replace_all(r"[^\p{L}\p{N}]", "").alias("word")
        )
        words = words.join(self.spelt, on="word", how="left", maintain_order="left")
        known = words.drop_nulls("code")
        drawn = words.filter(pl.col("code").is_null() & pl.col("word").str.contains(_DRAWN))
        if drawn.height:
            drawn = drawn.with_columns(word=_squeezed()).drop("code").join(self.short, on="word")
            known = pl.concat([known, drawn])
        known = known.select("match", "code")
        other = (
            pl.when(pl.col("match").str.contains(r"^[.!?;:…]"))
            .then(pl.lit("."))
            .otherwise(pl.lit("x"))
        )
        return found.join(known, on="match", how="left", maintain_order="left").select(
            "row", pl.col("code").fill_null(other), "start", "stop"
        )

    def _named(self, distinct: pl.Series) -> pl.DataFrame:
        """Return match, kind, phrase: which entry each distinct encoded match is."""
        hit = distinct.str.extract_groups(self.grouped).struct
        columns = [hit.field(f"p{i}").is_not_null().alias(str(i)) for i in range(len(self.kinds))]
        entry = pl.DataFrame(columns).select(
            pl.coalesce(
                pl.when(pl.col(str(i))).then(pl.lit(kind)) for i, kind in enumerate(self.kinds)
            )
        )
        words = {code: word for word, code in self.codes.items()}
        # The distinct matches are few and made of table words: this loop sees no text.
        spelled = [" ".join(words.get(code, "…") for code in match) for match in distinct]
        return pl.DataFrame({"match": distinct, "kind": entry.to_series(), "phrase": spelled})


def compile_table(entries: Iterable[tuple[str, str, Mapping[str, str]]]) -> PhraseTable:
    """Return the table of `entries`, each a kind, a phrase and the lists it may name.

    Where two phrases begin at the same word the earlier entry wins; where one begins before the
    other, that one wins and the words under it are spent.

    Raises:
        KeyError: if a phrase names a list that it was not given.
    """
    codes: dict[str, str] = {}
    kinds, bodies, anchors = [], [], set()
    for kind, phrase, lists in entries:
        tokens = [(token, _ways(token, lists, codes)) for token in phrase.split()]
        kinds.append(kind)
        bodies.append("".join(_regex(token, ways) for token, ways in tokens))
        common = {codes[word] for word in _COMMON.split() if word in codes}
        needed = [_rarest(ways, common) for token, ways in tokens if token[-1] not in "?."]
        anchors |= min(needed, key=lambda held: (len(held & common), len(held)))
    grouped = "|".join(f"(?P<p{i}>{body})" for i, body in enumerate(bodies))
    anchor = "[" + "".join(sorted(anchors)) + "]"
    spelt = pl.DataFrame({"word": codes.keys(), "code": codes.values()})
    short = spelt.with_columns(word=_squeezed()).unique("word", keep="first")
    every = "|".join(bodies)
    return PhraseTable(every, f"^(?:{grouped})$", anchor, tuple(kinds), codes, spelt, short)


def _ways(token: str, lists: Mapping[str, str], codes: dict[str, str]) -> list[str]:
    """Return the encoded alternatives of one token, lists filled in; none for a gap."""
    filled = token.rstrip("?") if token != "..." else ""
    while "<" in filled:
        filled = re.sub(r"<(\w+)>", lambda name: lists[name[1]], filled)
    parts = [re.split("[_-]", alternative) for alternative in filled.split("|") if alternative]
    return ["".join(_code(word, codes) for word in words) for words in parts]


def _regex(token: str, ways: list[str]) -> str:
    if token == "...":
        return "[^.]{0,3}?"
    single = "".join(way for way in ways if len(way) == 1)
    # Longer first: the engine takes the first that fits.
    several = sorted((way for way in ways if len(way) > 1), key=len, reverse=True)
    either = "|".join([*several, f"[{single}]"] if single else several)
    return f"(?:{either})" + "?" * token.endswith("?")


def _rarest(ways: list[str], common: set[str]) -> set[str]:
    """Return codes of which every alternative holds one, uncommon ones where it can."""
    return {next((code for code in way if code not in common), way[0]) for way in ways}


def _code(word: str, codes: dict[str, str]) -> str:
    plain = word.lower().translate(_PLAIN)
    # From Latin Extended-A on: two bytes each, and none means anything to a regex.
    return codes.setdefault(plain, chr(0x100 + len(codes)))


def _squeezed() -> pl.Expr:
    word = pl.col("word")
    for letter in ascii_lowercase:
        word = word.str.replace_all(letter + "{2,}", letter)
    return word


# Words so frequent that their presence says nothing; only the speed depends on this list.
_COMMON = (
    "a about all am an and any are at be been being but can cant could did didnt do does dont for "
    "from get go going gonna got had has have he her hes him his how i id if ill im in is isnt it "
    "its ive just know like me my myself never no not of off on one only or out really she should "
    "so some something still take that the them then there they think this time to too up want "
    "wanna wanted was way we well were what when who why will with wont would yeah yes you your "
    "al de del el ella en es esta la las lo los mas me mi muy no para por que se si sin su te tu "
    "un una y ya"
)
_NOTHING = pl.DataFrame(
    schema={
        "row": pl.UInt32,
        "kind": pl.String,
        "phrase": pl.String,
        "start": pl.UInt32,
        "stop": pl.UInt32,
    }
)
_PLAIN = str.maketrans("áéíóúüñ", "aeiouun", "'")
_DRAWN = "|".join(letter + "{3,}" for letter in ascii_lowercase)
# The look-alikes are the point; the last two are a curly apostrophe read in a wrong encoding.
_MANGLED = "‚Äô|â€™"  # noqa: RUF001
_APOSTROPHE = f"(?:['’‘ʼ´`]|{_MANGLED})"  # noqa: RUF001
# A word takes its contraction along, even one set apart by a tokeniser ("don ' t").
_TOKEN = (
    rf"[\p{{L}}\p{{N}}\p{{M}}]+(?:\s?{_APOSTROPHE}\s?(?i:t|m|s|d|re|ve|ll)(?-u:\b{{end-half}}))*"
    r"|[.!?;:…]+"
)
