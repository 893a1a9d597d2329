"""Which document an XML answer is: another one is never read as an empty list. Pure."""

import re
from typing import Final

_BEFORE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->|<![A-Z][^>\[]*>)*", re.DOTALL
)
_ELEMENT: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_LOOKED_AT: Final = 4096


def root_of(content: bytes) -> str:
    head = content[:_LOOKED_AT]
    before = _BEFORE.match(head)
    match = _ELEMENT.match(head, before.end() if before else 0)
    return match[1].decode() if match else ""


def is_page(content: bytes) -> bool:
    """Tell whether *content* is a page for people: what proxies and portals answer."""
    return root_of(content).lower() == "html" or content[:200].lstrip().lower().startswith(
        b"<!doctype html"
    )
