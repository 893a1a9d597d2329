"""How the help of a command looks: its own options, the common ones, and examples (words.md 6)."""

from collections.abc import Sequence
from typing import Any

import click


class CommonOption(click.Option):
    """An option that most commands have; help lists it after the command's own."""


class DescribedCommand(click.Command):
    def __init__(self, *given: Any, examples: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*given, **more)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            has_cluster = any(param.name == "cluster" for param in self.params)
            if not has_cluster or "extra argument" not in error.message:
                raise
            said = f"{error.message.rstrip('.')}; a cluster is named by an option: -c ID"
            raise click.UsageError(said, ctx) from error

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            row = param.get_help_record(ctx)
            if row is not None and isinstance(param, click.Option):
                (common if isinstance(param, CommonOption) else own).append(row)
        for title, rows in (("Options", own), ("Common options", common)):
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")
