"""``oscar-sync help``: the help of a command, as ``--help`` after it shows it."""

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line


@given.command("help", "oscar-sync help apply", "oscar-sync help storage put")
@click.argument("names", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...]) -> int:
    """Show the help of COMMAND, or the list of commands."""
    shown = ctx.find_root()
    for name in names:
        if not isinstance(shown.command, click.Group):
            raise click.UsageError(f"{shown.command_path} has no commands")
        _, inner, _ = shown.command.resolve_command(shown, [name])
        if inner is not None:
            shown = click.Context(inner, info_name=inner.name, parent=shown)
    show_line(shown.get_help())
    return 0
