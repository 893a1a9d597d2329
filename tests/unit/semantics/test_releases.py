"""What is known of older releases: which fields they have, and what they do otherwise."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Kind
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.secret import Secret
from oscar_sync.semantics import capabilities
from oscar_sync.semantics.bodies import post_body, put_body
from oscar_sync.semantics.capabilities import (
    NEWEST,
    READ_ONLY,
    SECRETS_IN_CLEAR,
    TABLE,
    TOKEN_CHANGES,
    Observed,
    Trait,
    named_release,
    observed_release,
    why_read_only,
)
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.live import live_service
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.release_fields import unsupported

# The fields of the server's structs at each tag (pkg/types of v3.3.0 to v4.1.2), and of secrets the
# first release that keeps them out of the definition.
SINCE = {
    "ephemeral_storage_request": (4, 1, 0),
    "federation": (4, 1, 0),
    "kserve": (4, 1, 0),
    "expose.auth_type": (4, 1, 0),
    "mount.options": (4, 1, 0),
    "volume": (4, 0, 0),
    "expose.probe_mode": (4, 0, 0),
    "expose.health_path": (3, 6, 5),
    "storage_providers.rucio.account": (3, 6, 2),
    "storage_providers.rucio.refresh_token": (3, 6, 2),
    "storage_providers.rucio.oidc_audience": (3, 6, 2),
    "storage_providers.rucio.token_endpoint": (3, 6, 2),
    "visibility": (3, 6, 0),
    "environment.secrets": (3, 6, 0),
    "storage_providers.rucio": (3, 4, 0),
    "isolation_level": (3, 3, 1),
}
RELEASES = (
    (3, 3, 0), (3, 3, 3), (3, 4, 0), (3, 5, 3), (3, 6, 0), (3, 6, 1), (3, 6, 2), (3, 6, 3),
    (3, 6, 4), (3, 6, 5), (3, 7, 1), (4, 0, 0), (4, 1, 2),
)  # fmt: skip
VALUES = {
    "ephemeral_storage_request": "1Gi",
    "federation": {"topology": "star"},
    "kserve": {"type": "inference", "storage_uri": "s3://m"},
    "expose": {"auth_type": "basic", "probe_mode": "direct", "health_path": "/h"},
    "mount": {"storage_provider": "minio.default", "path": "b/d", "options": "ro"},
    "volume": {"size": "1Gi", "mount_path": "/d"},
    "storage_providers": {
        "rucio": {
            "r": {
                "host": "h", "account": "a", "refresh_token": "t", "oidc_audience": "o",
                "token_endpoint": "e",
            }
        }
    },
    "visibility": "public",
    "isolation_level": "USER",
}  # fmt: skip


def walked(fields, path="", above=(0, 0, 0)):
    for field in fields:
        place, since = f"{path}{field.name}", max(field.since, above)
        if since > above:
            yield place, since
        yield from walked(field.children, f"{place}.", since)


def test_the_field_table_says_of_each_field_which_release_has_it_first():
    assert dict(walked(SERVICE)) == SINCE


def _form():
    return normal_form({"name": "a", "image": "i", "script": "s", **VALUES}, is_live=False)


def _plain(path):
    return path.replace("rucio.r.", "rucio.")


@pytest.mark.parametrize("release", RELEASES)
def test_a_field_is_named_as_missing_by_each_release_before_its_first(release):
    found = {_plain(path): since for path, since in unsupported(_form(), release, has_secrets=True)}
    wanted = {path: since for path, since in SINCE.items() if since > release}
    hidden = {path for path in wanted for above in wanted if path.startswith(f"{above}.")}
    assert found == {
        path: f"v{'.'.join(map(str, since))}"
        for path, since in wanted.items()
        if path not in hidden
    }


def _at(body, path):
    value = body
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


@pytest.mark.parametrize("release", RELEASES)
def test_a_field_that_the_release_does_not_have_is_never_sent(release):
    live = live_service(ClusterId("c"), {"name": "a", "image": "i", "script": "s"})
    secrets = {"TOKEN": Secret("x")}
    for body in (
        post_body(_form(), secrets, {}, release),
        put_body(_form(), secrets, {}, live, release, owner="me"),
    ):
        sent = {
            path
            for path in SINCE
            if _at(body, path.replace("rucio.", "rucio.r.")) not in (None, "", {})
        }
        assert sent == {path for path, since in SINCE.items() if since <= release}


def test_what_a_release_does_not_have_at_its_default_is_no_difference_and_no_fault():
    """Else it would be changed on the cluster for ever."""
    plain = normal_form({"name": "a", "image": "i", "script": "s"}, is_live=False)
    for release in RELEASES:
        assert unsupported(plain, release) == ()
    shown = {"name": "a", "image": "i", "script": "s", "expose": {"nodePort": 0}}
    assert normal_form(shown, is_live=True) == replace(plain, vo="")


@pytest.mark.parametrize(
    ("release", "fields"),
    [
        ((4, 0, 0), ("expose.api_port with several ports", "expose.nodePort with several ports")),
        ((4, 1, 0), ()),
    ],
)
def test_several_ports_need_4_1(release, fields):
    expose = {"api_port": [80, 81], "nodePort": [30001, 30002]}
    form = normal_form({"name": "a", "expose": expose}, is_live=False)
    assert unsupported(form, release) == tuple((path, "v4.1.0") for path in fields)


def test_every_kind_of_field_that_has_children_is_looked_into():
    """The walk knows blocks, lists and maps of blocks; a new kind must be added there."""

    def kinds(fields):
        for field in fields:
            if field.children:
                yield field.kind
            yield from kinds(field.children)

    assert set(kinds(SERVICE)) == {Kind.BLOCK, Kind.BLOCKS, Kind.BLOCK_MAP}


# -- traits


def test_each_trait_stands_in_the_table_with_its_source_and_what_is_done():
    traits = {item for item in vars(capabilities).values() if isinstance(item, Trait)}
    assert traits == set(TABLE)
    for trait in TABLE:
        assert trait.fact
        assert trait.answer
        assert trait.source
        assert trait.until is None or trait.since < trait.until <= NEWEST


def test_a_trait_holds_from_its_first_release_up_to_the_one_that_ends_it():
    held = [release for release in RELEASES if TOKEN_CHANGES.holds(release)]
    assert held[0] == (3, 6, 0)
    assert held[-1] == (3, 7, 1)
    assert next(release for release in RELEASES if not READ_ONLY.holds(release)) == (3, 6, 4)


def test_why_a_release_is_only_read_differs_by_what_it_does():
    reasons = {why_read_only(release) for release in RELEASES if READ_ONLY.holds(release)}
    assert len(reasons) == 3
    in_clear = [release for release in RELEASES if "in clear" in why_read_only(release)]
    assert in_clear
    assert all(SECRETS_IN_CLEAR.holds(release) for release in in_clear)


@pytest.mark.parametrize(
    ("text", "release"),
    [("v4.1.2", (4, 1, 2)), ("4.1", (4, 1, 0)), ("v3.6.3-beta", (3, 6, 3)), ("devel", None),
     ("", None), ("main-4.1.2", None)],
)  # fmt: skip
def test_a_version_names_a_release_or_none(text, release):
    assert named_release(text) == release


FACTS = ("has_buckets", "has_bucket_names", "has_bucket_by_name", "has_deployment",
         "has_port_lists")  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "release"),
    [("-----", (3, 3, 0)), ("+----", (3, 6, 0)), ("++---", (3, 6, 4)), ("+?+--", (3, 6, 5)),
     ("+?++-", (4, 0, 0)), ("+++++", (4, 1, 0)), ("?????", (3, 3, 0))],
)  # fmt: skip
def test_a_release_without_a_version_is_told_by_what_it_has(seen, release):
    values = {"+": True, "-": False, "?": None}
    observed = Observed(**{name: values[mark] for name, mark in zip(FACTS, seen, strict=True)})
    assert observed_release(observed) == (release, "")


@pytest.mark.parametrize("seen", ["+-+--", "----+", "++-+-", "-++++"])
def test_facts_that_contradict_each_other_show_no_release(seen):
    observed = Observed(**{name: mark == "+" for name, mark in zip(FACTS, seen, strict=True)})
    release, problem = observed_release(observed)
    assert " and not " in problem
    assert release < NEWEST


# -- 4.0


def exposed(**fields):
    return normal_form({"name": "a", "expose": {"api_port": 80}, **fields}, is_live=True)


@pytest.mark.parametrize(
    ("release", "takes_none"), [((3, 7, 1), False), ((4, 0, 0), True), ((4, 1, 0), False)]
)
def test_only_4_0_cannot_update_an_exposed_service(release, takes_none):
    assert bool(takes_no_put(exposed(), release)) is takes_none


def test_what_4_0_cannot_update_is_said_with_the_release_that_can():
    words = "OSCAR 4.0.0 cannot update an exposed service (4.1.0 can)"
    assert takes_no_put(exposed(), (4, 0, 0)) == words


def test_variables_are_read_in_both_spellings():
    shown = {
        "name": "a",
        "environment": {"Variables": {"A": "1", "B": "1"}, "variables": {"B": "2"}},
    }
    assert normal_form(shown, is_live=True).environment.variables == {"A": "1", "B": "2"}
