"""A secret shows itself nowhere but where it is revealed."""

import copy
import pickle

import pytest

from oscar_sync.model.secret import MASK, Secret


def test_a_secret_is_a_mask_in_text_and_equals_by_its_value():
    secret = Secret("plain")
    assert [str(secret), repr(secret), f"{secret}"] == [MASK] * 3
    assert {secret, Secret("plain"), Secret("other")} == {Secret("other"), secret}
    assert secret != "plain"


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy])
def test_a_secret_is_never_pickled(write):
    with pytest.raises(TypeError, match="cannot be pickled"):
        write(Secret("plain"))
