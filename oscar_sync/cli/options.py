"""Options that mean the same on every command (product 3)."""

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from click.shell_completion import CompletionItem

from oscar_sync.cli.command_help import CommonOption, DescribedCommand
from oscar_sync.errors import UsageError

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

PATHS: Final = click.argument("paths", nargs=-1, type=click.Path())


class _Seconds(click.ParamType[float]):
    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = float(value)
        except (TypeError, ValueError):
            seconds = math.nan
        if math.isnan(seconds):
            hint = "; a PATH stands before --poll, or write --poll=1 PATH"
            hint = hint if param is not None and param.name == "poll_s" else ""
            self.fail(f"{value!r} is not a number of seconds{hint}", param, ctx)
        if not 0 < seconds <= _YEAR_S:
            self.fail(f"{value} is not above 0 and at most {_YEAR_S} (a year)", param, ctx)
        return seconds


_YEAR_S: Final = 365 * 86_400
SECONDS: Final = _Seconds()


class Whole(click.IntRange):
    name = "whole number"  # click says "is not a valid integer range"


class _Given(click.types.StringParamType):
    """A text that is not blank: ``--endpoint-allowed "$ORIGIN"`` without an ORIGIN allows nothing.

    Left out it would allow everything. A variable that is blank is none, as everywhere.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value.strip():
            self.fail("it is blank; give a value, or leave the option out", param, ctx)
        return super().convert(value, param, ctx)


class _File(_Given):
    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


class SecretFile(_File):
    """A file that holds a secret: the command warns where other users can read it."""

    is_secret = True


GIVEN: Final = _Given()
FILE: Final = _File()
SECRET_FILE: Final = SecretFile()


def _names(kind: str, *words: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes *words*, and names of *kind* from the files, read only then."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        from oscar_sync.cli import known_names

        found: list[str] = getattr(known_names, kind)(ctx, param, incomplete) if kind else []
        return [*(word for word in words if word.startswith(incomplete)), *found]

    return complete


SERVICES: Final = _names("services")
LOGGED: Final = _names("services", "rm")
BUCKETS: Final = _names("buckets")
VOLUMES: Final = _names("volumes")
GET: Final = _names("", "get")


def _many(flag: str, *names: str, metavar: str, text: str, kind: str = "") -> Any:
    variable = "OSCAR_SYNC_" + flag.strip("-").replace("-", "_").upper()
    return click.option(
        flag, *names, multiple=True, metavar=metavar, help=text, type=GIVEN, envvar=variable,
        show_envvar=False, cls=CommonOption, shell_complete=_names(kind) if kind else None,
    )  # fmt: skip


def _one(flag: str, *, metavar: str, text: str, type_: _File = FILE) -> Any:
    variable = "OSCAR_SYNC_" + flag.strip("-").replace("-", "_").upper()
    return click.option(
        flag, metavar=metavar, help=text, type=type_, envvar=variable, cls=CommonOption
    )


def _flag(flag: str, *names: str, text: str) -> Any:
    variable = "OSCAR_SYNC_" + flag.strip("-").split("/")[0].replace("-", "_").upper()
    return click.option(flag, *names, is_flag=True, default=None, help=text, envvar=variable)


_CLUSTER: Final = _many(
    "--cluster", "-c", metavar="[KEY=]ID|URL",
    text="Use the cluster with this id or address (repeatable).", kind="clusters",
)  # fmt: skip
_ENDPOINT_ALLOWED: Final = click.option(
    "--endpoint-allowed", multiple=True, metavar="ORIGIN", type=GIVEN, cls=CommonOption,
    help="Send credentials only to ORIGIN (https://HOST), to other origins named so, and to those "
         "of OSCAR_SYNC_ENDPOINTS (repeatable).",
)  # fmt: skip
_ALLOW_OUTSIDE: Final = _many(
    "--allow-outside", metavar="PATH",
    text="Allow files to refer to PATH, which is outside the settings' folder (repeatable).",
)  # fmt: skip
_CONFIG: Final = _one(
    "--config", metavar="FILE",
    text="Read clusters from this oscar-cli configuration; it is never written. "
         "[default: ~/.oscar-cli/config.yaml]",
)  # fmt: skip
_SETTINGS: Final = _one(
    "--settings", metavar="FILE",
    text="Read settings from FILE. [default: the nearest oscar-sync.yaml]",
)  # fmt: skip
_TOKEN_FILE: Final = _one(
    "--token-file", metavar="FILE", type_=SECRET_FILE,
    text="Log in with the access token in FILE, which is read again for each request.",
)  # fmt: skip
_QUIET: Final = click.option(
    "-q", "--quiet", is_flag=True, envvar="OSCAR_SYNC_QUIET", cls=CommonOption,
    help="Hide progress and warnings.",
)  # fmt: skip
_COLOR: Final = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto",
    envvar="OSCAR_SYNC_COLOR", cls=CommonOption, help="Use colours in text.",
)  # fmt: skip
_LOG_LEVEL: Final = click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="warning",
    envvar="OSCAR_SYNC_LOG_LEVEL", cls=CommonOption,
    help="Write log messages of this level and above to stderr.",
)  # fmt: skip


def _log_format(ctx: click.Context, param: click.Parameter, value: str) -> None:
    from oscar_sync.cli.log_lines import choose

    choose(ctx, param, value)


_LOG_FORMAT: Final = click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", expose_value=False,
    envvar="OSCAR_SYNC_LOG_FORMAT", callback=_log_format, cls=CommonOption,
    help="Format of the lines on stderr.",
)  # fmt: skip
_METRICS: Final = click.option(
    "--metrics", metavar="FILE", type=FILE, envvar="OSCAR_SYNC_METRICS",
    help="Write OpenMetrics to FILE after each run.",
)  # fmt: skip
_TIMEOUT: Final = click.option(
    "--timeout", type=SECONDS, default=60, metavar="SECONDS",
    envvar="OSCAR_SYNC_TIMEOUT", cls=CommonOption, help="Timeout for each request, in seconds.",
)  # fmt: skip
_VERBOSE: Final = click.option(
    "-v", "--verbose", is_flag=True, envvar="OSCAR_SYNC_VERBOSE", cls=CommonOption,
    help="Also show unchanged fields and skipped files.",
)  # fmt: skip

_ONE_CLUSTER: Final = (
    _CLUSTER, _ENDPOINT_ALLOWED, _ALLOW_OUTSIDE, _CONFIG, _SETTINGS, _TOKEN_FILE, _QUIET, _COLOR,
    _LOG_LEVEL, _LOG_FORMAT, _TIMEOUT,
)  # fmt: skip

_COMMON: Final = (
    _CLUSTER,
    _ENDPOINT_ALLOWED,
    _CONFIG,
    _SETTINGS,
    _many("--overlay", metavar="NAME",
          text="Change services by overlays/NAME.yaml (repeatable).", kind="overlays"),
    _one("--env-file", metavar="FILE",
         text="Read values for declared variables and secrets from FILE."),
    _many("--secret-env", metavar="NAME", text="Take the secret NAME from the environment variable "
          "of the same name where manifests leave it blank (repeatable)."),
    _many("--only", metavar="NAME",
          text="Use only SERVICE, CLUSTER/SERVICE or CLUSTER/; each may be a glob (repeatable).",
          kind="services"),
    _many("--label", "-l", metavar="TERM", text="Use only services with these labels: KEY=VALUE, "
          "KEY!=VALUE, KEY or !KEY; all of several (repeatable).", kind="labels"),
    _ALLOW_OUTSIDE,
    _TOKEN_FILE,
    _VERBOSE,
    _QUIET,
    _COLOR,
    _LOG_LEVEL,
    _LOG_FORMAT,
    _TIMEOUT,
)  # fmt: skip

_ALLOW: Final = click.option(
    "--allow", multiple=True, metavar="WORD:NAME", shell_complete=_names("permissions"),
    help="Permit one guarded step, as the plan names it (repeatable).",
)  # fmt: skip

_PLANNING: Final = (
    click.option("--prune/--no-prune", default=None,
                 help="Remove services of this set that are no longer in the manifests; their data "
                      "is kept."),
    _flag("--hooks", text="Check the notifications of every input bucket."),
    _flag("--strict", text="Treat warnings as errors."),
    click.option("--wait/--no-wait", default=None, envvar="OSCAR_SYNC_WAIT",
                 help="Wait until services are ready: 5 minutes, or as the settings say."),
    click.option("--parallelism", type=Whole(1, 64), default=2, metavar="NUMBER",
                 envvar="OSCAR_SYNC_PARALLELISM",
                 help="Updates to run in parallel on each cluster."),
)  # fmt: skip

HISTORY: Final = click.option(
    "--history", metavar="FOLDER", type=FILE, envvar="OSCAR_SYNC_HISTORY",
    help="Keep the last 200 runs in FOLDER. [default: .oscar-sync beside the settings]",
)  # fmt: skip
YES: Final = click.option("-y", "--yes", is_flag=True, help="Skip the confirmation.")


def refuse_alone(options: dict[str, Any], names: Iterable[str], needed: str) -> None:
    """Raises UsageError: one of *names* is given without the option *needed*, as ``--git URL``."""
    for name in names:
        if options[name.replace("-", "_")]:
            raise UsageError(f"--{name} needs {needed}")


def history_of(options: dict[str, Any]) -> Path | None:
    return Path(options["history"]) if options.get("history") else None


def command(name: str, *examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Return what makes a command of a function, with *examples* at the end of its help."""
    return click.command(name, cls=DescribedCommand, examples=examples)


def common(function: Decorated) -> Decorated:
    return with_options(function, _COMMON)


def one_cluster(function: Decorated) -> Decorated:
    return with_options(function, _ONE_CLUSTER)


def formats(*names: str) -> Callable[[Decorated], Decorated]:
    """Return what adds ``-o`` for the formats *names*; the first is the default."""
    listed = f"{', '.join(names[:-1])} or {names[-1]}"

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        del ctx, param
        return [name for name in names if name.startswith(incomplete)]

    return click.option(
        "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]",
        envvar="OSCAR_SYNC_OUTPUT", help=f"Print {listed}. Write to FILE if given (repeatable).",
        shell_complete=complete,
    )  # fmt: skip


def planning(function: Decorated) -> Decorated:
    return with_options(function, (*_PLANNING, _ALLOW))


def measured(function: Decorated) -> Decorated:
    return with_options(function, (_METRICS,))


def located(function: Decorated) -> Decorated:
    settings = click.option(
        "--settings", metavar="FILE", type=FILE, envvar="OSCAR_SYNC_SETTINGS",
        help="The settings that the runs were made with. [default: the nearest oscar-sync.yaml]",
    )  # fmt: skip
    return with_options(function, (settings,))


def allowing(function: Decorated) -> Decorated:
    return with_options(function, (_ALLOW,))


def with_options(function: Decorated, options: tuple[Any, ...]) -> Decorated:
    for option in reversed(options):
        function = option(function)
    return function
