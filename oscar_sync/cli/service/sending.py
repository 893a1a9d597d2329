"""What an invocation sends: ``-f`` or ``-i``, at most one."""

import sys
from pathlib import Path
from typing import Any, Final

import click

FILE_INPUT: Final = click.option(
    "-f", "--file-input", metavar="FILE", type=click.Path(),
    help="Send this file; - is standard input.",
)  # fmt: skip
TEXT_INPUT: Final = click.option("-i", "--text-input", metavar="TEXT", help="Send this text.")


def input_of(options: dict[str, Any]) -> bytes:
    """Raises click.UsageError: file and text at once, or the file cannot be read."""
    file, text = options["file_input"], options["text_input"]
    if file is not None and text is not None:
        raise click.UsageError("give -f FILE or -i TEXT, not both")
    if text is not None:
        return str(text).encode("utf-8", "surrogateescape")
    if file is None:
        return b""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
