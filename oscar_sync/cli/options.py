"""Options that mean the same on every command (product 3)."""

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PATHS: Final = click.argument("paths", nargs=-1, type=click.Path())


class _Seconds(click.FloatRange):
    """A number of seconds above 0; a year is the most."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or say where else a PATH must stand."""
        try:
            found = float(value)
        except (TypeError, ValueError):
            hint = "; a PATH stands before --poll, or write --poll=1 PATH"
            hint = hint if param is not None and param.name == "poll_s" else ""
            self.fail(f"{value!r} is no number of seconds{hint}", param, ctx)
        if math.isnan(found):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return float(super().convert(found, param, ctx))


SECONDS: Final = _Seconds(0, 365 * 86_400, min_open=True)


class _Given(click.types.StringParamType):
    """A text that is not blank: ``--endpoint-allowed "$ORIGIN"`` without an ORIGIN allows nothing.

    Left out it would allow everything. A variable that is blank is none, as everywhere.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text as it is, or say that it is blank."""
        if not value.strip():
            self.fail("it is blank; give a value, or leave the option out", param, ctx)
        return super().convert(value, param, ctx)


class _File(_Given):
    """A file's name, as text, completed by shells."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Let the shell complete a file."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


_GIVEN: Final = _Given()
_FILE: Final = _File()


def _many(flag: str, *names: str, metavar: str, text: str) -> Any:
    variable = "OSCAR_SYNC_" + flag.strip("-").replace("-", "_").upper()
    return click.option(
        flag, *names, multiple=True, metavar=metavar, help=text, type=_GIVEN, envvar=variable,
        show_envvar=False,
    )  # fmt: skip


def _one(flag: str, *names: str, metavar: str, text: str) -> Any:
    variable = "OSCAR_SYNC_" + flag.strip("-").replace("-", "_").upper()
    return click.option(flag, *names, metavar=metavar, help=text, type=_FILE, envvar=variable)


def _flag(flag: str, *names: str, text: str) -> Any:
    variable = "OSCAR_SYNC_" + flag.strip("-").split("/")[0].replace("-", "_").upper()
    return click.option(flag, *names, is_flag=True, default=None, help=text, envvar=variable)


_CLUSTER: Final = _many(
    "--cluster", "-c", metavar="[KEY=]ID|URL", text="Cluster to use (repeatable)."
)
_ENDPOINT_ALLOWED: Final = click.option(
    "--endpoint-allowed", multiple=True, metavar="ORIGIN", type=_GIVEN,
    help="Send credentials to ORIGIN (https://HOST) and other origins named so only, beside "
         "those of OSCAR_SYNC_ENDPOINTS (repeatable).",
)  # fmt: skip
_ALLOW_OUTSIDE: Final = _many(
    "--allow-outside", metavar="PATH",
    text="Let files refer to PATH outside the settings' folder (repeatable).",
)  # fmt: skip
_CONFIG: Final = _one("--config", metavar="FILE", text="oscar-cli's file (read, never written).")
_SETTINGS: Final = _one(
    "--settings", metavar="FILE", text="The settings file, else the nearest oscar-sync.yaml.",
)  # fmt: skip
_TOKEN_FILE: Final = _one(
    "--token-file", metavar="FILE", text="File with an access token, read for each request.",
)  # fmt: skip
_QUIET: Final = click.option(
    "-q", "--quiet", is_flag=True, envvar="OSCAR_SYNC_QUIET", help="No progress."
)
_COLOR: Final = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto",
    envvar="OSCAR_SYNC_COLOR", help="Colour of text.",
)  # fmt: skip
_LOG_LEVEL: Final = click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning",
    envvar="OSCAR_SYNC_LOG_LEVEL", help="Log to stderr.",
)  # fmt: skip


def _log_format(ctx: click.Context, param: click.Parameter, value: str) -> None:
    from oscar_sync.cli.log_lines import choose

    choose(ctx, param, value)


_LOG_FORMAT: Final = click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", expose_value=False,
    envvar="OSCAR_SYNC_LOG_FORMAT", callback=_log_format, help="Lines on stderr as text or JSON.",
)  # fmt: skip
_METRICS: Final = _one(
    "--metrics", metavar="FILE", text="Write OpenMetrics to FILE after each run."
)
_TIMEOUT: Final = click.option(
    "--timeout", type=SECONDS, default=60.0, metavar="SECONDS",
    envvar="OSCAR_SYNC_TIMEOUT", help="Wait so long for an answer.",
)  # fmt: skip

_ONE_CLUSTER: Final = (
    _CLUSTER, _ENDPOINT_ALLOWED, _ALLOW_OUTSIDE, _CONFIG, _SETTINGS, _TOKEN_FILE, _QUIET, _COLOR,
    _LOG_LEVEL, _LOG_FORMAT, _TIMEOUT,
)  # fmt: skip

_OUTPUT: Final = click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]",
    envvar="OSCAR_SYNC_OUTPUT",
    help="text or json, for plans and reports also markdown, html, junit, sarif, github or gitlab, "
         "for apply events; to FILE if given (repeatable).",
)  # fmt: skip

_COMMON: Final = (
    _CLUSTER,
    _ENDPOINT_ALLOWED,
    _CONFIG,
    _SETTINGS,
    _many("--overlay", metavar="NAME", text="Overlay overlays/NAME.yaml (repeatable)."),
    _one("--env-file", metavar="FILE", text="Values for declared variables and secrets."),
    _many("--secret-env", metavar="NAME", text="Let the secret NAME take the environment variable "
          "of its name where it is blank (repeatable)."),
    _many("--only", metavar="NAME", text="Only SERVICE, CLUSTER/SERVICE or CLUSTER/ (repeatable)."),
    _ALLOW_OUTSIDE,
    _TOKEN_FILE,
    _OUTPUT,
    click.option("-v", "--verbose", is_flag=True, envvar="OSCAR_SYNC_VERBOSE", help="Say more."),
    _QUIET,
    _COLOR,
    _LOG_LEVEL,
    _LOG_FORMAT,
    _TIMEOUT,
)  # fmt: skip

_ALLOW: Final = click.option(
    "--allow", multiple=True, metavar="WORD:NAME", help="Consent, by word and name (repeatable)."
)

_PLANNING: Final = (
    click.option("--prune/--no-prune", default=None,
                 help="Remove stamped services that left the manifests; their data stays."),
    _flag("--hooks", text="Check the notifications of every input bucket."),
    _flag("--strict", text="Warnings are errors."),
    click.option("--wait/--no-wait", default=None, envvar="OSCAR_SYNC_WAIT",
                 help="Wait until services are ready (5 minutes, or as the settings say)."),
    click.option("--parallelism", type=click.IntRange(1, 64), default=2,
                 envvar="OSCAR_SYNC_PARALLELISM", help="Plain updates at once on a cluster."),
)  # fmt: skip


def common(function: Decorated) -> Decorated:
    """Add the options that every command has."""
    return _with(function, _COMMON)


def one_cluster(function: Decorated) -> Decorated:
    """Add the options of commands that speak to one cluster and read no manifest."""
    return _with(function, _ONE_CLUSTER)


def formats(*names: str) -> Callable[[Decorated], Decorated]:
    """Return what adds ``-o`` for the formats *names*; the first is the default."""
    listed = f"{', '.join(names[:-1])} or {names[-1]}"

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        del ctx, param
        return [name for name in names if name.startswith(incomplete)]

    return click.option(
        "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]",
        envvar="OSCAR_SYNC_OUTPUT", help=f"{listed}; to FILE if given (repeatable).",
        shell_complete=complete,
    )  # fmt: skip


def without_output(function: Decorated) -> Decorated:
    """Add the options that every command has but ``-o``: its formats are its own."""
    return _with(function, tuple(option for option in _COMMON if option is not _OUTPUT))


def planning(function: Decorated) -> Decorated:
    """Add the options of plan and apply."""
    return _with(function, (*_PLANNING, _ALLOW))


def measured(function: Decorated) -> Decorated:
    """Add ``--metrics``."""
    return _with(function, (_METRICS,))


def allowing(function: Decorated) -> Decorated:
    """Add ``--allow``."""
    return _with(function, (_ALLOW,))


def _with(function: Decorated, options: tuple[Any, ...]) -> Decorated:
    for option in reversed(options):
        function = option(function)
    return function
