"""Every Space of the house, its axes in an order that never changes.

A label set from elsewhere is mapped onto one of these by an explicit table
(`label_maps.MAPS`), never by guessing at spellings.
"""

__all__ = [
    "AFFECT11",
    "AFFECTNET8",
    "BOUNDARY7",
    "DSM5_9",
    "ED32",
    "EKMAN6",
    "EKMAN7N",
    "EMPATHY",
    "ESCONV7",
    "GOEMOTIONS28",
    "IEMOCAP6",
    "INTENSITY4",
    "MELD7",
    "OUTCOME",
    "PHQ8",
    "PLACE2",
    "POLARITY",
    "READERS5",
    "RM151",
    "SIGNALS",
    "SUDS",
    "VA",
    "VAD",
    "VALENCE",
    "space",
    "spaces",
]

from collections.abc import Iterable

from affectory.core.errors import UnknownSpace
from affectory.core.space import Axis, Kind, Space
from affectory.represent.mixture_terms import AFFECTNET_TERMS, RM151_TERMS


def _signed(names: str) -> tuple[Axis, ...]:
    return tuple(Axis(name, -1.0, 1.0) for name in names.split())


def _shares(names: str) -> tuple[Axis, ...]:
    """Return shares of one whole; a person at rest is neutral where that is an axis."""
    words = names.split()
    return tuple(Axis(name, 0.0, 1.0, float(name == "neutral")) for name in words)


VALENCE = Space("valence", Kind.DIMENSIONS, _signed("valence"), "Russell 1980")
VA = Space("va", Kind.DIMENSIONS, _signed("valence arousal"), "Russell 1980")
VAD = Space(
    "vad", Kind.DIMENSIONS, _signed("valence arousal dominance"), "Russell & Mehrabian 1977"
)
POLARITY = Space("polarity", Kind.DISTRIBUTION, _shares("negative neutral positive"), "")
EKMAN6 = Space(
    "ekman6",
    Kind.DISTRIBUTION,
    _shares("anger disgust fear joy sadness surprise"),
    "Ekman 1992",
)
EKMAN7N = Space(
    "ekman7n",
    Kind.DISTRIBUTION,
    _shares("anger disgust fear joy sadness surprise neutral"),
    "Ekman 1992, with neutral",
)
MELD7 = Space(
    "meld7",
    Kind.DISTRIBUTION,
    _shares("neutral surprise fear sadness joy disgust anger"),
    "Poria et al. 2019 (MELD)",
)
GOEMOTIONS28 = Space(
    "goemotions28",
    Kind.FLAGS,
    _shares(
        "admiration amusement anger annoyance approval caring confusion curiosity desire "
        "disappointment disapproval disgust embarrassment excitement fear gratitude grief joy "
        "love nervousness optimism pride realization relief remorse sadness surprise neutral"
    ),
    "Demszky et al. 2020 (GoEmotions); several labels may hold at once",
)
ED32 = Space(
    "ed32",
    Kind.DISTRIBUTION,
    _shares(
        "afraid angry annoyed anticipating anxious apprehensive ashamed caring confident content "
        "devastated disappointed disgusted embarrassed excited faithful furious grateful guilty "
        "hopeful impressed jealous joyful lonely nostalgic prepared proud sad sentimental "
        "surprised terrified trusting"
    ),
    "Rashkin et al. 2019 (EmpatheticDialogues)",
)
ESCONV7 = Space(
    "esconv7",
    Kind.DISTRIBUTION,
    _shares("anger anxiety depression disgust fear sadness shame"),
    "Liu et al. 2021 (ESConv)",
)
AFFECTNET8 = Space(
    "affectnet8",
    Kind.DISTRIBUTION,
    _shares(" ".join(AFFECTNET_TERMS)),
    "Mollahosseini et al. 2019 (AffectNet), in the order of the B-AffectNet files",
)
RM151 = Space(
    "rm151", Kind.DISTRIBUTION, _shares(" ".join(RM151_TERMS)), "Russell & Mehrabian 1977"
)
IEMOCAP6 = Space(
    "iemocap6",
    Kind.DISTRIBUTION,
    _shares("happy sad neutral angry excited frustrated"),
    "Busso et al. 2008 (IEMOCAP)",
)
INTENSITY4 = Space(
    "intensity4",
    Kind.FLAGS,
    _shares("anger fear joy sadness"),
    "Mohammad et al. 2018 (SemEval-2018 Task 1, EI-reg): how strongly each is felt",
)
AFFECT11 = Space(
    "affect11",
    Kind.FLAGS,
    _shares("anger anticipation disgust fear joy love optimism pessimism sadness surprise trust"),
    "Mohammad et al. 2018 (SemEval-2018 Task 1, E-c); several or none may hold at once",
)
READERS5 = Space(
    "readers5",
    Kind.DISTRIBUTION,
    _shares("anger fear joy sadness surprise"),
    "Kadan et al. 2024 (REDAffectiveLM): what the readers of a text feel",
)
EMPATHY = Space(
    "empathy",
    Kind.DIMENSIONS,
    (Axis("concern", 1.0, 7.0, 1.0, "points"), Axis("distress", 1.0, 7.0, 1.0, "points")),
    "Batson et al. 1987: empathic concern and personal distress, means of items from 1 to 7",
)
DSM5_9 = Space(
    "dsm5-9",
    Kind.FLAGS,
    _shares(
        "anhedonia appetite_change cognitive_issues depressed_mood fatigue psychomotor "
        "sleep_issues suicidal_thoughts worthlessness"
    ),
    "Bao et al. 2025 (ReDSM5): mentions of the nine A-criteria of a depressive episode",
)
BOUNDARY7 = Space(
    "boundary7",
    Kind.FLAGS,
    _shares("refusal apology explanation deflection acknowledgment boundary emotional_awareness"),
    "Noever & Rosario 2025 (Beyond No): patterns of a reply to a bid for attachment",
)
SIGNALS = Space(
    "signals",
    Kind.FLAGS,
    _shares(
        "correction rephrase clarification dragging repetition escalation quit negative_stance "
        "gratitude confirmation success invalid_args bad_query tool_not_found auth_misuse "
        "state_error retry parameter_drift oscillation api_error timeout rate_limit network "
        "malformed_response context_overflow"
    ),
    "Chen et al. 2026 (Signals): how surely a message is a sign of each of 25 leaf types",
)
PLACE2 = Space(
    "place2",
    Kind.DIMENSIONS,
    (Axis("x", -1e5, 1e5, 0.0, "m"), Axis("y", -1e5, 1e5, 0.0, "m")),
    "metres in a plane, such as the ground that people walk on",
)
SUDS = Space("suds", Kind.SCALE, (Axis("distress", 0.0, 100.0, 0.0, "SUDS"),), "Wolpe 1969")
PHQ8 = Space(
    "phq8", Kind.SCALE, (Axis("severity", 0.0, 24.0, 0.0, "points"),), "Kroenke et al. 2009"
)
OUTCOME = Space(
    "outcome", Kind.FLAGS, (Axis("outcome", 0.0, 1.0),), "Savcisens et al. 2024 (life2vec)"
)

_ALL = (
    VALENCE, VA, VAD, POLARITY, EKMAN6, EKMAN7N, MELD7, GOEMOTIONS28, ED32, ESCONV7, AFFECTNET8,
    RM151, IEMOCAP6, INTENSITY4, AFFECT11, READERS5, EMPATHY, DSM5_9, BOUNDARY7, SIGNALS, SUDS,
    PHQ8, PLACE2, OUTCOME,
)  # fmt: skip
_BY_NAME = {known.name: known for known in _ALL}


def spaces() -> tuple[Space, ...]:
    """Return every Space of the house."""
    return _ALL


def space(name: str, known: Iterable[Space] = ()) -> Space:
    """Return the Space called `name`.

    Args:
        name: Name of the Space.
        known: Further Spaces of the caller's own, looked at first.

    Raises:
        UnknownSpace: if there is none of that name.
    """
    table = {**_BY_NAME, **{own.name: own for own in known}}
    if name not in table:
        raise UnknownSpace(name, table)
    return table[name]
