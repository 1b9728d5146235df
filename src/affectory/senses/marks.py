"""Marks that were lost in an encoding, or are typographic, said plainly.

Published transcripts hold bytes of Windows-1252 that were read as Latin-1 (MELD's apostrophes are
U+0092), and curly quotes beside straight ones. An encoder that was taught on one of them does not
know the other.
"""

__all__ = ["plain"]

PLAIN = str.maketrans(
    {
        "\x85": "...", "\x91": "'", "\x92": "'", "\x93": '"', "\x94": '"', "\x96": "-",
        "\x97": " - ",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": " - ",
        "\u2026": "...", "\u00a0": " ", "\u00b4": "'", "\u02bc": "'",
    }
)  # fmt: skip


def plain(text: str) -> str:
    r"""Return `text` with straight quotes, plain dashes and single blanks.

    Example:
        >>> from affectory.senses.marks import plain
        >>> plain("I\x92m  fine\u2026")
        "I'm fine..."
    """
    return " ".join(text.translate(PLAIN).split())
