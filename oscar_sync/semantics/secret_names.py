"""Names of variables whose values are secrets, as people call them."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

_WORDS: Final = frozenset(
    {"password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "credential",
     "credentials"}
)  # fmt: skip
_PAIRS: Final = frozenset({"api key", "access key", "private key", "secret key", "auth key"})
_ABOUT: Final = frozenset(
    {"file", "path", "dir", "name", "url", "uri", "endpoint", "host", "length", "len", "size",
     "limit", "max", "min", "count", "ttl", "type", "id"}
)  # fmt: skip
"""What ends a name that only tells something about a secret: ``TOKEN_FILE``, ``SECRET_NAME``."""
_BREAK: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=4096)  # services call their variables alike
def names_secret(name: str) -> bool:
    words = [word.lower() for word in _BREAK.split(name) if word]
    if not words or words[-1] in _ABOUT:
        return False
    pairs = {" ".join(pair) for pair in pairwise(words)}
    is_pass = words[-1] == "pass"  # DB_PASS, not PASS_THROUGH
    return is_pass or not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairs)
