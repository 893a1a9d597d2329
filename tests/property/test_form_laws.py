"""L9, L12, L14: the order of lists, what the normal form may merge, how much is written."""

import json
import random
import re
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.published.plan import DriftDocument, PlanDocument
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.once import plan_once
from oscar_sync.render.drift import drift_text
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.subject import Subject
from oscar_sync.semantics.normal_form import normal_form
from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.leaving import leave
from tests.property.strategies import left_clusters, service, services


def told(found):
    document = PlanDocument.of(found.draft.plan).data
    return plan_text(found.draft.plan), json.dumps(document)


@laws(Fraction(1, 4))  # plans four times
@given(left=left_clusters(), wanted=services(), salt=st.integers(0, 10**9))
def test_neither_the_order_of_paths_nor_of_the_servers_lists_changes_a_byte(
    world, left, wanted, salt
):
    world.reset()
    leave(world, left)
    world.write(*wanted)
    dice = random.Random(salt)

    def shuffled(path, answer):
        if path not in (SERVICES, "/system/buckets") or not answer.startswith(b"["):
            return answer
        rows = json.loads(answer)
        dice.shuffle(rows)
        return json.dumps(rows).encode()

    first = told(world.plan())
    world.oscar.rewrite = shuffled
    assert told(world.plan()) == first
    paths = [str(path) for path in sorted(world.folder.glob("*.yaml")) if path.stem != "oscar-sync"]
    place = str(world.folder / "oscar-sync.yaml")
    one = told(_plan_of(world, paths, place))
    dice.shuffle(paths)
    assert told(_plan_of(world, paths, place)) == one


def _plan_of(world, paths, place):
    request = DesireRequest(paths=tuple(paths), settings_file=place)
    with world.connections() as connections:
        return plan_once(desire(request, world.environ), PlanOptions(), connections)


@laws(Fraction(3, 4))
@given(one=service(2), other=service(2), data=st.data())
def test_what_the_normal_form_merges_the_server_treats_alike(world, one, other, data):
    field = data.draw(st.sampled_from(sorted((one.keys() | other.keys()) - {"name"})))
    changed = {key: value for key, value in one.items() if key != field}
    if field in other:
        changed[field] = other[field]
    assume(changed != one)
    assume(normal_form(one, is_live=False) == normal_form(changed, is_live=False))
    stored = []
    for body in (one, changed):
        world.reset()
        assume(world.api.post(body).status == 201)
        stored.append(_acting(world.live(body["name"])))
    assert stored[0] == stored[1]


_UNITS: dict[str, Decimal | int] = {
    "": 1,
    "m": Decimal("0.001"),
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
}


def _acting(live):
    """Return a stored definition by what it does: quantities by value, line ends of a shell."""
    acts = {key: value for key, value in live.items() if key not in ("token", "annotations")}
    for key in ("memory", "cpu"):
        number, unit = re.findall(r"^([0-9.]+)(\D*)$", live[key])[0]
        acts[key] = Decimal(number) * _UNITS[unit]
    del acts["environment"]["secrets"]  # compared by fingerprint, never by form
    acts["log_level"] = str(live.get("log_level", "")).upper()
    acts["script"] = live["script"].replace("\r\n", "\n")
    for side in ("input", "output"):
        acts[side] = [
            {**row, "storage_provider": row["storage_provider"].replace("minio.default", "minio")}
            for row in live.get(side) or ()
        ]
    for key in ("image_pull_secrets", "allowed_users"):  # named twice is named
        acts[key] = sorted(set(live.get(key) or ()))
    return acts


MARKDOWN_MOST = 60_000
"""What a comment on a merge request may hold, with room to spare."""
LINE_MOST = 400
LINES_PER_SERVICE = 120


@laws(Fraction(3, 4))
@given(first=services(), second=services())
def test_each_pair_is_written_in_every_format_within_its_size(world, first, second):
    world.reset()
    for body in first:
        world.api.post(body)
    world.write(*second)
    plan = world.plan().draft.plan
    for text in (plan_text(plan), drift_text(plan)):
        assert len(text.splitlines()) <= 20 + LINES_PER_SERVICE * (len(first) + len(second))
        assert max(map(len, text.splitlines()), default=0) <= LINE_MOST
    for command in ("plan", "drift"):
        text = FORMATS["markdown"].write(Subject(command, plan))
        assert len(text) <= MARKDOWN_MOST
    assert DriftDocument.of(plan).data
    document = json.dumps(PlanDocument.of(plan).data)
    assert json.loads(document)
    assert len(document) <= 40 * len(json.dumps([first, second])) + 20_000
