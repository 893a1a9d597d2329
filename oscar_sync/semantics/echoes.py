"""Secrets in texts about them: what was sent may come back in the words of a failure.

As it is, quoted, escaped in JSON, in a page or in an address, as hex or in Base64 (trust 3.8).
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, quote_plus

from oscar_sync.model.masks import SHORTEST, Masks
from oscar_sync.model.secret import MASK, Secret

_SHORTEST_PACKED: Final = 6


def masked(text: str, secrets: Iterable[Secret]) -> str:
    pattern = _pattern(frozenset(secrets))
    return text if pattern is None else pattern.sub(MASK, text)


def as_written(text: str, masks: Masks) -> str:
    if masks == Masks():
        return text
    pattern, written = _written(masks)
    return pattern.sub(lambda match: written[match[0]], text) if written else text


def secrets_in(value: object) -> Iterator[Secret]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str | int):
            continue  # as most of a body is: to ask for a mapping takes ten times as long
        if isinstance(item, Secret):
            yield item
        elif isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)


@lru_cache(maxsize=16)
def _pattern(secrets: frozenset[Secret]) -> re.Pattern[str] | None:
    forms = {form for secret in secrets for form in _forms(secret.reveal())}
    return _any_of(forms) if forms else None


@lru_cache(maxsize=16)
def _written(masks: Masks) -> tuple[re.Pattern[str], dict[str, str]]:
    written: dict[str, str] = {}
    for one in (*masks.wholes, *masks.parts):
        if one.text != one.written:
            for form in (one.text, *_forms(one.text), *_forms(one.text.lower())):
                if len(form) >= SHORTEST:
                    written.setdefault(form, one.written)
    return _any_of(written), written


def _any_of(forms: Iterable[str]) -> re.Pattern[str]:
    # The longest first: a shorter one may be within it, and what is masked is not looked at again.
    return re.compile("|".join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form)))))


def _forms(text: str) -> Iterator[str]:
    import html  # its table of names is large, and most runs mask nothing

    text = text.strip()
    if len(text) < SHORTEST:
        return
    yield text
    yield repr(text)[1:-1]
    for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        yield escaped
        # Go writes JSON that a page can hold.
        yield _for_pages(escaped)
        yield escaped.replace("\\", "\\\\").replace('"', '\\"')  # JSON in JSON
    page = html.escape(text)
    yield page
    yield page.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")  # as Go writes it
    for address in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield address
        yield quote(address, safe="")  # an address in another one's query
        yield re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), address)
    content = text.encode("utf-8", "surrogatepass")
    yield content.hex()
    yield content.hex().upper()
    yield from _packed(content)


def _for_pages(text: str) -> str:
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _packed(content: bytes) -> Iterator[str]:
    """Yield what of *content* shows in Base64, wherever it is in what is packed."""
    for before in range(3):
        packed = b64encode(bytes(before) + content).decode()
        first = -(-before * 8 // 6)
        is_whole = (before + len(content)) % 3 == 0
        core = (packed if is_whole else packed.rstrip("=")[:-1])[first:]
        if len(core) >= _SHORTEST_PACKED:
            yield core
            yield core.replace("+", "-").replace("/", "_")
