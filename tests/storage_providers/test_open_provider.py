"""Which provider comes of which credentials."""

import subprocess
import sys

import pytest

from oscar_sync.errors import OscarSyncError, UsageError
from oscar_sync.model.secret import Secret
from oscar_sync.storage.provider import KINDS, open_provider
from oscar_sync.storage.server import Server, server_of

KEYS = {"access_key": "AK", "secret_key": "SK"}
DAV = {"hostname": "dav.example.org", "login": "me", "password": Secret("hush")}


@pytest.mark.parametrize("kind", ["rucio", "rucio.mine", "", "ftp"])
def test_what_is_not_spoken_is_told_with_the_providers_that_work(kind):
    with pytest.raises(UsageError) as caught:
        open_provider(kind, {"host": "h"}, {})
    assert all(one in str(caught.value) for one in ("minio", "s3", "webdav", "onedata"))


@pytest.mark.parametrize("kind", KINDS)
def test_credentials_that_lack_something_are_told_by_field(kind):
    with pytest.raises(UsageError, match=r"lacks .*(key|password|token)"):
        open_provider(kind, {"password": "", "verify": True}, {})


@pytest.mark.parametrize(
    ("kind", "credentials", "shown"),
    [
        ("minio", {"endpoint": "https://m.example.org/", **KEYS}, "https://m.example.org"),
        ("s3", KEYS, "https://s3.us-east-1.amazonaws.com"),
        ("s3.mine", {**KEYS, "region": "eu-west-3"}, "https://s3.eu-west-3.amazonaws.com"),
        ("webdav", DAV, "https://dav.example.org"),
        ("webdav.d", {**DAV, "hostname": "http://h:80/a%20b/"}, "http://h:80/a b"),
        (
            "onedata",
            {"oneprovider_host": "o.example.org", "token": "t", "space": "s"},
            "https://o.example.org",
        ),
    ],
)
def test_a_provider_shows_where_it_is_and_no_secret(kind, credentials, shown):
    provider = open_provider(kind, credentials, {})
    assert repr(provider).endswith(f"Provider({shown})")
    provider.close()


@pytest.mark.parametrize(
    "hostname", ["ftp://a", "https://", "a b", "https://u:hush@a", "a:x", "https://a/?q", "a/#f"]
)
def test_what_is_no_address_of_a_server_is_an_error_without_the_password(hostname):
    with pytest.raises(UsageError, match="is not an address of a server") as caught:
        open_provider("webdav", {**DAV, "hostname": hostname}, {})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("kind", ["minio", "webdav", "onedata"])
def test_a_missing_ca_bundle_is_named(kind, tmp_path):
    fields = {"endpoint": "https://a", "hostname": "a", "oneprovider_host": "a"}
    secrets = {**KEYS, "login": "me", "password": "p", "token": "t", "space": "s"}
    credentials = {**fields, **secrets, "ca_bundle": str(tmp_path / "ca.pem")}
    with pytest.raises(OscarSyncError, match=r"ca\.pem does not exist"):
        list(open_provider(kind, credentials, {}).list_files("bucket"))


@pytest.mark.parametrize("token", ["pl4nted\nX-Evil: 1", "pl4ntéd", "pl4nted\0"])
def test_a_token_that_cannot_stand_in_a_header_is_told_without_it(token):
    credentials = {"oneprovider_host": "o.example.org", "token": token, "space": "s"}
    with pytest.raises(UsageError, match="not allowed in a header") as caught:
        open_provider("onedata", credentials, {})
    assert "pl4nt" not in str(caught.value)


@pytest.mark.parametrize("missing", ["webdav4", "httpx"])
def test_a_library_that_is_not_installed_is_told_with_the_command_that_installs_it(missing):
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from oscar_sync.storage.provider import open_provider\n"
        "open_provider('webdav', {'hostname': 'h', 'login': 'l', 'password': 'p'}, {})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1].endswith(
        "webdav4 is not installed; run: pip install 'oscar-sync[webdav]'"
    )


def test_a_provider_loads_no_library_but_its_own():
    code = (
        "import sys\nfrom oscar_sync.storage.provider import open_provider\n"
        "open_provider('onedata', {'oneprovider_host': 'h', 'token': 't', 'space': 's'}, {})\n"
        "print(*{'httpx', 'webdav4', 'minio', 'obstore', 'requests'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, ""),
        ({"https_proxy": "http://p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.org"}, "http://p:1"),
        ({"all_proxy": "http://p:1"}, "http://p:1"),
        ({"http_proxy": "http://p:1"}, ""),
        *(
            ({"https_proxy": "http://p:1", "no_proxy": rows}, "")
            for rows in ("*", "a.example.org", "x, .example.org", "example.org", "*.org")
        ),
    ],
)
def test_proxies_come_from_the_environment_on_purpose(environ, proxy):
    made = server_of("a.example.org").pool(environ)
    assert (made.proxy.url if made.proxy else "") == proxy


def test_an_address_without_a_scheme_is_one_of_https():
    assert server_of(" Dav.Example.org:8443/a%20b/ ") == Server(
        "https://dav.example.org:8443", "a b"
    )
