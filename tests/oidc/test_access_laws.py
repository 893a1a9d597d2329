"""L1, L2, L4 and L5 of who has access to declared buckets, with a user's own keys."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.oidc.project import places
from tests.oidc.provider import uid_of
from tests.property.examples import laws

BUCKETS_PATH = "/system/buckets"
SERVICES_PATH = "/system/services"
NAMES = ("atlas", "maps")
OTHERS = ("bob", "dave")
_USERS = st.sets(st.sampled_from(OTHERS), min_size=1)
_ACCESS: st.SearchStrategy[tuple[str, frozenset[str]]] = st.one_of(
    st.just(("private", frozenset())),
    st.just(("public", frozenset())),
    _USERS.map(lambda users: ("restricted", frozenset(users))),
)
_HIDDEN = st.sets(st.sampled_from(NAMES))
_LIVE = st.tuples(st.sampled_from(("alice", "alice", "bob")), _ACCESS)
_CLUSTER = st.dictionaries(st.sampled_from(NAMES), _LIVE)
_DECLARED = st.dictionaries(st.sampled_from(NAMES), _ACCESS, min_size=1)
_SERVICES = st.sets(st.sampled_from(NAMES))
_BY_HAND = st.dictionaries(st.sampled_from(NAMES), _ACCESS)


def _body(name, access):
    visibility, users = access
    return {"bucket_name": name, "visibility": visibility,
            "allowed_users": sorted(map(uid_of, users))}  # fmt: skip


def _begin(project, live, gone):
    """Leave a cluster with buckets of two owners, each with an object in it.

    Those that are *gone* were public, looked private, and were deleted.
    """
    project.emulator.reset()
    project.stores.clear()
    for name in ("alice", *OTHERS):
        assert project.http(name, "GET", "/system/config").status_code == 200
    for name in gone:
        body = _body(name, ("public", ()))
        assert project.http("alice", "POST", BUCKETS_PATH, body).status_code == 201
        _hide(project, name)
        assert project.http("alice", "DELETE", f"{BUCKETS_PATH}/{name}").status_code == 204
    for name, (owner, access) in live.items():
        answer = project.http(owner, "POST", BUCKETS_PATH, _body(name, access))
        assert answer.status_code == 201, answer.text
        project.put(owner, name, "out/precious")


def _hide(project, bucket):
    """Let a private service use a bucket, and go: OSCAR calls it private from then on (229)."""
    body = {"name": f"by-hand-{bucket}", "image": "x/y:1", "script": "s\n"}
    assert project.http("alice", "POST", SERVICES_PATH, body).status_code == 201
    used = {**body, "output": places(f"{bucket}/out")}
    assert project.http("alice", "PUT", SERVICES_PATH, used).ok
    project.http("alice", "PUT", SERVICES_PATH, body)  # answered 500, and applied (041)
    assert project.http("alice", "DELETE", f"{SERVICES_PATH}/{body['name']}").ok


def _write(project, declared, services):
    for path in project.folder.glob("*.yaml"):
        path.unlink()
    ids = {name: ", ".join(map(uid_of, users)) for name, (_, users) in declared.items()}
    lines = [
        f"  {name}: {{visibility: {visibility}, allowed_users: [{ids[name]}]}}\n"
        for name, (visibility, _) in sorted(declared.items())
    ]
    project.settings("token: ${TOKEN}", f"buckets:\n{''.join(lines)}")
    for name in sorted(services):
        project.write(f"of-{name}", input=places(f"{name}/in"))


def _shown(project):
    """Return owner, access and mark of each bucket, as its owner sees it."""
    return {
        one["bucket_name"]: (
            one["owner"], one["visibility"], frozenset(one["allowed_users"] or ()),
            (one.get("metadata") or {}).get("oscar-sync", ""),
        )
        for name in ("alice", "bob")
        for one in project.http(name, "GET", BUCKETS_PATH).json() or []
        if one["owner"] == uid_of(name)
    }  # fmt: skip


def _settle(project, declared):
    """Apply, and hold that what is not blocked is as it is declared, and that it stays so.

    Where a plan says that everybody may have access all the same, it is done as it says.
    """
    code, out, err = project.run("apply", "--yes")
    assert code in {0, 7}, out + err
    again = project.document()
    assert again["actions"] == [], again["actions"]
    held = {item["service"].removeprefix("bucket ") for item in again["blocked"]}
    free = {name: access for name, access in declared.items() if name not in held}
    unproven = [name for name in free if f"may have access to {name} all the same" in out]
    for name in unproven:
        words = ("-c", "edge", "--visibility", "public", "--yes")
        assert project.run("bucket", "share", name, *words)[0] == 0
    if unproven:
        assert project.run("apply", "--yes")[0] in {0, 7}
    after, alice = _shown(project), uid_of("alice")
    wanted = {
        name: (alice, visibility, frozenset(map(uid_of, users)), "tests")
        for name, (visibility, users) in free.items()
    }
    assert {name: after[name] for name in free} == wanted, out
    filled = [name for name in free if "out/precious" in project.keys("alice", name)]
    readers = {(name, other) for name in filled for other in OTHERS if project.reads(other, name)}
    may_read = {(name, other) for name in filled for other in OTHERS
                if free[name][0] == "public" or other in free[name][1]}  # fmt: skip
    assert readers == may_read, out
    return held


@laws(Fraction(1, 4))  # applies three times, as a user
@given(live=_CLUSTER, gone=_HIDDEN, hidden=_HIDDEN, declared=_DECLARED, services=_SERVICES,
       by_hand=_BY_HAND, hidden_later=_HIDDEN, later=_DECLARED)  # fmt: skip
def test_access_is_as_declared_or_blocked_and_nobody_loses_anything(  # noqa: PLR0917 - drawn
    project, live, gone, hidden, declared, services, by_hand, hidden_later, later
):
    """Also of a bucket that was public, and that OSCAR calls private since a service used it."""
    project.environ.setenv("TOKEN", project.provider.token("alice"))
    _begin(project, live, gone)
    mine = {name for name, (owner, _) in live.items() if owner == "alice"}
    for name in hidden & mine:
        _hide(project, name)
    before = _shown(project)
    _write(project, declared, services)
    held = _settle(project, declared)
    of_bob = {*live} - mine
    assert of_bob & {*declared} <= held
    for name in {*by_hand} & {*declared} - held:
        answer = project.http("alice", "PUT", BUCKETS_PATH, _body(name, by_hand[name]))
        assert answer.ok, answer.text
    # What somebody opened and then let look private between two runs, nobody can see.
    opened = {name for name, (visibility, _) in by_hand.items() if visibility == "public"}
    for name in hidden_later & {*declared} - held - opened:
        _hide(project, name)
    declared = {**declared, **later}
    _write(project, declared, services)
    _settle(project, declared)
    after = _shown(project)
    owners = {name: "bob" if name in of_bob else "alice" for name in live}
    lost = [name for name in live if "out/precious" not in project.keys(owners[name], name)]
    assert lost == []
    others = [name for name in live if name in of_bob or name not in {*declared, *services}]
    assert [after[name] for name in others] == [before[name] for name in others]
