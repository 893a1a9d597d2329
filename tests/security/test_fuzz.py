"""A few of the inputs of ``make fuzz``: no traceback, no hang, nothing shown as it came."""

import pytest

from tools.fuzz.feeding import LARGEST_BYTES, LONGEST_S, Share, fed, input_of
from tools.fuzz.targets import TARGETS

COUNT = 400


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_input_is_used_or_refused_in_words(name, tmp_path):
    found = fed(Share(name, "test", 0, 1, COUNT, str(tmp_path)))
    # The memory is that of a process which ran other tests too: `make fuzz` judges it.
    assert [one for one in found.failures if "MB of memory" not in one] == []
    assert found.inputs == COUNT
    assert found.slowest_s < LONGEST_S
    assert LARGEST_BYTES == 256 << 20


def test_an_input_can_be_made_again_by_its_number(tmp_path):
    target = TARGETS["plans"](tmp_path)
    assert input_of(target, "1", "plans", 7) == input_of(target, "1", "plans", 7)
