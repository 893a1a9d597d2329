"""Requests to a board of ours that runs elsewhere."""

import json
from collections.abc import Callable, Mapping

from oscar_sync.errors import UnreachableError, UsageError
from oscar_sync.model.secret import Secret
from oscar_sync.net.cas import named_cas
from oscar_sync.net.errors import NoExchangeError
from oscar_sync.net.loopback import is_readable_on_the_way
from oscar_sync.net.unpacking import AnswerTooLargeError
from oscar_sync.wire import address
from oscar_sync.wire.messages import excerpt

_TIMEOUT_S = 30.0


def ask_board(  # noqa: PLR0917 - one call a command
    url: str,
    path: str,
    token: Secret,
    fields: Mapping[str, str],
    environ: Mapping[str, str],
    say: Callable[[str], None],
) -> None:
    """POST *fields* to *path* of the board at *url*, once; *say* takes a warning.

    Raises:
        UsageError: the address is not one, or the board refuses.
        UnreachableError: it does not answer.
    """
    from oscar_sync.net.pool import Pool

    shown = address.shown(url)
    if address.fault(url):
        raise UsageError(f"--board {shown} is not an http(s) address without a user or query")
    if is_readable_on_the_way(url):
        say(f"warning: {shown} is not encrypted: others can read the token on the way; use https")
    headers = {
        "Authorization": f"Bearer {token.reveal()}",
        "Content-Type": "application/json",
        "User-Agent": "oscar-sync",
    }
    place, body = f"{url.rstrip('/')}{path}", json.dumps(dict(fields)).encode()
    try:
        with Pool(url, environ, cas=named_cas("", environ)) as pool:
            answer = pool.urlopen("POST", place, headers=headers, body=body, timeout=_TIMEOUT_S)
    except (NoExchangeError, AnswerTooLargeError) as error:
        raise UnreachableError("the board", shown, str(error)) from None
    if answer.status >= 300:
        said = excerpt(answer.data, (token,))
        raise UsageError(f"the board at {shown} answers {answer.status}: {said}")
