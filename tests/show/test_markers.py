"""show/markers: what is drawn of a population's days."""

import numpy as np
import polars as pl
import pytest

from affectory.core.errors import BadChoice, NoRecords
from affectory.forecast.population import PopulationForecast, toy
from affectory.show.markers import markers


def drawn(figure, gid):
    """Return the parts of a figure with a mark."""
    return figure.findobj(lambda part: part.get_gid() == gid)


def test_a_strip_a_marker_with_days_events_periods_and_what_follows():
    past = toy()
    ahead = PopulationForecast().forecast(past, 7)
    high = pl.DataFrame({"axis": ["fear"], "first": [3.0], "last": [6.0]})
    told = [(5.0, "storm"), (900.0, "later")]
    figure = markers(past, ahead=ahead, high=high, events=told)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["fear", "trust"]
    assert len(drawn(figure, "event")) == 2  # one event, in each strip
    assert len(drawn(figure, "high")) == 1
    assert len(drawn(figure, "ahead")) == 2
    assert figure.axes[0].get_xlim() == (0.0, 28.0)
    assert figure.texts[0].get_text() == "1 storm"


def test_a_missing_day_breaks_the_line():
    past = toy()
    values = past.values.copy()
    values[10] = np.nan
    from dataclasses import replace

    line = drawn(markers(replace(past, values=values)), "guide")[0]
    assert np.isnan(line.get_ydata()[10])
    assert np.isnan(line.get_ydata()).sum() == 1


def test_what_cannot_be_drawn_is_said():
    past = toy()
    with pytest.raises(NoRecords):
        markers(past.rows(slice(0, 0)))
    with pytest.raises(BadChoice):
        markers(past, axes=("joy",))
