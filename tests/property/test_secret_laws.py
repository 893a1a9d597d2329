"""L8 over services, buckets, volumes and renames: a secret is shown, logged and marked nowhere."""

import json
import logging
from base64 import b64encode

from hypothesis import example, given
from hypothesis import strategies as st

from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.report import report_text
from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.strategies import BUCKETS, FDL, IMAGE, private, services

_SECRETS = st.text("abcXYZ019-_/+=%\u00e9\u20ac", min_size=8, max_size=20).map("Zq7{}".format)
_SOME = st.sets(st.sampled_from(BUCKETS))
_FAULTS = st.sampled_from((
    "", "POST /system/services#1:500-before", "PUT /system/services#1:truncate",
    "POST /system/buckets#1:500-after", "POST /system/volumes#1:500-before",
    "DELETE /system/buckets/*#1:truncate",
))  # fmt: skip
_WRITTEN = (SERVICES, "/system/buckets", "/system/volumes")
_FORMATS = st.sampled_from(sorted(FORMATS))
_PLAIN: FDL = {"name": "alpha", "image": IMAGE, "script": "s\n"}


def _planted(one, secret):
    """Return a service that holds *secret* in each place that is for one."""
    own: FDL = {
        "environment": {"secrets": {"S1": secret}},
        "storage_providers": {
            "webdav": {"box": {"hostname": "h.example", "login": "l", "password": secret}},
            "s3": {"far": {"access_key": secret, "secret_key": secret, "region": "eu"}},
        },
    }
    return {**one, **own}


@example(  # the service is refused, in words of the server
    wanted=[_PLAIN], secret="Zq7-secret", buckets=set(), erased=set(), has_volume=False,
    renames=False, fault="POST /system/services#1:500-before", name="json",
)  # fmt: skip
@laws()
@given(wanted=services(max_size=2), secret=_SECRETS, buckets=_SOME, erased=_SOME,
       has_volume=st.booleans(), renames=st.booleans(), fault=_FAULTS, name=_FORMATS)  # fmt: skip
def test_a_planted_secret_is_in_no_text_document_log_or_mark(  # noqa: PLR0917 - what is drawn
    world, met, caplog, wanted, secret, buckets, erased, has_volume, renames, fault, name
):
    """Also where the server quotes what was sent to it, as it is and packed."""
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    world.reset()
    for bucket in erased:
        world.api.post({"bucket_name": bucket}, "/system/buckets")
    wanted = private(wanted)
    old = wanted[0]["name"]
    if renames:
        world.write(_planted(wanted[0], secret))
        world.apply()
    packed = {one: b64encode(f"x {one}".encode()).decode()
              for one in (world.emulator.password, secret)}  # fmt: skip

    def echo(path, answer):
        """Quote what was sent with the request: the log-in, and with a service its secrets."""
        words = [one for pair in packed.items() for one in pair][: None if path == SERVICES else 2]
        is_list = answer.startswith(b"[")
        return answer if is_list else answer + " ".join(["cannot store", *words]).encode()

    world.oscar.rewrite = lambda path, answer: echo(path, answer) if path in _WRITTEN else answer
    first = {**wanted[0], "name": f"{old}-new"} if renames else wanted[0]
    world.write(*(_planted(one, secret) for one in (first, *wanted[1:])))
    world.write_settings(
        buckets={one: {} for one in sorted(buckets)},
        volumes={"disk": {"size": "1Gi"}} if has_volume else {},
        moved=[{"from": old, "to": f"{old}-new"}] if renames else None,
        removed=[{"bucket": one, "erase": True} for one in sorted(erased - buckets)],
        waves=[["edge"]],
    )
    if fault:
        world.emulator.fault(fault)
    found, report = world.apply()
    world.emulator.clear_faults()
    plan, subjects = found.draft.plan, (subject_of(found, "plan"), subject_of(found, "", report))
    tags = {one: world.emulator._store.tags(one) for one in world.buckets()}
    marks = [world.live(one)["annotations"] for one in world.names()]
    whole = "\n".join((
        plan_text(plan, verbose=True), report_text(report), repr(plan), repr(found.draft.materials),
        *(FORMATS[name].write(one) for one in subjects), caplog.text, json.dumps([tags, marks]),
    ))  # fmt: skip
    assert old in whole
    met("the server quoted it", "cannot store" in whole)
    inner = [one[4:-4] for one in packed.values()]
    for words in (*packed, json.dumps(secret)[1:-1], *inner, world.emulator.secret_key):
        assert words not in whole
