"""Where each format goes: stdout or a file; colour and width of the terminal."""

import os
import sys
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

import click
from msgspec import Struct

from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import OutputError
from oscar_sync.render.folding import DEFAULT_WIDTH, folded
from oscar_sync.render.paint import Paint, ansi, plain
from oscar_sync.render.words import for_terminal, safe
from oscar_sync.storage.whole import write_whole


class Bottom:
    """A line that stays below everything else on the terminal at stdout, redrawn in its place."""

    def __init__(self) -> None:
        self._make: Callable[[int], str] | None = None
        self._cells = 0
        self._columns = 0
        self._lock = threading.RLock()

    @property
    def is_shown(self) -> bool:
        return self._make is not None

    def put(self, make: Callable[[int], str] | None) -> None:
        """Show what *make* returns for a number of columns; with None the line is taken away."""
        with self._lock:
            erased = self.erasing()
            self._make = make
            self._write(erased + self._drawn())

    def refresh(self) -> None:
        with self._lock:
            if self._make is not None and _columns() != self._columns:
                self._write(self.erasing() + self._drawn())

    def below(self, text: str) -> str:
        """Return *text* so that the line ends up below it, unless it ends within a line."""
        with self._lock:
            if self._make is None:
                return text
            erased = self.erasing()
            return erased + text + (self._drawn() if text.endswith("\n") else "")

    def erasing(self) -> str:
        if not self._cells:
            return ""
        rows_above = (self._cells - 1) // max(1, _columns())
        self._cells = 0
        return "\r" + (f"\x1b[{rows_above}A" if rows_above else "") + "\x1b[J"

    def _drawn(self) -> str:
        if self._make is None:
            return ""
        self._columns = _columns()
        line = _cut(safe(self._make(self._columns - 1)), self._columns - 1)
        self._cells = _cells_of(line)
        return f"\x1b[2m{line}\x1b[0m"

    def _write(self, text: str) -> None:
        with suppress(OSError):
            click.echo(text, nl=False, color=True)


def _columns() -> int:
    try:
        return max(2, os.get_terminal_size(sys.stdout.fileno()).columns)
    except (OSError, ValueError):
        return 80


def _cells_of(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _cut(line: str, cells: int) -> str:
    while _cells_of(line) > cells:
        line = line[:-1]
    return line


BOTTOM: Final = Bottom()


class Output(Struct, frozen=True):
    """One ``-o FORMAT[=FILE]``; a blank file is stdout."""

    format: str
    file: str = ""


_SAME: Final = {"table": "text", "text": "table"}
"""Two words for what people read, of which most commands offer one."""


def outputs_of(given: Sequence[str], formats: Sequence[str]) -> tuple[Output, ...]:
    """Return what ``-o`` asks for; the first of *formats* on stdout unless another goes there.

    Raises:
        click.UsageError: an unknown format, two for stdout, or a file that cannot be written.
    """
    outputs = []
    for text in given:
        name, _, file = text.partition("=")
        name = name if name in formats else _SAME.get(name, name)
        if name not in formats:
            ending = name.rpartition(".")[2]
            hint = f"write {ending}={name}" if ending in formats else did_you_mean(name, formats)
            remedy = hint or f"write one of {', '.join(formats)}"
            raise click.UsageError(f"-o {text}: {name!r} is not a format; {remedy}")
        outputs.append(Output(name, file))
    for output in outputs:
        check_place(output.file)
    on_stdout = [output for output in outputs if not output.file]
    if len(on_stdout) > 1:
        raise click.UsageError(
            "only one -o can go to stdout; give the others a file: -o FORMAT=FILE"
        )
    if not on_stdout:
        outputs.insert(0, Output(formats[0]))
    return tuple(outputs)


def check_place(file: str) -> None:
    """Raises click.UsageError: its folder is none, is not writable, or the file is a folder."""
    if not file:
        return
    path = Path(file)
    if os.path.isdir(path):
        raise click.UsageError(f"{path} cannot be written: it is a folder")
    if is_device(path) and os.access(path, os.W_OK):
        return
    if not os.path.isdir(path.parent) or not os.access(path.parent, os.W_OK):
        raise click.UsageError(
            f"{path} cannot be written: {path.parent} is not a folder to write to"
        )


def write(output: Output, text: str) -> None:
    """Write *text* where *output* goes; a file is written whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    if not output.file:
        is_ours = output.format == "text" and sys.stdout.isatty()
        show(folded(text, stdout_width()) if is_ours else text)
        return
    try:
        if is_device(Path(output.file)):
            Path(output.file).write_text(text, encoding="utf-8")
        else:
            write_whole(Path(output.file), text.encode())
    except OSError as error:
        raise OutputError(output.file, error.strerror or "unknown") from error


def is_device(path: Path) -> bool:
    """Tell a pipe, a terminal or another device, which is written to and never replaced."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def show(text: str) -> None:
    """Write *text* to stdout; of what came from outside a terminal obeys nothing.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        # Painted or not: decided by --color.
        click.echo(BOTTOM.below(for_terminal(text)), nl=False, color=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError("stdout", error.strerror or "unknown") from error


def show_line(text: str) -> None:
    show(f"{text}\n")


def tell(text: str) -> None:
    """Write *text* to stderr; a run does not end because nobody can read it."""
    shown = for_terminal(text)
    with suppress(OSError):
        on_terminal = BOTTOM.is_shown and sys.stderr.isatty()
        click.echo(BOTTOM.below(shown) if on_terminal else shown, nl=False, err=True, color=True)


def redraw(text: str = "") -> None:
    with suppress(OSError):
        click.echo(f"\r{safe(text)}\x1b[K", nl=False, err=True, color=True)


def append(output: Output, text: str) -> None:
    """Raises OutputError: the file cannot be written."""
    if not output.file:
        write(output, text)
        return
    try:
        with open(output.file, "a", encoding="utf-8") as file:  # noqa: PTH123 - append
            file.write(text)
    except OSError as error:
        raise OutputError(output.file, error.strerror or "unknown") from error


def paint_for(color: str, environ: Mapping[str, str], *, is_terminal: bool) -> Paint:
    if color == "always":
        return ansi
    if color == "never" or environ.get("NO_COLOR"):
        return plain
    if environ.get("FORCE_COLOR"):
        return ansi
    return ansi if is_terminal and environ.get("TERM") != "dumb" else plain


def stdout_width() -> int:
    return _width_of(sys.stdout) or DEFAULT_WIDTH


def for_stderr(text: str) -> str:
    """Return sentences of ours in lines of the terminal at stderr, as they are without one."""
    width = _width_of(sys.stderr)
    return folded(text, width) if width else text


def _width_of(stream: TextIO) -> int:
    """Return the columns to fill of the terminal at *stream*, 0 where it is none."""
    if not stream.isatty():
        return 0
    import shutil

    try:
        its_own = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        its_own = 0
    columns = shutil.get_terminal_size((its_own or DEFAULT_WIDTH, 24)).columns
    return min(max(columns, _NARROWEST), _WIDEST)


_NARROWEST: Final = 40
_WIDEST: Final = 200
