"""Groups whose help and completion need no command to be imported."""

import importlib
from collections.abc import Mapping
from typing import Any

import click
from click.shell_completion import CompletionItem
from msgspec import Struct


class Command(Struct, frozen=True):
    module: str
    help: str
    aliases: tuple[str, ...] = ()


class LazyGroup(click.Group):
    def __init__(self, *given: Any, table: Mapping[str, Command], **more: Any) -> None:
        super().__init__(*given, **more)
        self.table = table
        self.named = {alias: name for name, row in table.items() for alias in row.aliases}

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        name = self.named.get(cmd_name, cmd_name)
        if name not in self.table:
            return None
        command = importlib.import_module(f"oscar_sync.cli.{self.table[name].module}").command
        if not isinstance(command, click.Command):
            raise TypeError(name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any."""
        del ctx
        rows = [(", ".join((name, *row.aliases)), row.help) for name, row in self.table.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the names that begin so, without importing any command."""
        items = [
            CompletionItem(name, help=row.help)
            for name, row in self.table.items()
            if name.startswith(incomplete)
        ]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = list(args)  # click takes them away one by one
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            name = next((word for word in given if word in self.table or word in self.named), None)
            if name is None:
                raise
            message = f"options follow the command: {ctx.command_path} {name} {error.option_name}"
            raise click.UsageError(message, ctx) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.table and name not in self.named:
            from oscar_sync.cli.other_words import OTHER_WORDS
            from oscar_sync.documents.suggestion import did_you_mean

            answers = OTHER_WORDS["" if ctx.parent is None else str(ctx.info_name)]
            hint = answers.get(name) or did_you_mean(name, (*self.table, *self.named))
            ctx.fail(f"there is no command {name!r}" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)
