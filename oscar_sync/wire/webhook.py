"""One POST to a webhook: its address is a secret, and its silence changes nothing."""

from collections.abc import Mapping

from oscar_sync.model.secret import Secret
from oscar_sync.net.cas import named_cas
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.unpacking import AnswerTooLargeError
from oscar_sync.wire import address

READ_TIMEOUT_S = 10.0


def post(url: Secret, body: bytes, environ: Mapping[str, str]) -> str:
    """Send *body*, once; return why it did not arrive, blank if it did."""
    # Redirects are not followed: the address is given by whoever may see what is sent. Of the
    # address only scheme and host are in what is returned, since its path is often the key.
    from oscar_sync.net.pool import Pool

    place = url.reveal().strip()
    host = address.host_of(place)
    if host is None:
        return "OSCAR_SYNC_WEBHOOK is not an http(s) address"
    headers = {"Content-Type": "application/json", "User-Agent": "oscar-sync"}
    try:
        with Pool(place, environ, cas=named_cas("", environ)) as pool:
            answer = pool.urlopen("POST", place, headers=headers, body=body, timeout=READ_TIMEOUT_S)
    except NoExchangeError as error:
        return f"{host}: {error.words}"
    except AnswerTooLargeError:
        return ""
    return "" if answer.status < 300 else f"{host} answers {answer.status}"
