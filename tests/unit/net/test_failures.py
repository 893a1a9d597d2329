"""Why no connection came about: in our words, or in the system's where it knows more."""

import errno
import os
import socket
import ssl

import pytest
from urllib3.exceptions import SSLError

from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.failures import OPENING, translate_errors


@pytest.mark.parametrize(
    ("error", "words", "may_pass"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), "no route to host", True),
        (
            OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)),
            "network is unreachable",
            True,
        ),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "refused", True),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset"), "refused", True),
        (socket.gaierror(-2, "Name or service not known"), "host name not found; check", False),
        (TimeoutError(), "no connection within 5 s", False),
        (ssl.SSLError(1, "odd"), "TLS failed; check that this port speaks https", False),
    ],
)
def test_what_the_system_says_of_a_connection_is_told(error, words, may_pass):
    with pytest.raises(NoExchangeError, match=words) as caught, translate_errors(OPENING):
        raise error
    assert (caught.value.may_pass, caught.value.was_sent) == (may_pass, False)
    assert caught.value.__suppress_context__


def tls_error(reason):
    error = ssl.SSLError(1, "odd")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SSLError(tls_error("WRONG_VERSION_NUMBER")), "no TLS at this port; write http://"),
        (SSLError("outer", SSLError(tls_error("NO_CIPHERS_AVAILABLE"))), "TLS failed: no ciphers"),
        (SSLError("only words"), "TLS failed; check that this port speaks https"),
    ],
)
def test_what_tls_says_is_found_within_the_error_of_the_library(error, words):
    with pytest.raises(NoExchangeError, match=words), translate_errors(OPENING):
        raise error
