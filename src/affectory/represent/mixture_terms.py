"""Emotion terms measured in valence, arousal, dominance: means, spreads, correlations.

Paper: system 06, "Revisiting Emotions Representation for Recognition in the Wild" (2026), which
takes its Gaussians from Russell & Mehrabian (1977), "Evidence for a three-factor theory of
emotions", Journal of Research in Personality 11. The means of all 151 terms come from two
independent public transcriptions; standard deviations are public for seven of them only.

Differs from the paper (*ours*): a term without a published standard deviation gets `POOLED_SD`.
"""

__all__ = [
    "AFFECTNET_COUNTS",
    "AFFECTNET_TERMS",
    "NEUTRAL_SD",
    "POOLED_SD",
    "RM151_CONFLICTS",
    "RM151_MEANS",
    "RM151_TERMS",
    "Measured",
]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Measured(NamedTuple):
    """A term as its raters placed it.

    Attributes:
        mean: Valence, arousal, dominance in [-1, 1].
        sd: Standard deviation over raters, same order.
        rho: Correlations valence-arousal, valence-dominance, arousal-dominance.
    """

    mean: tuple[float, float, float]
    sd: tuple[float, float, float]
    rho: tuple[float, float, float]


NEUTRAL_SD = 0.05  # of the authors' labelling script; neutral is no term of 1977

# the order of the released annotation files, found by inverting four of them
AFFECTNET_TERMS: dict[str, Measured] = {
    "happy": Measured((0.81, 0.51, 0.46), (0.21, 0.26, 0.38), (0.15, 0.75, 0.25)),
    "contempt": Measured((-0.23, 0.31, 0.18), (0.39, 0.33, 0.29), (0.25, 0.35, 0.45)),
    "surprised": Measured((0.40, 0.67, -0.13), (0.30, 0.27, 0.38), (0.35, 0.05, 0.65)),
    "angry": Measured((-0.51, 0.59, 0.25), (0.20, 0.33, 0.39), (0.55, -0.45, 0.75)),
    "disgusted": Measured((-0.60, 0.35, 0.11), (0.20, 0.41, 0.34), (0.25, -0.55, 0.35)),
    # dominance -.21 is the authors'; the 1977 value is -.43
    "fearful": Measured((-0.64, 0.60, -0.21), (0.20, 0.32, 0.27), (0.65, -0.25, 0.85)),
    "sad": Measured((-0.63, -0.27, -0.33), (0.23, 0.34, 0.22), (0.75, 0.65, 0.55)),
    "neutral": Measured((0.10, 0.10, 0.10), (NEUTRAL_SD,) * 3, (0.05, 0.10, 0.10)),
}

# labels of the training part of AffectNet (Mollahosseini et al. 2019)
AFFECTNET_COUNTS = {
    "happy": 134415, "contempt": 3750, "surprised": 14090, "angry": 24882,
    "disgusted": 3803, "fearful": 6378, "sad": 25459, "neutral": 74874,
}  # fmt: skip

# mean of the seven published standard deviations, rounded (.247 .323 .324)
POOLED_SD = (0.25, 0.32, 0.32)

# pleasure, arousal, dominance times 100, in the printed order of the 151 terms; where the two
# transcriptions differ (RM151_CONFLICTS) the first is used
_RM151 = """
    bold 44 61 66; useful 70 44 47; mighty 48 51 69; kind 73 19 57; self_satisfied 86 20 62;
    admired 81 44 51; proud 77 38 65; interested 64 51 17; arrogant 0 34 48; inspired 71 63 34;
    excited 62 75 38; influential 68 40 75; aggressive 41 63 62; strong 58 48 62;
    dignified 55 22 61; powerful 54 45 73; elated 50 42 23; hopeful 51 23 14; triumphant 69 57 63;
    joyful 76 48 35; capable 70 28 61; lucky 71 48 37; responsible 35 38 49; friendly 69 35 30;
    masterful 58 44 69; free 81 24 46; devoted 49 17 10; domineering 23 40 58; aroused 24 57 22;
    concentrating 42 28 39; happy 81 51 46; egotistical 24 32 50; carefree 78 25 41;
    affectionate 64 35 24; vigorous 58 61 49; activated 42 58 38; alert 49 57 45;
    alone_with_responsibility 33 34 48; controlling 47 34 66; proud_and_lonely 1 2 26;
    enjoyment 77 44 42; serious 27 24 42; cooperative 39 13 3; thankful 61 10 -13;
    respectful 38 13 -8; appreciative 55 7 -14; loved 87 54 -18; grateful 64 16 -18;
    in_love 82 65 -5; anxious 1 59 -15; impressed 41 30 -32; surprised 40 67 -13;
    sexually_excited 58 62 -1; wonder 27 24 -17; fascinated 55 51 -7; awed 18 40 -38;
    overwhelmed 14 45 -24; curious 22 62 -1; relaxed 68 -46 6; untroubled 79 -1 33;
    modest 27 -6 12; secure 74 -13 3; nonchalant 7 -25 11; aloof 16 -1 25; leisurely 58 -32 11;
    reserved 1 -19 2; protected 60 -22 -42; consoled 29 -19 -28; quiet 19 -40 -4;
    sheltered 14 -36 -44; humble 23 -28 -27; solemn 3 -32 -11; reverent 31 -8 -29;
    astonished 16 88 -15; disgusted -60 35 11; insolent -26 21 20; cruel -45 48 42;
    irritated -58 40 1; defiant -16 54 32; hate -56 59 13; hostile -42 53 30; angry -51 59 25;
    mildly_annoyed -28 17 4; enraged -44 72 32; contempt -23 31 18; selfish -34 9 31;
    reprehensible -9 11 6; contemptuous -24 31 21; scornful -35 35 29; suspicious -25 42 11;
    skeptical -22 21 3; burdened_with_responsibility -8 28 19; cold_anger -43 67 34;
    hostile_but_controlled -24 42 9; crushed -69 3 -50; frustrated -64 52 -35;
    distressed -61 28 -36; insecure -57 14 -21; humiliated -63 43 -38; hungry -44 14 -21;
    fearful -64 60 -43; terrified -62 82 -43; embattled -37 40 -2; helpless -71 42 -51;
    troubled -63 16 -40; startled -9 65 -33; anguished -50 8 -20; shamed -57 1 -34;
    displeased -55 16 -5; embarrassed -46 54 -24; upset -63 30 -24; defeated -61 6 -32;
    pain -58 41 -34; quietly_indignant -28 4 -16; repentant -6 6 -12; sinful -30 22 -1;
    shy -15 6 -34; guilty -57 28 -34; weary_with_responsibility -27 2 -1;
    angry_but_detached -42 28 -3; confused -53 27 -32; dissatisfied -50 5 13; regretful -52 2 -21;
    tense -33 58 -11; disdainful -32 -11 5; depressed -72 -29 -41; despairing -72 -16 -38;
    lonely -66 -43 -32; meek -19 -25 -41; burdened -66 -3 -26; timid -15 -12 -47;
    bored -65 -62 -33; feeble -42 -20 -46; nauseated -61 -1 -36; inhibited -54 -4 -41;
    fatigued -18 -57 -29; rejected -62 -1 -33; subdued -17 -26 -18; impotent -53 -13 -29;
    ennui -45 -43 -17; blase -29 -51 -16; haughty_and_lonely -47 -24 -13; listless -45 -59 -24;
    deactivated -46 -43 -46; weary -18 -33 -24; snobbish_and_lonely -62 -19 -14;
    uninterested -47 -50 -8; detached -37 -26 -14; discontented -53 -16 -26;
    discouraged -61 -15 -29; sad -63 -27 -33
"""

# term, axis, value of the first transcription (used), value of the second
RM151_CONFLICTS = (
    ("influential", "arousal", 0.40, 0.48),
    ("grateful", "dominance", -0.18, -0.21),
    ("insecure", "dominance", -0.21, -0.42),
    ("defeated", "dominance", -0.32, -0.34),
    ("guilty", "arousal", 0.28, -0.28),  # the second says it re-read the printed pages
    ("angry_but_detached", "dominance", -0.03, -0.13),
    ("confused", "dominance", -0.32, -0.03),
)


def _read(table: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    rows = [item.split() for item in table.split(";")]
    return tuple(row[0] for row in rows), np.array([row[1:] for row in rows], float) / 100


RM151_TERMS, RM151_MEANS = _read(_RM151)  # (151,), (151, 3)
RM151_MEANS.flags.writeable = False
