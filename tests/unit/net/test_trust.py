"""One policy of trust for every peer (trust 3.9)."""

import ssl

import pytest

from oscar_sync.net.cas import named_cas
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.trust import context_of
from tests.unit.wire.tls import make_certificate


@pytest.mark.parametrize(
    ("bundle", "environ", "cas"),
    [
        ("", {}, ""),
        ("own", {"REQUESTS_CA_BUNDLE": "r", "SSL_CERT_FILE": "s"}, "own"),
        ("", {"REQUESTS_CA_BUNDLE": "r", "SSL_CERT_FILE": "s"}, "r"),
        ("", {"SSL_CERT_FILE": "s"}, "s"),
        ("", {"REQUESTS_CA_BUNDLE": ""}, ""),
    ],
)
def test_the_bundle_of_the_cluster_wins_over_the_environment(bundle, environ, cas):
    assert named_cas(bundle, environ) == cas


def test_a_named_file_is_all_that_vouches(tmp_path):
    folder = make_certificate(tmp_path)
    assert len(context_of(str(folder / "cert.pem")).get_ca_certs()) == 1


def test_without_a_name_somebody_vouches_still():
    context = context_of("")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.get_ca_certs() or ssl.get_default_verify_paths().capath


def test_nobody_need_vouch_only_where_that_is_written():
    assert context_of("", verify=False).verify_mode is ssl.CERT_NONE


def test_a_file_without_certificates_is_named(tmp_path):
    (tmp_path / "empty.pem").write_text("none")
    with pytest.raises(NoExchangeError, match=r"empty\.pem contains no CA certificates"):
        context_of(str(tmp_path / "empty.pem"))
