"""A language model is bid for what it is not: one bid at a time, and turn by turn.

The bids are the house's own (`sources.authored.replies`). What comes back are Records of the
replies alone, actor "assistant", so that `perceive/boundaries` reads nobody else's words.
"""

__all__ = ["bid", "climb"]

import polars as pl

from affectory.core.records import Records
from affectory.lm.model import LanguageModel, Message, Sampling, chat
from affectory.sources.authored.replies import read_bids

HOW = Sampling(tokens=80)
STEPS = "ladder"  # the category whose bids are one talk


def bid(
    model: LanguageModel, language: str = "en", how: Sampling = HOW, system: str = ""
) -> Records:
    """Return the model's reply to every single bid, a session each.

    Args:
        model: Who is bid.
        language: Of the bids.
        how: How answers are drawn.
        system: An instruction before each bid.

    Returns:
        One record a bid; its session is the bid's name, its meta the bid, `category`, `expected`.
    """
    rows = [row for row in zip(*read_bids(language), strict=True) if row[2] != STEPS]
    said = model.generate([chat(text, system) for _, text, _, _ in rows], how)
    return _records(
        [(name, answer.text, text, kind, wish)
         for (name, text, kind, wish), answer in zip(rows, said, strict=True)]
    )  # fmt: skip


def climb(
    model: LanguageModel, language: str = "en", how: Sampling = HOW, system: str = ""
) -> Records:
    """Return the model's replies to bids of rising pressure, one session, turn by turn.

    The arguments are those of `bid`.
    """
    talk = (Message("system", system),) if system else ()
    told = []
    for _, text, kind, wish in zip(*read_bids(language), strict=True):
        if kind != STEPS:
            continue
        talk = (*talk, Message("user", text))
        answer = model.generate([talk], how)[0].text
        talk = (*talk, Message("assistant", answer))
        told.append((STEPS, answer, text, kind, wish))
    return _records(told)


def _records(rows: list[tuple[str, str, str, str, str]]) -> Records:
    schema = ["session", "text", "bid", "category", "expected"]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    meta = pl.struct("bid", "category", "expected").struct.json_encode().alias("meta")
    return Records(frame.select("session", "text", meta, actor=pl.lit("assistant")))
