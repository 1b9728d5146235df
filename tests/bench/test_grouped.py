"""bench.grouped: copies share a session, and everything else stays where it was."""

import polars as pl

from affectory.bench.grouped import grouped
from affectory.core.records import Records


def test_copies_share_a_session_and_the_order_tells_which_is_which():
    said = ["Rain again", "Team wins!", "A quiet day", "team wins"]
    talk = {"session": ["9", "2", "10", "1"], "actor": list("abcd"), "text": said}
    given = Records(pl.DataFrame(talk))
    records, order = grouped(given)
    assert sorted(order.tolist()) == [0, 1, 2, 3]
    assert records.frame["text"].to_list() == given.frame["text"][order.tolist()].to_list()
    assert records.frame["actor"].to_list() == given.frame["actor"][order.tolist()].to_list()
    told = dict(records.frame.select("actor", "session").rows())
    assert told["b"] == told["d"]
    assert len(set(told.values())) == 3
    assert (told["a"], told["c"]) == ("9", "10")


def test_sessions_without_copies_stay_as_they_are():
    talk = {"session": ["a", "a", "b"], "actor": "x", "text": ["one", "two", "three"]}
    given = Records(pl.DataFrame(talk))
    records, order = grouped(given)
    assert order.tolist() == [0, 1, 2]
    assert records.frame["session"].to_list() == given.frame["session"].to_list()
