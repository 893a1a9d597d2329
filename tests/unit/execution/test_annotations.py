"""Which fingerprints of secrets a request carries (safety 7)."""

import pytest
from msgspec.structs import replace

from oscar_sync.execution.annotations import stamp_for
from oscar_sync.model.material import FingerprintKey, StampWish, UpdateMaterial
from oscar_sync.model.secret import Secret
from oscar_sync.semantics.stamp import SECRETS, secret_fingerprint, secrets_of, secrets_stamp
from tests.unit.planning.built import live, view

OLD = FingerprintKey(Secret("o" * 32), "0000000a")
NEW = FingerprintKey(Secret("n" * 32), "0000000b", is_new=True)


def written(key, secrets, standing):
    marks = {SECRETS: secrets_stamp(OLD.id, standing)} if standing else {}
    there = live(annotations=marks)
    material = UpdateMaterial(
        view(there).cluster, view(there).release, live=there, form=there.form,
        stamp=StampWish("laws"),
        secrets={name: Secret(value) for name, value in secrets.items()},
    )  # fmt: skip
    return secrets_of(stamp_for(there.form, material, lambda: key))


@pytest.mark.parametrize(
    ("key", "standing", "expected"),
    [
        (OLD, {"A": "ff"}, (OLD.id, ["A"])),
        (NEW, {}, (NEW.id, ["A"])),
        (replace(NEW, is_new=False), {"A": "ff"}, (NEW.id, ["A"])),
        (replace(NEW, id=OLD.id), {"A": "ff"}, (OLD.id, ["A"])),
    ],
)
def test_what_is_sent_is_marked_with_the_key_at_hand(key, standing, expected):
    found, prints = written(key, {"A": "one"}, standing)
    assert (found, sorted(prints)) == expected
    assert prints["A"] == secret_fingerprint(key.secret, "A", Secret("one"))


def test_a_key_that_this_run_made_does_not_speak_for_secrets_that_another_key_marked():
    """The other machine's marks stay, but for what was sent now: theirs would be wrong."""
    assert written(NEW, {"A": "one"}, {"A": "ff", "B": "ee"}) == (OLD.id, {"B": "ee"})
    assert written(NEW, {"A": "one"}, {"A": "ff"}) == ("", {})


def test_a_request_without_secrets_keeps_the_marks_that_stand():
    assert written(NEW, {}, {"A": "ff"}) == (OLD.id, {"A": "ff"})
