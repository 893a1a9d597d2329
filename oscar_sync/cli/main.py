"""The table of commands; each is imported when it is called."""

import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import click

from oscar_sync import __version__
from oscar_sync.model.exits import Exit


class _Command(NamedTuple):
    module: str
    help: str


COMMANDS: Final = {
    "init": _Command("init", "Write oscar-sync.yaml and an example, or all my live services."),
    "validate": _Command("validate", "Read and check the files, offline."),
    "plan": _Command("plan", "Show what would be done."),
    "apply": _Command("apply", "Plan, show, ask, carry out, and prove it by reading back."),
    "drift": _Command("drift", "Show what someone else changed on the clusters."),
    "watch": _Command("watch", "Plan again on each saved change."),
    "seed": _Command("seed", "Upload files that buckets lack."),
    "remove": _Command("remove", "Undeploy services; their data stays."),
    "adopt": _Command("adopt", "Put this set's stamp on services."),
    "forget": _Command("forget", "Take this set's stamp off services."),
    "export": _Command("export", "Write my live services as FDL files."),
    "emulator": _Command("emulator", "Run an OSCAR with its object store on this machine."),
    "demo": _Command("demo", "Play the whole story against the emulator."),
    "schema": _Command("schema", "Print the JSON Schema of FDL, settings or plans."),
    "settings": _Command("settings", "Show each setting and where it came from."),
    "version": _Command("version", "Print the version."),
}
ALIASES: Final = {"diff": "plan", "rm": "remove"}
_LONG_RUNNING: Final = frozenset({"watch", "emulator", "demo"})


class _Group(click.Group):
    """A group whose help needs no command to be imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, imported now."""
        del ctx
        name = ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"oscar_sync.cli.{COMMANDS[name].module}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        del ctx
        named = {target: alias for alias, target in ALIASES.items()}
        rows = [
            (f"{name}, {named[name]}" if name in named else name, entry.help)
            for name, entry in COMMANDS.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* names, with a suggestion where there is none."""
        name = args[0]
        if name not in COMMANDS and name not in ALIASES:
            from oscar_sync.documents.suggestion import did_you_mean

            hint = did_you_mean(name, (*COMMANDS, *ALIASES))
            ctx.fail(f"there is no command {name!r}" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="GitOps for OSCAR: a directory of FDL files is the desired state of a cluster's services. "
    "Removing a service keeps its data; erasing is a word that someone writes down.",
    epilog="oscar-sync COMMAND --help tells more. Exit codes: 0 done or nothing to do, "
    "1 unexpected, 2 changes or drift, 3 invalid files, 7 blocked.",
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
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    return int(result) if isinstance(result, int) else Exit.OK


def run(args: Sequence[str]) -> None:
    """Run *args* and leave the process; nothing is collected on the way out of a short run."""
    if not _LONG_RUNNING.intersection(args[:1]):
        gc.disable()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    code = call(args)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
