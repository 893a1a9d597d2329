"""How the help of a command looks: its own options, the common ones, and examples (words.md 6)."""

import shlex
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
            left = super().parse_args(ctx, args)
            self._warn_of_secrets(ctx)
            return left
        except click.MissingParameter as error:
            if error.param is None or not isinstance(error.param.envvar, str):
                raise
            hint = " / ".join(error.param.opts)
            said = f"Missing option {hint}: give it, or set {error.param.envvar}"
            raise click.UsageError(said, ctx) from error
        except click.NoSuchOption as error:
            from oscar_sync.cli.other_words import OTHER_OPTIONS

            group = ctx.parent.command.name if ctx.parent and ctx.parent.parent else None
            answers = OTHER_OPTIONS.get(" ".join(filter(None, (group, self.name))), {})
            answer = answers.get(error.option_name)
            if answer is None:
                raise
            raise click.UsageError(
                f"there is no option {error.option_name}; {answer}", ctx
            ) from error
        except click.UsageError as error:
            has_cluster = any(param.name == "cluster" for param in self.params)
            if not has_cluster or "extra argument" not in error.message:
                raise
            from oscar_sync.cli.other_words import OTHER_ARGUMENTS

            remedy = OTHER_ARGUMENTS.get(self.name or "", "a cluster is named by an option: -c ID")
            said = f"{error.message.rstrip('.')}; {remedy}"
            raise click.UsageError(said, ctx) from error

    def _warn_of_secrets(self, ctx: click.Context) -> None:
        secrets = [one for one in self.params if getattr(one.type, "is_secret", False)]
        paths = {one.opts[0]: ctx.params[one.name or ""] for one in secrets}
        paths = {option: path for option, path in paths.items() if path}
        # A shell that completes would show the warning within the line that is typed.
        if not paths or ctx.params.get("quiet") or ctx.resilient_parsing:
            return
        from oscar_sync.cli.border import say
        from oscar_sync.documents.on_disk import is_exposed

        for option, path in paths.items():
            if is_exposed(path):
                remedy = f"chmod 600 {shlex.quote(path)}"
                say(f"warning: {option} {path} can be read by other users; run: {remedy}")

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
