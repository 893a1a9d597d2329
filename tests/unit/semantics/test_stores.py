"""Which providers lead to the cluster's own object store, under whatever name (trust 2.4)."""

import pytest

from oscar_sync.model.secret import Secret
from oscar_sync.model.state import OwnStore
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.stores import is_own_store, is_refused_input, leads_to

INSIDE, HERE = "http://minio.minio:9000", "https://store.example.org"
STORE = OwnStore((INSIDE, HERE), Secret("root"), Secret("password"))


def form(endpoint="https://s3.example.com", access_key="me", secret_key="mine", **fields):
    account = {"endpoint": endpoint, "access_key": access_key, "secret_key": secret_key}
    providers = {"minio": {"other": account}, "s3": {"far": {"access_key": "root"}}}
    whole = {"name": "a", "image": "i", "script": "s", "storage_providers": providers, **fields}
    return normal_form(whole, is_live=False)


SAME = [
    INSIDE, "http://MINIO.minio:9000/", "http://minio.minio.svc:9000", "minio.minio:9000",
    "http://minio.minio.svc.cluster.local.:9000", "https://minio.minio:9000",
    " http://minio.minio:9000 ",
    HERE, "https://store.example.org:443", "HTTPS://STORE.EXAMPLE.ORG./", "store.example.org",
    "https://user@store.example.org", "https://store.example.org/ui?x#y",
]  # fmt: skip
OTHER = [
    "", "http://", "http://minio.minio:9001", "http://minio.other:9000", "https://store.example.com",
    "http://store.example.org:9000", "http://[::1", "http://store.example.org:x",
    "https://store.example.org.evil.net", "http://xminio.minio:9000", "http://minio.minio.svcx:9000",
]  # fmt: skip
LOOPBACK = [
    "http://127.0.0.1:9000", "http://localhost:9000", "http://LocalHost.:9000", "http://[::1]:9000",
    "http://127.1.2.3:9000", "http://[::ffff:127.0.0.1]:9000", "http://[0:0:0:0:0:0:0:1]:9000",
]  # fmt: skip


@pytest.mark.parametrize("endpoint", SAME)
def test_every_spelling_of_the_stores_address_is_the_store(endpoint):
    assert is_own_store(form(endpoint), "minio.other", STORE)
    assert leads_to(endpoint, STORE.addresses)


@pytest.mark.parametrize("endpoint", OTHER)
def test_another_address_is_another_store(endpoint):
    assert not is_own_store(form(endpoint), "minio.other", STORE)


@pytest.mark.parametrize("one", LOOPBACK)
@pytest.mark.parametrize("other", LOOPBACK)
def test_loopback_is_one_place_in_every_spelling(one, other):
    assert leads_to(one, [other])


def test_addresses_are_compared_as_numbers():
    assert leads_to("http://[2001:DB8:0::1]:9000", ["http://[2001:db8::1]:9000"])
    assert not leads_to("http://10.0.0.1:9000", ["http://10.0.0.2:9000"])


def test_whoever_has_the_stores_own_keys_leads_to_it_under_any_address():
    address = "http://10.96.0.7:9000"
    assert is_own_store(form(address, "root", "password"), "minio.other", STORE)
    assert not is_own_store(form(address, "root", "other"), "minio.other", STORE)
    assert not is_own_store(form(address, "other", "password"), "minio.other", STORE)
    assert not is_own_store(form(address, "", ""), "minio.other", OwnStore())


def test_the_default_store_is_the_clusters_and_what_has_no_account_or_address_is_not():
    assert is_own_store(form(), "minio", OwnStore())
    assert is_own_store(form(), "MinIO.default", OwnStore())
    assert not is_own_store(form(INSIDE), "minio.unknown", STORE)
    assert not is_own_store(form(), "s3.far", STORE)  # that is Amazon's
    assert not is_own_store(form(INSIDE), "webdav.other", STORE)


@pytest.mark.parametrize("endpoint", [INSIDE, "http://10.0.0.9:9000"])
def test_a_mount_under_another_name_uses_the_bucket_where_it_leads_to_the_store(endpoint):
    mount = {"storage_provider": "minio.other", "path": "/red/models"}
    service = form(endpoint, mount=mount)
    assert used_buckets(service) == ()
    assert used_buckets(service, STORE) == (("red",) if endpoint == INSIDE else ())
    nothing = form(endpoint, mount={"storage_provider": "minio.other", "path": ""})
    assert used_buckets(nothing, STORE) == ()


@pytest.mark.parametrize(
    ("account", "for_admin", "for_user"),
    [
        ({}, True, True),
        ({"endpoint": HERE}, True, True),
        ({"endpoint": INSIDE}, True, False),
        ({"endpoint": INSIDE, "access_key": "root", "secret_key": "password"}, False, False),
        ({"endpoint": INSIDE, "access_key": "", "secret_key": ""}, False, False),
        ({"endpoint": "", "access_key": "", "secret_key": ""}, False, False),
    ],
)
def test_an_input_is_refused_on_a_minio_that_is_not_configured(account, for_admin, for_user):
    """A user is shown keys of that user's own: they tell nothing of the server's."""
    account = {key: Secret(text) if "key" in key else text for key, text in account.items()}
    one = form(**account)
    assert is_refused_input(one, "minio.other", STORE, shows_its_keys=True) is for_admin
    assert is_refused_input(one, "minio.other", STORE, shows_its_keys=False) is for_user
    assert not is_refused_input(one, "minio", STORE, shows_its_keys=True)
    far = normal_form(
        {"name": "a", "storage_providers": {"s3": {"far": {"endpoint": HERE, "access_key": "me"}}}},
        is_live=False,
    )
    assert not is_refused_input(far, "s3.far", STORE, shows_its_keys=True)
    assert not is_refused_input(one, "minio.other", OwnStore(), shows_its_keys=True)
