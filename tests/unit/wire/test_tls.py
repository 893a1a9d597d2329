import datetime as dt
import ipaddress
import ssl
import warnings

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oscar_sync.wire.failures import NoAnswerError
from tests.unit.wire.stub import api, reply, running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)
    return folder


@pytest.fixture
def secure(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with running(context) as stub:
        stub.replies = [reply([])]
        yield stub


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
