"""A step that needs several consents names them all at once: nobody is asked twice."""

import pytest

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.state import Probe
from oscar_sync.planning.blocking import Reason, judged, needs_consent
from oscar_sync.settings.consents import consent_of
from tests.unit.planning.built import bucket, codes, live, minio, planned, stamp, view, wanted

VOLUME = {"size": "1Gi", "mount_path": "/d"}
TWO = minio("red/out", "blue/out")


def consents(plan):
    """Return the consents that the one blocked step names, as its last way out."""
    [held] = plan.blocked
    assert [way for way in held.ways_out if way.startswith("--allow")] == [held.ways_out[-1]]
    return held.ways_out[-1].removeprefix("--allow ").split(" --allow ")


def cluster(service=None, owner="zoe"):
    buckets = [bucket("red", owner=owner), bucket("blue", owner=owner)]
    probes = {"alpha": Probe.FREE}
    return view(*([service] if service else []), buckets=buckets, count=1, probes=probes)


CASES = {
    "replace with a volume": (
        cluster(live(annotations=stamp(), volume=VOLUME)),
        wanted(volume={**VOLUME, "size": "2Gi"}),
        ["erase:alpha/volume", "replace:alpha"],
    ),
    "replace on buckets of others": (
        cluster(live(annotations=stamp(), volume=VOLUME)),
        wanted(output=TWO),
        ["erase:alpha/volume", "attach:alpha=red", "attach:alpha=blue", "replace:alpha"],
    ),
    "create on buckets of others": (
        cluster(),
        wanted(output=TWO),
        ["attach:alpha=red", "attach:alpha=blue"],
    ),
    "update to buckets of others": (
        cluster(live(annotations=stamp())),
        wanted(output=TWO),
        ["attach:alpha=red", "attach:alpha=blue"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_step_needs_is_named_in_one_message_and_is_enough(case):
    seen, service, words = CASES[case]
    plan = planned(seen, service)
    assert consents(plan) == words
    given = tuple(consent_of(word) for word in words)
    assert codes(planned(seen, service, allow=given)) == []
    for left in range(len(words)):
        some = given[:left] + given[left + 1 :]
        assert consents(planned(seen, service, allow=some)) == [words[left]]


def test_a_removal_that_no_put_can_prepare_names_its_volume_with_its_buckets():
    service = live(
        annotations=stamp(), interlink_node_name="node", output=minio("red/out"), volume=VOLUME
    )
    seen = cluster(service, owner="")
    plan = planned(seen, options=PlanOptions(Scope.REMOVE, ("alpha",)))
    assert consents(plan) == ["erase:red", "erase:alpha/volume"]


def test_what_no_consent_lets_through_is_said_first_if_it_comes_first():
    hard, soft = (
        Reason("hard", "no", ("wait",)),
        needs_consent("soft", "yes", Consent(Word.REPLACE, "a")),
    )
    more = needs_consent("more", "and", Consent(Word.FEDERATE, "a"), "wait")
    assert judged(hard, soft).reason == hard
    both = judged(None, soft, hard, more).reason
    assert both == Reason(
        "soft", "yes; and", ("wait", "--allow replace:a --allow federate:a"), "replace:a"
    )


def test_more_than_two_messages_stay_one_readable_line():
    reasons = [
        needs_consent("soft", f"message {number}", Consent(Word.ATTACH, "a", f"b{number}"))
        for number in range(3)
    ]
    told = judged(*reasons).reason
    assert told is not None
    assert told.message == "message 0; 2 more, with their permissions below"
    assert told.ways_out == ("--allow attach:a=b0 --allow attach:a=b1 --allow attach:a=b2",)
