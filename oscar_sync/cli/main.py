"""The table of commands; each is imported when it is called."""

import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from oscar_sync import __version__
from oscar_sync.cli.lazy import Command, LazyGroup
from oscar_sync.errors import OutputError
from oscar_sync.model.exits import Exit

COMMANDS: Final = {
    "init": Command("init", "Write oscar-sync.yaml and an example, or my running services."),
    "validate": Command("validate", "Check the files, offline."),
    "plan": Command("plan", "Show what apply would change.", ("diff",)),
    "apply": Command("apply", "Apply the changes after confirmation, and verify them."),
    "drift": Command("drift", "Show what was changed on the clusters since the last apply."),
    "status": Command("status", "Show which services are ready, their addresses, and drift."),
    "doctor": Command("doctor", "List what OSCAR left behind, and how to remove it."),
    "graph": Command("graph", "Draw a graph of services and buckets."),
    "watch": Command("watch", "Plan again on each saved change."),
    "board": Command("board", "Ask a running board to plan, to pause, to go on."),
    "history": Command("history", "Show the last runs that changed something."),
    "seed": Command("seed", "Upload files that the buckets do not have."),
    "remove": Command("remove", "Remove services; their data is kept.", ("rm",)),
    "adopt": Command("adopt", "Start managing running services with this set."),
    "forget": Command("forget", "Stop managing services; they keep running."),
    "export": Command("export", "Write my running services as FDL files."),
    "service": Command(
        "service", "List, show, run, start and stop services; show logs.", ("services", "svc", "s")
    ),
    "bucket": Command("bucket", "List, show, create, share and delete buckets.", ("buckets", "b")),
    "volume": Command("volume", "List, show, create and delete managed volumes.", ("volumes",)),
    "storage": Command("storage", "List, download, upload and delete files."),
    "quota": Command("quota", "Show my quota, and what is used of it."),
    "metrics": Command("metrics", "Show what the cluster or a service has used."),
    "health": Command("health", "Show whether the server answers."),
    "cluster": Command("cluster", "List the clusters that are known; show one.", ("clusters", "c")),
    "federation": Command("federation", "Show the federation of a service."),
    "emulator": Command("emulator", "Run an emulated OSCAR and its object store on this machine."),
    "demo": Command("demo", "Run the main steps on an emulated cluster."),
    "schema": Command("schema", "Print the JSON Schema of a file or document."),
    "explain": Command("explain", "Show what a field is, and what an update of it does."),
    "settings": Command("settings", "Show each setting and its source."),
    "completion": Command("completion", "Print the completion script of a shell."),
    "help": Command("show_help", "Show the help of a command."),
    "version": Command("version", "Print the version."),
}
_LONG_RUNNING: Final = frozenset({"watch", "emulator", "demo"})


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 100,
        "show_default": True,
    },
    help="GitOps for OSCAR: a directory of FDL files is the desired state of a cluster's services. "
    "Removing a service keeps its data; deleting data needs written permission.",
    epilog="`oscar-sync help COMMAND` shows options and examples. Exit codes: 0 done or nothing "
    "to do, 1 unexpected error, 2 changes or drift, 3 invalid files, 7 blocked.",
)
@click.version_option(__version__, prog_name="oscar-sync", message="%(prog)s %(version)s")
def cli() -> None:
    """Hold the commands."""


def call(args: Sequence[str]) -> int:
    """Return the exit code of the command line *args*; click's own errors are 64."""
    try:
        result: Any = cli.main(list(args), prog_name="oscar-sync", standalone_mode=False)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        _tell("interrupted\n")
        return Exit.INTERRUPTED
    except OutputError as error:
        _tell(f"error: {error}\n")
        return Exit.UNEXPECTED
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        _tell(shown.getvalue())
        return Exit.USAGE
    return int(result) if isinstance(result, int) else Exit.OK


def _tell(text: str) -> None:
    from oscar_sync.cli.output import for_stderr, tell

    tell(for_stderr(text))


def run(args: Sequence[str]) -> None:
    # A plan of 1,000 services makes much that stays until the end: to look for circles in it, and
    # to take it apart, would be an eighth of its time each.
    if not _LONG_RUNNING.intersection(args[:1]):
        gc.disable()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    code = call(args)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            pass  # whoever read it, such as head, has seen enough
        except OSError:
            code = code or Exit.UNEXPECTED
    os._exit(code)
