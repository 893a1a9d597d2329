"""What an invocation sends: any input as bytes that faas-supervisor reads back as they were.

It takes JSON as it is and decodes everything else from Base64 (oscar-clients 5).
"""

import base64
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

JSON: Final = "application/json"
TEXT: Final = "text/plain"


def payload_of(given: Any, input_file: str | os.PathLike[str] | None) -> tuple[bytes | None, str]:
    """Return body and content type of an input: a mapping as JSON, all else as Base64.

    None, an empty text and empty bytes mean: without a body.

    Raises:
        ValueError: input and file at once.
        OSError: the file cannot be read.
    """
    if input_file is not None:
        if given is not None:
            raise ValueError("give input or input_file, not both")
        return base64.b64encode(Path(input_file).read_bytes()), TEXT
    if isinstance(given, Mapping):
        return json.dumps(given).encode(), JSON
    if given is None or (isinstance(given, str | bytes) and not given):
        return None, JSON
    return encoded(given), TEXT


def encoded(given: Any) -> bytes:
    """Return Base64 of bytes, of a file (a path, or a text that names one), else of the text.

    Raises:
        OSError: a path that cannot be read.
    """
    if isinstance(given, bytes | bytearray | memoryview):
        return base64.b64encode(given)
    if isinstance(given, os.PathLike):
        return base64.b64encode(Path(given).read_bytes())
    if not isinstance(given, str):
        return base64.b64encode(json.dumps(given).encode())
    if os.path.isfile(given):
        return base64.b64encode(Path(given).read_bytes())
    return base64.b64encode(given.encode())


def headers_of(given: Mapping[str, str] | str | None) -> dict[str, str]:
    """Return headers from a mapping, or from ``"Name: value, Name: value"``.

    Raises:
        ValueError: a part without a colon; write a mapping where values hold commas.
    """
    if not given:
        return {}
    if not isinstance(given, str):
        return {str(name): str(value) for name, value in given.items()}
    headers = {}
    for part in given.split(","):
        name, colon, value = part.partition(":")
        if not colon or not name.strip():
            raise ValueError(
                "headers: each part must be 'Name: value'; pass a mapping where a value has a comma"
            )
        headers[name.strip()] = value.strip()
    return headers


def timeout_of(given: float | tuple[float, float] | None) -> float | None:
    """Return the seconds to wait for an answer; of a pair (connect, read) the second."""
    if not given:
        return None
    return float(given[1]) if isinstance(given, tuple) else float(given)
