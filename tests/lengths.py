"""What a hostile text may cost: time in its length, and in nothing else."""

import time
from collections.abc import Callable


def assert_even(work: Callable[[str], object], unit: str, few: int) -> None:
    """Fail where ten times as much of `unit` takes more than thirty times as long."""

    def seconds(n: int) -> float:
        text = unit * n
        begin = time.process_time()
        work(text)
        return time.process_time() - begin

    seconds(max(few // 2, 1))  # what is made once is made
    assert seconds(10 * few) < 30 * max(seconds(few), 1e-3)
