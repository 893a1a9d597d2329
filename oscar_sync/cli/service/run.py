"""``oscar-sync service run``."""

import sys
from pathlib import Path
from typing import Any, Final

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.output import check_place, is_device, show_line
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.service.sending import FILE_INPUT, TEXT_INPUT, input_of
from oscar_sync.client.connection import Oscar
from oscar_sync.client.output import decoded
from oscar_sync.errors import UsageError
from oscar_sync.render.words import size
from oscar_sync.storage.whole import write_whole

_FORMATS: Final = frozenset({"json", "yaml", "table", "text", "markdown"})


@given.command(
    "run",
    "oscar-sync service run thumbnails -f cat.png -o small.png",
    "oscar-sync service run greeter -i 'Ada' --timeout 300",
)
@click.argument("name", shell_complete=given.SERVICES)
@FILE_INPUT
@TEXT_INPUT
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(),
    help="Write the answer to FILE instead of stdout.",
)  # fmt: skip
@click.option(
    "--decode-output/--no-decode-output", default=None,
    help="Decode the answer, or its last line, from Base64. [default: where it is certain to be "
    "Base64]",
)  # fmt: skip
@given.one_cluster
def command(name: str, **options: Any) -> int:
    """Invoke a service and wait for its answer, for --timeout seconds.

    Without -f and -i an empty body is sent. Here -o names a file, as in oscar-cli. It is written
    completely, or left unchanged.
    """
    data = _checked(options)

    def run(oscar: Oscar) -> None:
        token = service_of(oscar, name).token
        answer = oscar.run(name, data, token=token.reveal())
        _show(_decoded(answer, options["decode_output"]), options["output"] or "")

    return on_cluster(options, (), run)


def _checked(options: dict[str, Any]) -> bytes:
    """Return what is sent, after everything was checked that can be before."""
    output = options["output"] or ""
    if output in _FORMATS:
        raise click.UsageError(f"-o {output}: here -o names a file; ./{output} if you mean it")
    check_place(output)
    return input_of(options)


def _decoded(answer: bytes, is_wanted: bool | None) -> bytes:
    try:
        return decoded(answer, is_wanted=is_wanted)
    except ValueError as error:
        say(f"warning: {error}; it is given as it came")
        return answer


def _show(answer: bytes, file: str) -> None:
    if file:
        try:
            path = Path(file)
            path.write_bytes(answer) if is_device(path) else write_whole(path, answer)
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    elif not sys.stdout.isatty():
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    else:
        _show_on_terminal(answer)


def _show_on_terminal(answer: bytes) -> None:
    try:
        text = answer.decode()
    except UnicodeDecodeError:
        say(f"the answer is {size(len(answer))} that are not text: give -o FILE, or redirect it")
        return
    show_line(text.removesuffix("\n"))
