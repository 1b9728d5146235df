"""What each measure of an arc means: unit, meaning, formula and source, in one line each.

Read by the docs, the command line and the report: never a second copy. In units, `value` is
the unit of the axis and `time` that of the clock. x is a value, t its time, m the mean.
"""

__all__ = ["MEANINGS", "MEASURES", "NAMES", "REASONS", "UNITS", "Meaning", "Reason", "Way",
           "better", "unit_of"]  # fmt: skip

from enum import IntEnum
from typing import Literal, NamedTuple

from affectory.core.space import Axis
from affectory.core.trajectory import Clock

Way = Literal["more", "less"]


class Reason(IntEnum):
    """Why a measure is undefined; `REASONS` has the sentence of each code."""

    DEFINED = 0
    EMPTY = 1
    FEW = 2
    NO_PAIR = 3
    FEW_PAIRS = 4
    FLAT = 5
    NO_TIME = 6
    ON_BOUND = 7
    NO_CARRY = 8
    NO_DECAY = 9
    AT_HOME = 10
    NO_RISE = 11
    NO_RETURN = 12
    FEW_AFTER = 13
    UNTOLD = 14


REASONS = (
    "",
    "no state is known",
    "fewer than two states are known",
    "no two neighbouring states are known",
    "fewer than six neighbouring pairs are known",
    "the values do not vary",
    "no time passes between the states",
    "the mean lies on a bound of the axis",
    "nothing carries over from one state to the next",
    "what carries over does not fade within the time seen",
    "the states never leave the home base",
    "no way out of the home base was seen whole",
    "no way back to the home base was seen whole",
    "fewer than two states above rest follow the peak at different times",
    "the table that it was read from does not say why",
)


class Meaning(NamedTuple):
    """One measure: its unit, what it means, its formula, who introduced it."""

    name: str
    unit: str
    meaning: str
    formula: str
    source: str = ""


_KUPPENS = "Kuppens, Allen & Sheeber 2010"
_HIPSON = "Hipson & Mohammad 2021"

MEASURES = (
    Meaning("missing", "", "share of states that are missing", "missing / states"),
    Meaning("mean", "value", "where the person dwells", "sum x / n"),
    Meaning("variability", "value", "standard deviation within the person",
            "sqrt(sum (x - m)^2 / (n - 1))", "Eid & Diener 1999"),
    Meaning("relative_variability", "", "variability as a share of the most that this mean allows",
            "sd / greatest sd given m, n and the bounds", "Mestdagh et al. 2018"),
    Meaning("trough", "value", "least value", "min x"),
    Meaning("peak", "value", "greatest value", "max x"),
    Meaning("range", "value", "greatest minus least value", "max x - min x"),
    Meaning("trough_time", "time", "time from the first known state to the trough", "t_min - t_1"),
    Meaning("peak_time", "time", "time from the first known state to the peak", "t_max - t_1"),
    Meaning("first", "value", "first known state", "x_1"),
    Meaning("last", "value", "last known state", "x_n"),
    Meaning("change", "value", "last minus first", "x_n - x_1"),
    Meaning("slope", "value / time", "change per unit of time, straight-line fit",
            "sum (t - mt)(x - m) / sum (t - mt)^2"),
    Meaning("area", "value * time", "area between the arc and rest, gaps left out",
            "sum (t' - t) ((x + x') / 2 - rest)", "Pruessner et al. 2003"),
    Meaning("time_mean", "value", "mean weighted by time, gaps left out",
            "rest + area / time seen"),
    Meaning("above", "", "share of the time above rest, straight lines between states",
            "time above rest / time seen"),
    Meaning("below", "", "share of the time below rest, straight lines between states",
            "time below rest / time seen"),
    Meaning("inertia", "", "how much a state carries over to the next, -1 to 1",
            "(m r + 1) / (m - 3), r the Pearson correlation of x and x' over m neighbours",
            f"{_KUPPENS}; Marriott & Pope 1954"),
    Meaning("half_life", "time", "time in which half of a deviation fades, by the times elapsed",
            "ln 2 / theta of x' - m = exp(-theta dt) (x - m), least squares",
            "Oravecz, Tuerlinckx & Vandekerckhove 2011"),
    Meaning("instability", "value^2", "mean squared change from state to state (MSSD)",
            "mean (x' - x)^2 over neighbours", "von Neumann et al. 1941; Jahng et al. 2008"),
    Meaning("rmssd", "value", "root mean squared change from state to state",
            "sqrt(instability)", "von Neumann et al. 1941"),
    Meaning("timed_instability", "value^2",
            "instability corrected for unequal times between states",
            "mean ((x' - x) / sqrt(dt / median dt))^2", "Jahng, Wood & Trull 2008"),
    Meaning("habituation", "value", "drop from the peak to the last state", "max x - x_n",
            "Foa & Kozak 1986"),
    Meaning("decay_rate", "1 / time", "how fast the distance from rest shrinks after the peak",
            "- slope of ln(x - rest) on t from the peak on, where x > rest"),
    Meaning("home", "value", "centre of the home base", "m", _KUPPENS),
    Meaning("home_width", "value", "half-width of the home base: its variability",
            "width * sd", _HIPSON),
    Meaning("in_home", "", "share of states within the home base",
            "|x - home| <= home_width", _HIPSON),
    Meaning("home_distance", "value", "mean distance from the home base, 0 within it",
            "mean max(|x - home| - home_width, 0)", _HIPSON),
    Meaning("displacements", "", "how often the states left the home base",
            "runs outside, a change of side begins a new one", _HIPSON),
    Meaning("displacements_high", "", "how often they left it upwards", "runs above", _HIPSON),
    Meaning("displacements_low", "", "how often they left it downwards", "runs below", _HIPSON),
    Meaning("displacement_length", "states", "mean length of a displacement",
            "mean states a run", _HIPSON),
    Meaning("peak_distance", "value", "mean greatest distance of a displacement",
            "mean over runs of max distance", _HIPSON),
    Meaning("rise_rate", "value / time", "mean speed away from the home base",
            "mean of peak distance / time from the state before leaving to the peak", _HIPSON),
    Meaning("recovery_rate", "value / time", "mean speed back to the home base",
            "mean of peak distance / time from the peak to the state after returning", _HIPSON),
    Meaning("rise_rate_high", "value / time", "rise rate of the displacements above",
            "rise_rate, from home to high", _HIPSON),
    Meaning("rise_rate_low", "value / time", "rise rate of the displacements below",
            "rise_rate, from home to low", _HIPSON),
    Meaning("recovery_rate_high", "value / time", "recovery rate of the displacements above",
            "recovery_rate, from high to home", _HIPSON),
    Meaning("recovery_rate_low", "value / time", "recovery rate of the displacements below",
            "recovery_rate, from low to home", _HIPSON),
)  # fmt: skip

# A Figure does not say which way is better; these are measures of which everybody knows.
_MORE = ("accuracy", "macro_f1", "micro_f1", "weighted_f1", "f1", "jaccard", "kappa", "ccc", "auc",
         "pearson", "spearman", "r_document", "ap_document", "top_k", "recall@1")  # fmt: skip
_LESS = ("mae", "rmse", "ece", "brier", "kl", "js", "ade", "fde", "crps", "mase", "error")

NAMES = tuple(measure.name for measure in MEASURES)
UNITS = {measure.name: measure.unit for measure in MEASURES}
MEANINGS = {
    measure.name: f"{measure.meaning}: {measure.formula}"
    + (f" [{measure.source}]" if measure.source else "")
    for measure in MEASURES
}


def unit_of(name: str, axis: Axis, clock: Clock) -> str:
    """Return the unit of measure `name` on `axis`; empty for a pure number.

    Example:
        >>> from affectory.core.space import Axis
        >>> from affectory.core.trajectory import Clock
        >>> from affectory.measure.catalogue import unit_of
        >>> unit_of("slope", Axis("distress", 0, 100, 0, "SUDS"), Clock.TURNS)
        'SUDS / turns'
        >>> unit_of("slope", Axis("valence", -1, 1), Clock.SECONDS)
        '1 / seconds'
    """
    unit = UNITS[name].replace("time", clock.value)
    if "value" not in unit:
        return unit
    if axis.unit:
        return unit.replace("value", axis.unit)
    bare = unit.removeprefix("value").removeprefix("^2").strip()
    return bare.removeprefix("* ") if bare.startswith("*") else f"1 {bare}".strip() if bare else ""


def better(figure: str) -> Way | None:
    """Return whether more or less of a figure is better, None where its name does not tell.

    A name has parts, such as "macro_f1/ekman7n": the first is the measure.

    Example:
        >>> from affectory.measure.catalogue import better
        >>> better("pearson/valence"), better("mae/6"), better("records")
        ('more', 'less', None)
    """
    measure = figure.partition("/")[0].strip().lower()
    return "more" if measure in _MORE else "less" if measure in _LESS else None
