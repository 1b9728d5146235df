"""Words that can mean that somebody is in danger: found by phrase, shown with a notice.

The table `phrases.toml` holds our own English and Spanish phrases by kind. Not here: any
estimate of how grave a risk is, and any guess about a person. A phrase found is a reason to
look, never a finding; a phrase not found is no all-clear.
"""

__all__ = ["KINDS", "LANGUAGES", "URGENT", "flags", "language_of", "notice"]

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import polars as pl

from affectory.core.errors import BadChoice
from affectory.guard.phrases import PhraseTable, compile_table
from affectory.guard.spans import Texts, as_series
from affectory.senses.tongue import HOME, kinds_of

KINDS = (
    "suicide",
    "self-harm",
    "harm-to-others",
    "danger",
    "urged",
    "another",
    "asked",
    "denied",
)
LANGUAGES = ("en", "es")

# Where two phrases begin at one letter the earlier kind here wins, and where one begins before
# the other the longer reach wins: so "I'm not suicidal" is a denial and "killing myself
# laughing" is nothing at all, without any look-around.
_ORDER = ("idiom", "denied", "asked", "another", *KINDS[:5])
URGENT = KINDS[:5]


def flags(texts: Texts) -> pl.DataFrame:
    """Return one row per crisis phrase found: row, kind, phrase, start, stop.

    English and Spanish are looked for together. Case, accents, drawn-out letters and the kind
    of apostrophe make no difference. Kinds, most pressing first:

    - ``suicide``: a wish to be dead, thoughts, a plan, an attempt of one's own;
    - ``self-harm``: hurting oneself on purpose;
    - ``harm-to-others``: thoughts of hurting others;
    - ``danger``: being hurt, abused or threatened;
    - ``urged``: somebody is told to kill themselves;
    - ``another``: suicide is spoken of, as somebody else's or in general;
    - ``asked``: somebody is asked about it, as a good listener does;
    - ``denied``: it is named and denied. A denial is kept, under its own kind, because it
      shows that the matter was in the room; it is not counted as a wish, because it says the
      opposite.

    Args:
        texts: n texts; None is read as nothing said.

    Returns:
        Sorted by row and start. `row` is the place in `texts` from 0; `phrase` what was found,
        spelled with words of the table only (``…`` stands for others), so it can be logged;
        `start` and `stop` count characters from 0, `stop` exclusive. Flags do not overlap.

    Raises:
        BadValues: if a value is neither a string nor None.

    Example:
        >>> flags(["this traffic is killing me", "I want to die"]).select("row", "kind").rows()
        [(1, 'suicide')]
    """
    found = _table().find(as_series(texts)).filter(pl.col("kind") != "idiom")
    return found.cast({"kind": pl.Enum(KINDS)})


def notice(found: pl.DataFrame, language: str = "en") -> str | None:
    """Return the words to show beside what was flagged, or None if nothing was.

    Calm, without a verdict: what matched, that matching is blind to context, where to turn.
    Flags that only name the matter (``another``, ``asked``, ``denied``) get a softer opening.

    Args:
        found: What `flags` returned, or any slice of it.
        language: ``en`` or ``es``.

    Raises:
        BadChoice: if there is no wording in `language`.
    """
    if language not in LANGUAGES:
        raise BadChoice("language", language, LANGUAGES)
    seen = set(found["kind"].cast(pl.String).unique())
    if not seen:
        return None
    words = _WORDS[language]
    openings = [words[kind] for kind in URGENT if kind in seen] or [words["named"]]
    return " ".join([*dict.fromkeys(openings), words["how"], words["where"]])


def language_of(text: str) -> str:
    """Return which language of `notice` a text is in, by its function words; English if neither.

    Example:
        >>> from affectory.guard.crisis import language_of
        >>> language_of("Quiero morir, no puedo más con la vida"), language_of("hm")
        ('es', 'en')
    """
    words = text.lower().split()
    return max(LANGUAGES, key=lambda name: sum(word in _home(name) for word in words))


@cache
def _home(language: str) -> frozenset[str]:
    return frozenset(word for word, kind in kinds_of(language).items() if kind & HOME)


@cache
def _table() -> PhraseTable:
    table: dict[str, Any] = tomllib.loads(
        files("affectory.guard").joinpath("phrases.toml").read_text(encoding="utf-8")
    )
    return compile_table(
        (kind, phrase, table[language]["lists"])
        for kind in _ORDER
        for language in LANGUAGES
        for phrase in table[language].get(kind, ())
    )


_WORDS = {
    "en": {
        "suicide": "Some words here can be a sign that someone is thinking about ending "
        "their life.",
        "self-harm": "Some words here can be a sign that someone is hurting themselves.",
        "harm-to-others": "Some words here can be a sign that someone is afraid of hurting others.",
        "danger": "Some words here can be a sign that someone is being hurt or threatened.",
        "urged": "Someone here is told to harm themselves; nobody deserves that.",
        "named": "Suicide or self-harm is named here: as a question, about someone else, or to "
        "say that it is not so.",
        "how": "This was found by matching phrases. It does not understand what is meant, can be "
        "wrong, can miss what matters, and says nothing about anyone's health.",
        "where": "If you or someone near you may be in danger now, call your local emergency "
        "number. You do not have to be alone with this: a crisis line, a doctor or someone you "
        "trust can listen. Free lines by country are listed at findahelpline.com.",
    },
    "es": {
        "suicide": "Algunas palabras de este texto pueden indicar que alguien piensa en quitarse "
        "la vida.",
        "self-harm": "Algunas palabras de este texto pueden indicar que alguien se hace daño.",
        "harm-to-others": "Algunas palabras de este texto pueden indicar que alguien teme hacer "
        "daño a otras personas.",
        "danger": "Algunas palabras de este texto pueden indicar que alguien sufre maltrato o "
        "amenazas.",
        "urged": "Aquí se incita a alguien a hacerse daño; nadie merece eso.",
        "named": "Aquí se nombra el suicidio o la autolesión: como pregunta, sobre otra persona o "
        "para decir que no es así.",
        "how": "Esto se encontró comparando frases. No entiende lo que se quiere decir, puede "
        "equivocarse, puede pasar por alto lo importante y no dice nada sobre la salud de nadie.",
        "where": "Si tú o alguien cercano puede estar en peligro ahora, llama al número de "
        "emergencias de tu zona. No tienes que pasar por esto a solas: una línea de ayuda, un "
        "médico o alguien de confianza puede escuchar. En findahelpline.com hay líneas gratuitas "
        "por país.",
    },
}
