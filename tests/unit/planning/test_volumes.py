"""What becomes of a managed volume that is there before its service, seen without a cluster."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.state import VolumeFacts
from tests.unit.planning.built import draft, live, planned, view, wanted

MADE = {"name": "v", "size": "1Gi", "mount_path": "/d"}
ATTACHED = {"name": "v", "mount_path": "/d"}
GOES = {**MADE, "lifecycle_policy": "delete"}
MINE = VolumeFacts("v", "1Gi", ServiceName("alpha"))


def there(*services, volume=MINE):
    return replace(view(*services), volumes={"v": volume})


def test_a_volume_that_was_taken_up_is_no_difference_to_the_one_that_is_made():
    assert not planned(there(live(volume=ATTACHED)), wanted(volume=MADE)).all_actions
    assert not planned(there(live(volume=MADE)), wanted(volume=MADE)).all_actions
    assert not planned(there(live(volume=GOES)), wanted(volume=GOES)).all_actions
    theirs = replace(MINE, made_by=ServiceName("beta"))
    elsewhere = {**MADE, "mount_path": "/elsewhere"}
    for cluster, volume in (
        (there(live(volume=ATTACHED), volume=theirs), MADE),
        (there(live(volume=ATTACHED)), elsewhere),
        (there(live(volume=MADE)), ATTACHED),
    ):
        assert planned(cluster, wanted(volume=volume)).all_actions


ALLOW = (Consent(Word.REPLACE, "alpha"), Consent(Word.ERASE, "alpha", "volume"))
DELETING = replace(MINE, phase="deleting")


@pytest.mark.parametrize(
    ("services", "volume", "size", "note"),
    [
        ((), MINE, "", "attaches volume v"),
        ((), DELETING, "1Gi", "creates the service once volume v is deleted"),
        ((live(volume={**GOES, "mount_path": "/c"}),), MINE, "1Gi", "creates the service once"),
    ],
)
def test_a_volume_is_taken_up_unless_it_goes_ahead_of_the_service(services, volume, size, note):
    service = wanted(volume=GOES if services else MADE)
    found = draft(there(*services, volume=volume), service, allow=ALLOW)
    (action,) = found.plan.actions
    assert [one for one in action.notes if "volume v" in one and note in one]
    material = found.materials[action.id]
    assert material.first_form.volume.size == size


def test_nothing_is_said_of_a_volume_that_is_new():
    (action,) = planned(view(), wanted(volume=MADE)).actions
    assert not action.notes
