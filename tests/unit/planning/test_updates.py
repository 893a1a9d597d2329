"""What an update does beside its request, and what is told of it, seen without a cluster."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.secret import Secret
from oscar_sync.model.step import Do
from oscar_sync.planning.update_action import _reason_word
from tests.unit.planning.built import bucket, live, minio, planned, stamp, view, wanted

EXPOSED = {"expose": {"api_port": [80], "min_scale": 1, "max_scale": 1}}
MOUNT = {"mount": minio("red/models")[0]}
WAKE = (Consent(Word.WAKE_MOUNT, "alpha"),)


def steps(plan):
    (action,) = plan.actions
    return [step.do for step in action.steps]


@pytest.mark.parametrize(
    ("fields", "is_admin", "allow", "wakes"),
    [
        (MOUNT, True, WAKE, True),
        (MOUNT, True, (), False),
        (MOUNT, False, WAKE, False),
        ({}, True, WAKE, False),
    ],
)
def test_a_create_that_is_refused_goes_ahead_for_a_mount_of_an_administrator_with_consent(
    fields, is_admin, allow, wakes
):
    owner = "cluster_admin" if is_admin else "me"
    there = view(
        live(annotations=stamp(), owner=owner, **fields),
        buckets=[bucket("red", owner="oscar" if is_admin else "me")],
        is_admin=is_admin,
        me=frozenset({owner}),
    )
    assert steps(planned(there, wanted(memory="1Gi", **fields), allow=allow)) == (
        [Do.POST, Do.PUT] if wakes else [Do.PUT]
    )


@pytest.mark.parametrize(
    ("edit", "restarts"),
    [
        ({"script": "other\n"}, True),
        ({"memory": "1Gi"}, False),
        ({"memory": "1Gi", "script": "other\n"}, False),
    ],
)
def test_an_exposed_service_is_restarted_only_where_its_update_does_not_do_it(edit, restarts):
    there = view(live(annotations=stamp(), **EXPOSED), deployments={})
    assert (Do.RESTART in steps(planned(there, wanted(**EXPOSED, **edit)))) is restarts


def test_a_service_that_is_or_becomes_exposed_is_not_restarted():
    plain, exposed = live(annotations=stamp()), live(annotations=stamp(), **EXPOSED)
    opened = planned(view(plain, deployments={}), wanted(script="other\n", **EXPOSED))
    closed = planned(view(exposed, deployments={}), wanted(script="other\n"))
    for plan in (opened, closed):
        assert Do.RESTART not in [step.do for item in plan.all_actions for step in item.steps]


def test_buckets_are_said_to_change_with_the_visibility_alone():
    there = view(live(annotations=stamp(), input=minio("red/in")), buckets=[bucket("red")])
    for edit in ({"memory": "1Gi"}, {"visibility": "public"}):
        (action,) = planned(there, wanted(input=minio("red/in"), **edit)).actions
        assert any("its buckets become" in note for note in action.notes) is ("visibility" in edit)
    plain = planned(view(live(annotations=stamp())), wanted(visibility="public"))
    assert not any("its buckets become" in note for note in plain.actions[0].notes)


def test_who_is_started_by_a_marker_is_told_and_never_the_service_itself():
    """A PUT writes the markers of its outputs again (126)."""
    both = {"input": minio("red/in"), "output": minio("red/in")}
    there = view(
        live(annotations=stamp(), **both), live("beta", input=minio("red/in")),
        buckets=[bucket("red")],
    )  # fmt: skip
    (action,) = planned(there, wanted(memory="1Gi", **both)).actions
    said = [note for note in action.notes if note.startswith("starts ")]
    assert said == ["starts beta once with the key in/"]


def test_an_update_says_whose_change_it_carries():
    def word(*causes):
        return _reason_word(tuple(FieldChange("a", Op.CHANGE, 1, 2, one) for one in causes))

    assert word(Cause.MANIFEST) == word(Cause.MANIFEST, Cause.MANIFEST) == Cause.MANIFEST.value
    assert word(Cause.CLUSTER) == Cause.CLUSTER.value
    assert word(Cause.MANIFEST, Cause.CLUSTER) == Cause.BOTH.value


def test_secrets_are_pushed_to_a_service_of_ours_alone():
    stored = {"environment": {"secrets": {"TOKEN": ""}}}
    service = replace(wanted(), secrets={"TOKEN": Secret("t")})
    push = (Consent(Word.PUSH_SECRETS, "alpha"),)
    ours = view(live(annotations=stamp(), **stored))
    assert not planned(ours, service).all_actions
    assert steps(planned(ours, service, allow=push)) == [Do.PUT]
    theirs = view(live(annotations=stamp(set_name="others"), **stored))
    plan = planned(theirs, service, allow=push)
    assert not plan.all_actions
    assert any("no step needs the permission push-secrets:alpha" in note for note in plan.notes)
