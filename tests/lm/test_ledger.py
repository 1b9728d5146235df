"""lm.ledger: what may be spent, with many calls under way."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from affectory.core.errors import BadChoice, CapReached
from affectory.lm.ledger import Caps, Ledger, Prices, Usage


def pay(ledger, asked, said, most=(10, 10)):
    with ledger.call(*most) as bills:
        bills.append(ledger.bill(asked, said))


def test_prices_are_per_million_tokens():
    assert Prices(2.0, 10.0).of(500_000, 100_000) == 2.0


def test_bills_add_up():
    ledger = Ledger(prices=Prices(1e6, 2e6))
    pay(ledger, 3, 1)
    pay(ledger, 4, 2)
    ledger.found()
    assert ledger.usage == Usage(2, 1, 7, 3, 13.0)
    assert str(ledger.usage) == "2 calls, 1 from the cache, 7 tokens asked, 3 said, cost 13.0000"


def test_a_call_without_an_answer_costs_nothing():
    ledger = Ledger(Caps(calls=1))
    with pytest.raises(OSError, match="gone"), ledger.call(1, 1):
        raise OSError("gone")
    pay(ledger, 1, 1)
    assert ledger.usage.calls == 1


@pytest.mark.parametrize(
    ("caps", "says"),
    [
        (Caps(calls=2), "used 2 calls, expected at most 2"),
        (
            Caps(tokens=59),
            r"used 40 tokens \(the next call may take 20 more\), expected at most 59",
        ),
        (Caps(cost=0.05), r"used 0.04 of money \(the next call may take 0.02 more\)"),
    ],
)
def test_the_call_that_could_pass_a_cap_is_not_made(caps, says):
    ledger = Ledger(caps, Prices(1e3, 1e3))
    for _ in range(2):
        pay(ledger, 10, 10)
    with pytest.raises(CapReached, match=says):
        pay(ledger, 10, 10)
    assert ledger.usage.calls == 2


def test_what_the_run_spent_before_counts():
    with pytest.raises(CapReached):
        pay(Ledger(Caps(calls=3), before=Usage(calls=3)), 1, 1)


def test_a_call_waits_for_those_that_may_turn_out_cheaper():
    ledger, inside = Ledger(Caps(tokens=30)), threading.Event()

    def cheap():
        with ledger.call(10, 10) as bills:
            inside.set()
            time.sleep(0.05)
            bills.append(ledger.bill(1, 1))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cheap)
        inside.wait()
        pay(ledger, 10, 10)  # 20 beside 20 would pass 30; 20 beside 2 does not
        running.result()
    assert ledger.usage.asked + ledger.usage.said == 22


def test_a_cap_holds_however_many_call_at_once():
    ledger = Ledger(Caps(calls=17))

    def work(_):
        try:
            pay(ledger, 1, 1)
        except CapReached:
            return 0
        return 1

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(work, range(100))) == 17 == ledger.usage.calls


def test_money_cannot_be_capped_without_prices():
    with pytest.raises(BadChoice, match="prices"):
        Ledger(Caps(cost=1.0))
