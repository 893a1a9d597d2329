"""What an invocation sends: ``-f`` or ``-i``, at most one."""

import sys
from typing import Any, Final

import click

from oscar_sync.documents.on_disk import read_within

LARGEST_BYTES: Final = 256 << 20
"""It is sent in one request, in Base64: a multiple of it is held in memory."""

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
    try:
        content = _standard_input() if file == "-" else read_within(file, LARGEST_BYTES)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_BYTES:
        raise click.UsageError(
            f"{file} is larger than {LARGEST_BYTES >> 20} MiB: upload it into an input folder of "
            "the service by `oscar-sync storage put`"
        )
    return content


def _standard_input() -> bytes:
    return sys.stdin.buffer.read(LARGEST_BYTES + 1)
