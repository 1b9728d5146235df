"""parts/keytable: every key has a slot of its own, and strangers have none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectory.core.errors import BadValues
from affectory.parts.keytable import KeyTable


@given(st.sets(st.integers(0, 2**64 - 1), min_size=1, max_size=300))
def test_each_key_has_its_own_slot(keys):
    table = KeyTable.of(np.array(sorted(keys), np.uint64))
    slots = table.find(np.array(sorted(keys), np.uint64))
    assert len(set(slots.tolist())) == len(keys)
    assert slots.max() < table.size


def test_strangers_are_told_apart():
    keys = np.arange(1, 20_000, dtype=np.uint64)
    table = KeyTable.of(keys)
    assert (table.find(keys + np.uint64(10**9)) == table.size).all()


def test_a_key_twice_is_refused():
    with pytest.raises(BadValues, match="distinct"):
        KeyTable.of(np.array([3, 3], np.uint64))
