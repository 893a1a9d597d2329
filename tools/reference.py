"""Writes the reference pages from what they describe: fields, commands, settings, codes, and more.

Run ``python -m tools.reference``; a test holds that the pages are fresh.
"""

import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import click

from oscar_sync.cli.command_help import CommonOption, DescribedCommand
from oscar_sync.cli.lazy import LazyGroup
from oscar_sync.cli.main import cli
from oscar_sync.cli.showing import PLAN_FORMATS
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.model.fdl_fields import REMOVED_KEYS, SERVER_OWNED, SERVICE
from oscar_sync.model.field import Field, Kind
from oscar_sync.model.settings_fields import ALWAYS_SHOWN, SETTINGS, WARNINGS
from oscar_sync.render.field_text import marks, shown_default
from oscar_sync.settings.codes import SettingsCode
from tools import reasons, releases, variables

DOCS = Path(__file__).parents[1] / "docs"
_FIELDS_INTRODUCTION = (
    "oscar-sync adds no field to FDL. A field without a type is a text, in which a scalar is used "
    "as written. *Default* is the server's value of an omitted field; *since* the first release "
    "that has it; *replace* means that no PUT can change it. `oscar-sync explain FIELD` says what "
    "an update does."
)
_COMMANDS_INTRODUCTION = (
    "Each title is followed by what to write after it, and by other names of the command. An "
    "option means the same on every command. Commands that read files take all common options; "
    "those of one cluster (`service`, `bucket`, `volume`, `storage`, `quota`, `metrics`, `health`, "
    "`cluster`, `federation`) do not take `--overlay`, `--env-file`, `--secret-env`, `--only`, "
    "`--label` and `-v`; `completion`, `emulator`, `demo`, `schema`, "
    "`explain`, `board`, `history`, `help` and `version` take none. `oscar-sync help COMMAND` has "
    "more examples."
)
_TO_FILE = "Write to FILE if given (repeatable)."
_OUTPUT_ROW = """\
- `-o`, `--output` FORMAT[=FILE]: Print table, json or yaml, or what the command names; a
  *report* is text, json, yaml, markdown, html, junit, sarif, github or gitlab. Write to FILE if
  given (repeatable). (`OSCAR_SYNC_OUTPUT`)"""
_REPORT = ", ".join(PLAN_FORMATS)
_REPORT_ALONE = f"{', '.join(PLAN_FORMATS[:-1])} or {PLAN_FORMATS[-1]}"
_PRINTS, _TABLE = "- `-o`: Print ", "table, json or yaml"
_SETTINGS_INTRODUCTION = (
    "Optional; an unknown key is an error. `oscar-sync schema settings` prints the JSON Schema, "
    "`oscar-sync settings` each value and its source. `${NAME}` and `${NAME:-default}` are "
    "substituted in the log-in and the addresses of clusters, in `from` of seeds and in overlays, "
    "never in FDL files; `$${NAME}` is the text `${NAME}`."
)
_CODES_INTRODUCTION = (
    "OSY1xx: manifests; 2xx: settings; 3xx: clusters and credentials; 4xx and 6xx: "
    "[doctor](doctor.md). `rules: {OSY182: off}` in the settings turns a warning off, `error` "
    "makes it stop a run: possible for codes with *rules*, only `error` for those with *raise*. "
    "`-v` counts what is turned off. Codes are stable."
)
_SETTINGS_EXAMPLE = """\
set: imaging
clusters:
  edge-1:
    endpoint: https://oscar.example.org
    auth_user: "${OSCAR_USERNAME}"
    auth_password: "${OSCAR_PASSWORD}"
  lab:
    endpoint: https://lab.example.org
    token_file: tokens/lab
    ca_bundle: lab-ca.pem
  oscar-cluster: edge-1          # a cluster key of FDL files that goes to another entry
  "*": edge-1                    # every key that is named nowhere
env_file: .env
removed:
- plants                         # removed on every cluster; its buckets stay
- {service: edge-1/old, because: "#42"}
- {service: lab/theirs, forget: true}
rules:
  OSY182: off                    # images with the tag latest are meant here
services:
  grayify:
    protect: true
    ignore: [annotations.team]
    wait: 5m
    seeds:
    - {from: models/, to: "minio.default:grayify/models"}
"""
_SETTINGS_NOTES = """\
`removed` and `services` name `SERVICE`, on every cluster that is read, or `CLUSTER/SERVICE`. A
cluster entry of oscar-cli's file can be pasted as it is. The nearest `oscar-sync.yaml` is used,
from the first PATH upward to the root of its git work tree; `--settings FILE` names another.
Without a `set` nothing is marked or pruned.
"""
GENERATED = "<!-- written by `python -m tools.reference`: change what it describes -->\n"


def pages() -> dict[str, str]:
    """Return the text of each generated page."""
    return {
        "fields.md": GENERATED + _fields(),
        "commands.md": GENERATED + _commands(),
        "settings.md": GENERATED + _settings(),
        "diagnostics.md": GENERATED + _diagnostics(),
        "environment.md": GENERATED + variables.page(),
        "reasons.md": GENERATED + reasons.page(),
        "releases.md": GENERATED + releases.page(),
    }


def _fields() -> str:
    lines = [
        "# Fields of an FDL service",
        "",
        _wrapped(_FIELDS_INTRODUCTION),
        "",
        *_rows(SERVICE, ""),
        "",
        _wrapped(
            "Set by the server, never sent from a manifest: "
            + ", ".join(f"`{name}`" for name in sorted(SERVER_OWNED))
            + "."
        ),
        "",
        _wrapped(
            "Ignored by newer servers (a warning says so): "
            + "; ".join(f"`{name}` since {text}" for name, text in REMOVED_KEYS.items())
            + "."
        ),
    ]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: str = "") -> str:
    """Return *text* in lines of prose, those after the first with *indent*."""
    return textwrap.fill(
        text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _rows(fields: tuple[Field, ...], prefix: str) -> Iterator[str]:
    for number, field in enumerate(fields):
        kind = "" if field.kind is Kind.TEXT else f" ({field.kind})"
        extra = f" ({words})" if (words := "; ".join(marks(field))) else ""
        alike = [one for one in fields[:number] if one.children and one.children == field.children]
        same = f" Fields: as `{prefix}{alike[0].name}`." if alike else ""
        yield _wrapped(f"- `{prefix}{field.name}`{kind}: {field.doc}{same}{extra}", "  ")
        if not alike:
            yield from _rows(field.children, f"{prefix}{field.name}.")


def _commands() -> str:
    context = click.Context(cli, info_name="oscar-sync")
    plan = cli.get_command(context, "plan")
    common = [item for item in plan.params if isinstance(item, CommonOption)] if plan else []
    counted = Counter(_option(item) for item in _own_options_below(cli, context))
    shared = {row for row, count in counted.items() if count > 1 and not row.startswith("- `-o`")}
    lines = ["# Commands", "", _wrapped(_COMMANDS_INTRODUCTION), "", "## Common options", ""]
    lines += [*map(_option, common), "", "## Options of several commands", ""]
    lines += [*(row for row in counted if row in shared), _OUTPUT_ROW, ""]
    return "\n".join([*lines, *_group(cli, context, shared)])


def _own_options_below(group: LazyGroup, context: click.Context) -> Iterator[click.Option]:
    for name in group.table:
        command = group.get_command(context, name)
        if isinstance(command, LazyGroup):
            yield from _own_options_below(command, context)
        elif command:
            yield from _own_options(command)


def _own_options(command: click.Command) -> Iterator[click.Option]:
    for item in command.params:
        if isinstance(item, click.Option) and not isinstance(item, CommonOption):
            yield item


def _group(group: LazyGroup, context: click.Context, shared: Collection[str]) -> Iterator[str]:
    for name, row in group.table.items():
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(name)
        within = click.Context(command, parent=context, info_name=name)
        # A group has no arguments: what it takes are its commands.
        pieces = [] if isinstance(command, LazyGroup) else command.collect_usage_pieces(within)[1:]
        usage = " ".join((within.command_path, *pieces))
        aliases = f" ({', '.join(f'`{alias}`' for alias in row.aliases)})" if row.aliases else ""
        yield from (f"## `{usage.removeprefix('oscar-sync ')}`{aliases}", "")
        yield from _paragraphs(command.help if context.parent else row.help)
        if isinstance(command, LazyGroup):
            yield from (*_paragraphs(command.epilog), *_group(command, within, shared))
            continue
        yield from _options(command, shared)
        if isinstance(command, DescribedCommand) and _says_more(
            command.examples[-1], within.command_path
        ):
            yield from (f"`{command.examples[-1]}`", "")


def _says_more(example: str, path: str) -> bool:
    """Tell whether *example* shows more of the command at *path* than its title does."""
    without = re.sub(r" (-c edge|-o json|--board \S+|--board-token-file \S+)", "", example)
    return re.search("[-/.>]", without.removeprefix(path)) is not None


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        yield from (_wrapped(paragraph), "")


def _options(command: click.Command, shared: Collection[str]) -> Iterator[str]:
    """Yield the options of *command* alone, then the names of those that are described above."""
    rows = [(item, _option(item)) for item in _own_options(command)]
    own = [row for _, row in rows if row not in shared and not row.startswith(_PRINTS)]
    yield from own
    if own:
        yield ""
    above = [_named(item, row) for item, row in rows if row not in own]
    if above:
        yield from (_wrapped(f"Also {', '.join(above)}."), "")


def _named(option: click.Option, row: str) -> str:
    if not row.startswith(_PRINTS):
        return f"`{option.opts[-1]}`"
    formats = row.removeprefix(_PRINTS).removesuffix(".")
    return "`-o`" if formats == _TABLE else f"`-o` ({formats})"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    kind = option.type
    values = option.metavar or ""
    if isinstance(kind, click.Choice):
        values = "|".join(map(str, kind.choices))
    variable = f" (`{option.envvar}`)" if isinstance(option.envvar, str) else ""
    default = option.default if isinstance(option.default, str | int | float) else ""
    shown = "" if option.is_flag or default == "" else f" Else `{default}`."
    line = f"- {names} {values}".rstrip() + f": {option.help}{shown}{variable}"
    if (option.help or "").endswith(_TO_FILE):
        text = (option.help or "").removesuffix(_TO_FILE).rstrip()
        text = text.replace(_REPORT_ALONE, "a report").replace(_REPORT, "a report")
        line = f"- `-o`: {text}"
    return _wrapped(line, "  ")


def _settings() -> str:
    lines = [
        "# Settings: oscar-sync.yaml",
        "",
        _wrapped(_SETTINGS_INTRODUCTION),
        "",
        *_keys(SETTINGS, ""),
        "",
        _SETTINGS_NOTES,
        "## An example",
        "",
        f"```yaml\n{_SETTINGS_EXAMPLE}```",
    ]
    return "\n".join(lines) + "\n"


_BELOW: Final = {Kind.BLOCKS: "[].", Kind.BLOCK_MAP: ".NAME."}


def _keys(fields: tuple[Field, ...], prefix: str) -> Iterator[str]:
    for field in fields:
        default = f" [default: `{text}`]" if (text := shown_default(field)) else ""
        yield _wrapped(f"- `{prefix}{field.name}`: {field.doc}{default}", "  ")
        yield from _keys(field.children, f"{prefix}{field.name}{_BELOW.get(field.kind, '.')}")


def _diagnostics() -> str:
    lines = [
        "# Codes of diagnostics",
        "",
        _wrapped(_CODES_INTRODUCTION),
        "",
    ]
    meanings = {str(code): code.meaning for code in (*ManifestCode, *SettingsCode)}
    levels = dict.fromkeys(WARNINGS, " (*rules*)") | dict.fromkeys(ALWAYS_SHOWN, " (*raise*)")
    lines += [f"- {code}: {text}{levels.get(code, '')}" for code, text in sorted(meanings.items())]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
