"""The contract (trust 1.1, 1.2): what is sent is shown, and different requests differ in digest.

Built clusters and no emulator: bodies are made by the functions that make those of requests.
"""

from itertools import pairwise

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from oscar_sync.documents.paths import path_from
from oscar_sync.model.field_change import Op
from oscar_sync.model.form import mapping_of
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.secret import Secret
from oscar_sync.planning.compare import differences
from oscar_sync.semantics.bodies import post_body, put_body
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import normal_form
from tests.property.examples import laws
from tests.property.strategies import NAMES, service
from tests.unit.planning.built import EDGE, planned, stamp, view, wanted

KEY = FingerprintKey(Secret("k" * 32), "0123abcd")
RELEASE = (4, 1, 2)
HEADERS = st.dictionaries(st.sampled_from(("A", "B")), st.sampled_from(("one", "two")))
MEMBERS = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("endpoint"), "url": st.sampled_from(("https://a", "https://b"))},
        optional={"headers": HEADERS, "priority": st.integers(0, 2)},
    ),
    max_size=2,
)
PROVIDERS = st.dictionaries(
    st.sampled_from(("aws", "access_key", "a.b")),
    st.fixed_dictionaries(
        {},
        optional={
            "access_key": st.sampled_from(("", "AKIA-1", "AKIA-2")),
            "secret_key": st.sampled_from(("hunter-1", "hunter-2")),
            "region": st.sampled_from(("", "r", "s")),
        },
    ),
    max_size=2,
)


@st.composite
def definitions(draw):
    """Return a service of any kind, with the blocks that hold secrets and addresses."""
    one = draw(service(0))
    if draw(st.booleans()):
        one["federation"] = {"topology": "star", "members": draw(MEMBERS)}
        one["clusters"] = {"far": {"endpoint": "https://far", "auth_password": "p"}}
    if draw(st.booleans()):
        one["storage_providers"] = {"s3": draw(PROVIDERS)}
    return one


def desired(fields):
    """Return the service as its manifest wants it, with its secrets."""
    environment = fields.get("environment") or {}
    secrets = {name: Secret(value) for name, value in environment.get("secrets", {}).items()}
    given_fields = {key: value for key, value in fields.items() if key != "name"}
    return replace(wanted(NAMES[0], **given_fields), secrets=secrets)


def text(body):
    """Return a body as it goes out, secrets and all."""
    return msgspec.json.encode(body, enc_hook=lambda secret: secret.reveal(), order="sorted")


@st.composite
def pairs(draw):
    """Return two services: the same in another order, but for one field the same, or any two."""
    one, other = draw(definitions()), draw(definitions())
    match draw(st.integers(0, 2)):
        case 0:
            return one, dict(reversed(one.items()))
        case 1:
            field = draw(st.sampled_from(sorted((one.keys() | other.keys()) - {"name"})))
            rest = {name: value for name, value in one.items() if name != field}
            return one, {**rest, **({field: other[field]} if field in other else {})}
        case _:
            return one, other


@laws()
@given(pair=pairs())
def test_creations_have_one_digest_exactly_where_they_send_the_same(met, pair):
    made = [desired(fields) for fields in pair]
    sent = [text(post_body(item.form, item.secrets, {}, RELEASE)) for item in made]
    plans = [planned(view(), item, key=KEY) for item in made]
    is_same, is_one_digest = sent[0] == sent[1], plans[0].digest == plans[1].digest
    assert not met("the same is sent", is_same) or is_one_digest
    # What is blocked sends nothing, and its digest binds what is shown alone.
    is_sent = met("others are sent", not is_same and any(plan.actions for plan in plans))
    assert not is_sent or not is_one_digest


@laws()
@given(there=definitions(), pair=pairs())
def test_updates_with_one_digest_send_the_same(met, there, pair):
    live = live_service(
        EDGE,
        {**there, "name": NAMES[0], "owner": "cluster_admin", "namespace": "oscar-svc",
         "annotations": stamp(NAMES[0])},
    )  # fmt: skip
    made = [desired(fields) for fields in pair]
    plans = [planned(view(live), item, key=KEY) for item in made]
    sent = [
        text(put_body(item.form, item.secrets, {}, live, RELEASE, owner="cluster_admin"))
        for item in made
    ]
    sent_by_digest: dict[str, set[str]] = {}
    for plan, body in zip(plans, sent, strict=True):
        if plan.actions:
            sent_by_digest.setdefault(plan.digest, set()).add(body)
    met("one digest", len(sent_by_digest) == 1 and all(plan.actions for plan in plans))
    met("two digests", len(sent_by_digest) == 2)
    assert [digest for digest, bodies in sent_by_digest.items() if len(bodies) > 1] == []


@laws()
@given(fields=definitions())
@example(fields={"storage_providers": {"s3": {"access_key": {"region": "r"}}}})
def test_what_a_creation_lists_makes_the_whole_definition(fields):
    """What was not listed is at its default: laid over an empty service, nothing differs."""
    item = desired(fields)
    (action,) = planned(view(), item, key=KEY).all_actions
    assert {change.op for change in action.changes} <= {Op.ADD}
    listed = {"name": NAMES[0]}
    for change in action.changes:
        if not change.path.startswith("environment.secrets"):
            _put(listed, path_from(change.path), mapping_of(item.form))
    rebuilt = normal_form(listed, is_live=False)
    assert differences(rebuilt, item.form) == ()
    assert {
        change.path.rpartition(".")[2]
        for change in action.changes
        if change.path.startswith("environment.secrets")
    } == set(item.secrets)


@laws()
@given(fields=definitions())
def test_nothing_that_is_secret_is_listed(met, fields):
    item = desired(fields)
    (action,) = planned(view(), item, key=KEY).all_actions
    shown = repr(action)
    for word in ("AKIA-1", "AKIA-2", "hunter-1", "hunter-2", "pass-w"):
        assert word not in shown
    assert not met("a password", "auth_password" in shown) or "fingerprint" in shown


def _put(tree, path, form):
    """Write into *tree* what *form* holds at *path*."""
    value = form
    for part in path:
        value = value[part]
    for part, following in pairwise(path):
        if isinstance(tree, list):
            while len(tree) <= part:
                tree.append({})
            tree = tree[part]
        else:
            tree = tree.setdefault(part, [] if isinstance(following, int) else {})
    if isinstance(tree, list):
        while len(tree) <= path[-1]:
            tree.append({})
        tree[path[-1]] = value
    else:
        tree[path[-1]] = value
