"""What a hostile text may cost: time in its length, and in nothing else."""

import gc
import time
from collections.abc import Callable

TRIES = 3  # of which the shortest counts: what else the machine does only ever adds


def assert_even(work: Callable[[str], object], unit: str, few: int) -> None:
    """Fail where ten times as much of `unit` takes more than thirty times as long."""

    def seconds(n: int) -> float:
        text = unit * n
        begin = time.process_time()
        work(text)
        return time.process_time() - begin

    seconds(max(few // 2, 1))  # what is made once is made
    gc.disable()  # it would walk through all that other tests have left
    try:
        short, long = (min(seconds(n) for _ in range(TRIES)) for n in (few, 10 * few))
    finally:
        gc.enable()
    assert long < 30 * max(short, 1e-3)
