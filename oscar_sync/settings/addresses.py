"""What people write in the place of an address, and what to write instead."""

import re
from typing import Final
from urllib.parse import urlsplit

from oscar_sync.documents.substitution import bare_variable

_PAGES: Final = re.compile(r"/(?:ui|system)(?:/.*)?$")
"""Paths that a browser or a request shows, below the address of the API."""


def is_address(text: str) -> bool:
    """Tell an address, or a variable that holds one, from a name."""
    return "://" in text or "$" in text


def address_fault(address: str) -> tuple[str, str]:
    """Return why *address* is not an http(s) address of a server, and the remedy; blank if it is.

    Neither repeats a log-in that the address may hold.
    """
    if not address:
        return "is missing", "write `endpoint: https://HOST`"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is not an http(s) address", "write https://HOST or https://HOST:PORT"
    if name := bare_variable(address, is_part=True):
        return "is not an address", f'write "${{{name}}}", in braces and quotes'
    if "@" in address:
        return "the address holds a user", "write it in auth_user and auth_password"
    if parts.scheme not in {"http", "https"}:
        whole = re.fullmatch(r"[\w.-]+(?::\d+)?(?:/.*)?", address)
        return "is not an http(s) address", f"write https://{address if whole else 'HOST'}"
    if not host or port == 0:
        return "is not an http(s) address", "write https://HOST or https://HOST:PORT"
    page = _PAGES.search(parts.path)
    if page or parts.query or parts.fragment:
        path = parts.path[: page.start()] if page else parts.path.rstrip("/")
        return "is not the address of the API", f"write {parts.scheme}://{parts.netloc}{path}"
    return "", ""
