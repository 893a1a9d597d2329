import pytest

from oscar_sync.net.proxies import proxy_for


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, ""),
        ({"https_proxy": "http://p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ({"https_proxy": "http://a", "HTTPS_PROXY": "http://b"}, "http://a"),
        ({"http_proxy": "http://p:1"}, ""),
        ({"ALL_PROXY": "http://p:1"}, "http://p:1"),
    ],
)
def test_the_proxy_is_the_one_of_the_scheme_and_the_lower_case_wins(environ, proxy):
    assert proxy_for("https://oscar.example.org:8443/x", environ) == proxy


@pytest.mark.parametrize(
    "row",
    [
        "*",
        "example.org",
        ".example.org",
        "*.example.org",
        "oscar.example.org",
        "OSCAR.example.org:8443",
        "a, oscar.example.org",
    ],
)
def test_no_proxy_covers_names_suffixes_and_ports(row):
    environ = {"all_proxy": "http://p:1", "no_proxy": row}
    assert proxy_for("https://oscar.example.org:8443", environ) == ""


@pytest.mark.parametrize("row", ["", "xample.org", "oscar.example.org:1", "10.0.0.0/8", "org.x"])
def test_no_proxy_covers_nothing_else(row):
    environ = {"all_proxy": "http://p:1", "no_proxy": row}
    assert proxy_for("https://oscar.example.org:8443", environ) == "http://p:1"


@pytest.mark.parametrize("row", ["10.0.0.0/8", "10.1.2.3", "fd00::/8", "[fd00::1]"])
def test_no_proxy_covers_networks(row):
    environ = {"all_proxy": "http://p:1", "no_proxy": row}
    host = "[fd00::1]" if ":" in row else "10.1.2.3"
    assert proxy_for(f"https://{host}", environ) == ""


@pytest.mark.parametrize(
    ("row", "proxy"), [("a.example.org:443", ""), ("a.example.org:80", "http://p")]
)
def test_a_port_that_the_address_leaves_out_is_the_one_of_its_scheme(row, proxy):
    environ = {"https_proxy": "p", "no_proxy": row}
    assert proxy_for("https://a.example.org", environ) == proxy
