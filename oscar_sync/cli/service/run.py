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
from oscar_sync.model.exits import Exit
from oscar_sync.render.words import size
from oscar_sync.storage.whole import write_whole

_FORMATS: Final = frozenset({"json", "yaml", "table", "text", "markdown"})


@click.command("run")
@click.argument("name")
@FILE_INPUT
@TEXT_INPUT
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(),
    help="Write the answer to this file, not to stdout.",
)  # fmt: skip
@click.option(
    "--decode-output/--no-decode-output", default=None,
    help="The answer, or its last line, is Base64: decode it. Left out: where it is so beyond "
    "doubt.",
)  # fmt: skip
@given.one_cluster
def command(name: str, **options: Any) -> int:
    """Invoke a service and wait for its answer: --timeout SECONDS, 60 if not given.

    Without -f and -i nothing is sent. Here -o is a file, as in oscar-cli: an answer has no other
    format than its own. It is written whole, or the file stays as it was.
    """
    data = _checked(options)

    def run(oscar: Oscar) -> Exit:
        token = service_of(oscar, name).token
        answer = oscar.run(name, data, token=token.reveal())
        _show(_decoded(answer, options["decode_output"]), options["output"] or "")
        return Exit.OK

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
        say(f"the answer is {size(len(answer))} that are no text: give -o FILE, or redirect it")
        return
    show_line(text.removesuffix("\n"))
