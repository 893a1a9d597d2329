"""The border: whatever a command raises becomes words and an exit code here, and only here."""

import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from oscar_sync.cli.event_lines import summary_line
from oscar_sync.cli.log_lines import Lines, LogFormat, json_line, line
from oscar_sync.cli.output import Output, for_stderr, paint_for, tell, write
from oscar_sync.errors import (
    ClusterError,
    InputError,
    LockedError,
    OscarSyncError,
    RepositoryError,
    StaleError,
    StoreError,
    UsageError,
)
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.exits import Exit
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.diagnostics import diagnostics_text
from oscar_sync.render.words import safe
from oscar_sync.settings.codes import SettingsCode

_CODES: tuple[tuple[type[OscarSyncError], Exit], ...] = (
    (UsageError, Exit.USAGE),
    (StaleError, Exit.STALE),
    (LockedError, Exit.LOCKED),
    (ClusterError, Exit.UNREACHABLE),
    (StoreError, Exit.UNREACHABLE),
    (RepositoryError, Exit.UNREACHABLE),
)


_ABOUT = ("code", "file", "line", "column", "path", "remedy")
"""What a line of the log tells of a diagnostic beside its severity and message."""


def guarded(command: Callable[[], int], outputs: Sequence[Output], color: str = "auto") -> int:
    """Return the exit code of *command*; every error becomes words on stderr."""
    # A stream of events ends with its summary, whatever happened.
    try:
        return command()
    except InputError as error:
        show_findings(error.diagnostics, outputs, color)
        code = Exit.INVALID
    except OscarSyncError as error:
        say(f"error: {error}")
        code = code_of(error)
    except (KeyboardInterrupt, click.Abort):
        say("interrupted; no step was left half done")
        code = Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.OK
    except RecursionError:
        say("error: the input is nested too deeply")
        code = Exit.INVALID
    except Exception as error:  # noqa: BLE001 - the last border: a sentence instead of a traceback
        code = _unexpected(error) if _is_folder_there() else _folder_gone()
    end_events(outputs, code)
    return code


def code_of(error: OscarSyncError) -> Exit:
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.UNEXPECTED)


def end_events(outputs: Sequence[Output], code: Exit) -> None:
    for output in outputs:
        if output.format == "events":
            with suppress(OscarSyncError):
                write(output, summary_line(int(code)))


def _is_folder_there() -> bool:
    with suppress(FileNotFoundError):
        return bool(Path.cwd())
    return False


def _folder_gone() -> Exit:
    say("error: the current folder was deleted: change to one that exists (cd FOLDER)")
    return Exit.INVALID


def _unexpected(error: Exception) -> Exit:
    say(f"error: {unexpected(error)}")
    return Exit.UNEXPECTED


def unexpected(error: Exception) -> str:
    """Return where an error of our own came from; with ``--log-level debug`` the way is written."""
    frames = traceback.extract_tb(error.__traceback__)
    if logging.getLogger("oscar_sync").isEnabledFor(logging.DEBUG):
        say("".join(traceback.format_list(frames)))
    frame = frames[-1]
    return (
        f"unexpected {type(error).__name__} in {frame.name} "
        f"({os.path.basename(frame.filename)}:{frame.lineno}); "  # noqa: PTH119 - a name for people
        "run again with --log-level debug and report it"
    )


def show_findings(diagnostics: Sequence[Diagnostic], outputs: Sequence[Output], color: str) -> None:
    """Write diagnostics in each format that is asked for; text goes to stderr."""
    for output in outputs:
        match output.format:
            case name if name in FORMATS:
                write(output, FORMATS[name].write_input(diagnostics))
            case "text" if output.file:
                write(output, diagnostics_text(diagnostics))
            case _:
                continue
    if not any(output.format == "github" and not output.file for output in outputs):
        tell_findings(diagnostics, color)


_ONLY_VERBOSE: Final = frozenset({ManifestCode.NOT_FDL, SettingsCode.SILENCED})
"""What is said with ``-v`` only, unless the run ends with an error."""


def tell_findings(diagnostics: Sequence[Diagnostic], color: str) -> None:
    """Write diagnostics to stderr as text, or as lines of JSON: with ``-q`` errors alone."""
    is_error = any(one.severity is Severity.ERROR for one in diagnostics)
    if not (is_error or _is_given("verbose")):
        diagnostics = [one for one in diagnostics if one.code not in _ONLY_VERBOSE]
    if _is_given("quiet"):
        diagnostics = [one for one in diagnostics if one.severity is Severity.ERROR]
    if LogFormat.is_json:
        for one in diagnostics:
            about = {name: getattr(one, name) for name in _ABOUT}
            tell(json_line(str(one.severity), "oscar_sync", one.message, **about) + "\n")
        return
    paint = paint_for(color, os.environ, is_terminal=sys.stderr.isatty())
    text = diagnostics_text(diagnostics, paint=paint, is_brief=_is_given("verbose") is False)
    tell(for_stderr(text))


def _is_given(flag: str) -> bool | None:
    """Tell whether the command under way has *flag*; None if it knows no such flag."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.params.get(flag)


def say(text: str) -> None:
    """Write a sentence to stderr, without anything that a terminal would obey."""
    level = "warning" if text.startswith("warning:") else "info"
    level = "error" if text.startswith("error:") else level
    lines = str(text).splitlines() or [""]
    shown = "".join(f"{line(one, level)}\n" for one in lines)
    tell(shown if LogFormat.is_json else for_stderr(shown))


class _StderrHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        tell(self.format(record) + "\n")


def log_to_stderr(level: str) -> None:
    lines = _StderrHandler()
    lines.setFormatter(Lines("%(levelname)s %(name)s %(message)s"))
    lines.addFilter(_one_safe_line)
    logging.basicConfig(level=level.upper(), handlers=[lines])
    for noisy in ("urllib3", "watchdog", "werkzeug", "botocore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _one_safe_line(record: logging.LogRecord) -> bool:
    record.msg, record.args = safe(record.getMessage()), ()
    return True
