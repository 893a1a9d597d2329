import warnings

import pytest

from oscar_sync.wire.failures import NoAnswerError
from tests.unit.wire.stub import api


def test_a_certificate_that_nobody_vouches_for_ends_it_before_anything_is_sent(secure):
    with api(secure.url) as oscar, pytest.raises(NoAnswerError, match="not trusted") as caught:
        oscar.put_service({"name": "a"})
    assert not caught.value.was_sent
    assert secure.asked == []
    assert "self-signed" in str(caught.value) or "self signed" in str(caught.value)


def test_a_named_ca_vouches(secure, certificate):
    with api(secure.url, ca_bundle=str(certificate / "cert.pem")) as oscar:
        assert oscar.list_services() == []


def test_a_ca_of_the_environment_vouches(secure, certificate):
    environ = {"REQUESTS_CA_BUNDLE": str(certificate / "cert.pem")}
    with api(secure.url, environ=environ) as oscar:
        assert oscar.list_services() == []


def test_a_certificate_of_another_name_is_not_trusted(secure, certificate):
    url = secure.url.replace("127.0.0.1", "localhost")
    bundle = str(certificate / "cert.pem")
    with api(url, ca_bundle=bundle) as oscar, pytest.raises(NoAnswerError, match="not trusted"):
        oscar.info()


def test_told_so_in_writing_any_certificate_will_do_and_no_warning_drowns_ours(secure):
    with warnings.catch_warnings(record=True) as seen, api(secure.url, ssl_verify=False) as oscar:
        assert oscar.list_services() == []
    assert seen == []


def test_plain_http_to_a_tls_port_is_an_error(secure):
    with api(secure.url.replace("https", "http")) as oscar, pytest.raises(NoAnswerError):
        oscar.info()


def test_tls_to_a_plain_port_is_an_error(stub):
    with api(stub.url.replace("http", "https")) as oscar, pytest.raises(NoAnswerError):
        oscar.info()
