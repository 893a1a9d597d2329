"""What is said of a string is what the emulator, an independent witness, makes of it."""

import pytest

from oscar_sync.emulator.yaml_damage import Poisoned, stored_item, stored_key, stored_value
from oscar_sync.semantics.strings import Fate, StringPlace, verdict

_STORED = {
    StringPlace.ENV_VALUE: stored_value,
    StringPlace.ITEM: stored_item,
    StringPlace.KEY: stored_key,
}


def comes_back(text, place):
    try:
        return _STORED[place](text) == text
    except Poisoned:
        return False


@pytest.mark.parametrize(
    ("text", "place", "fate"),
    [
        # a list holds no item of blanks alone
        ("  ", StringPlace.ITEM, Fate.POISONS),
        ("x y", StringPlace.ITEM, Fate.SAME),
        # the reader looks for the colon of a key too early: by 3 for \x, 5 for \u, 9 for \U
        ("#aa\x01: b", StringPlace.ENV_VALUE, Fate.SAME),
        ("#aa\x01: ", StringPlace.ENV_VALUE, Fate.POISONS),
        ("#aa\u200b: bc", StringPlace.ENV_VALUE, Fate.POISONS),
        ("#aa\U000e0001: bcdefg", StringPlace.ENV_VALUE, Fate.POISONS),
        ("#aa\u00e9: b", StringPlace.ENV_VALUE, Fate.SAME),
        # blanks in front hide a list, a key and what would be quoted
        ("  - a", StringPlace.ENV_VALUE, Fate.POISONS),
        (" -", StringPlace.ENV_VALUE, Fate.POISONS),
        (" ? a", StringPlace.ENV_VALUE, Fate.POISONS),
        (" *a", StringPlace.ENV_VALUE, Fate.POISONS),
        (" [a", StringPlace.ENV_VALUE, Fate.POISONS),
        (" a", StringPlace.ENV_VALUE, Fate.CHANGED),
        (" true", StringPlace.ENV_VALUE, Fate.CHANGED),
        ("a ", StringPlace.KEY, Fate.CHANGED),
    ],
)
def test_a_string_comes_back_just_where_it_is_said_to(text, place, fate):
    assert verdict(text, place).fate is fate
    assert comes_back(text, place) is (fate is Fate.SAME)
