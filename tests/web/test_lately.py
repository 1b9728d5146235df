"""web/lately: made once, and what was asked for longest ago gives way."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from affectory.web.lately import Lately


def test_what_was_asked_for_longest_ago_gives_way():
    held, made = Lately(most=2), []

    def get(key):
        return held.get(key, lambda: (made.append(key), key)[1])

    assert [get(key) for key in "abacab"] == list("abacab")
    assert made == list("abcb")  # "a" was asked for again in time


def test_who_asks_at_once_gets_the_same():
    held, made, both = Lately(), [], Barrier(8)

    def look(_):
        both.wait(30)
        return held.get("key", lambda: (made.append(1), object())[1])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(look, range(8)))) == 1
    assert made == [1]


def test_what_could_not_be_made_is_tried_again():
    held = Lately()
    with pytest.raises(ZeroDivisionError):
        held.get("key", lambda: 1 // 0)
    assert held.get("key", lambda: 1) == 1
