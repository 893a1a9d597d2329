"""Writes the reference pages from what they describe: fields, commands, settings, codes, and more.

Run ``python -m tools.reference``; a test holds that the pages are fresh.
"""

import inspect
import textwrap
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from oscar_sync.cli.command_help import CommonOption, DescribedCommand
from oscar_sync.cli.lazy import LazyGroup
from oscar_sync.cli.main import cli
from oscar_sync.manifests.codes import TITLES as MANIFEST_TITLES
from oscar_sync.model.fdl_fields import REMOVED_KEYS, SERVER_OWNED, SERVICE
from oscar_sync.model.field import Change, Compare, Field, Kind
from oscar_sync.model.settings_fields import ALWAYS_SHOWN, SETTINGS, WARNINGS
from oscar_sync.planning.doctor.codes import TITLES as FINDING_TITLES
from oscar_sync.settings.codes import TITLES as SETTINGS_TITLES
from tools import reasons, releases, variables

DOCS = Path(__file__).parents[1] / "docs"
_FIELDS_INTRODUCTION = (
    "FDL is read as oscar-cli and the server read it; there is no field of our own. A scalar in a "
    "text field is taken as written. What the columns mean: *default* is what the server makes of "
    "an omitted field; *change* says what another value takes (`update`: one PUT; `replace`: no "
    "PUT can do it); *since* is the first release that has the field."
)
_SETTINGS_INTRODUCTION = (
    "Optional and strict: an unknown key is an error. `oscar-sync schema settings` prints the JSON "
    "Schema, `oscar-sync settings` each value and where it came from. `${NAME}` and "
    "`${NAME:-default}` are substituted in the log-in and the addresses of clusters, in `from` of "
    "seeds and in overlays (what they put in is shown as it is written), never in FDL files; "
    "`$${NAME}` stands for the text `${NAME}`."
)
_CODES_INTRODUCTION = (
    "A code is stable and never used for anything else. OSY1xx: manifests; 2xx: settings; 3xx: "
    "clusters and credentials; 4xx: services, and 42x: before an upgrade; 6xx: the object store "
    "and volumes. What has 4xx and 6xx is found by `oscar-sync doctor` ([doctor.md](doctor.md)). "
    "`rules: {OSY182: off}` in the settings turns a warning off, `error` makes it stop a run; the "
    "last column says which codes can be warnings. What is an error stays one. `-v` counts what "
    "is turned off."
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
prune: false
max_removals: 3
env_file: .env
removed:
- plants                         # undeployed on every cluster; its buckets stay
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
cluster entry of oscar-cli's file can be pasted as it is. The nearest `oscar-sync.yaml` counts, from
the first PATH upward to the root of its git work tree; `--settings FILE` names another. One in the
working directory, or between it and PATH, that is not used gives a warning. Without a
`set` nothing is stamped, and nothing is ever a candidate for removal.

A seed goes to the cluster's own store (`minio.default:BUCKET/FOLDER`), or to a provider that the
service's FDL defines: `webdav.ID:FOLDER`, `onedata.ID:FOLDER`, `minio.ID:BUCKET/FOLDER`,
`s3.ID:BUCKET/FOLDER`. Only files whose content differs are uploaded; where a server keeps no
checksums, files of the same size are fetched to be compared.
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
        "| field | kind | default | change | since | what it is |",
        "|---|---|---|---|---|---|",
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


def _wrapped(text: str) -> str:
    """Return *text* in lines of prose."""
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)


def _default(field: Field) -> str:
    """Return the default of *field* as YAML writes it, blank if that says nothing."""
    value = field.default
    if value in (None, "", [], {}):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _rows(fields: tuple[Field, ...], prefix: str) -> Iterator[str]:
    for field in fields:
        marks = []
        if field.is_required:
            marks.append("required")
        if field.is_secret:
            marks.append("secret")
        if field.compare is not Compare.EXACT:
            marks.append(f"compared as {field.compare}")
        if field.choices:
            marks.append("one of " + ", ".join(f"`{choice}`" for choice in field.choices if choice))
        extra = f" ({'; '.join(marks)})" if marks else ""
        since = "v" + ".".join(map(str, field.since)) if any(field.since) else ""
        change = "replace" if field.change is Change.REPLACE else "update"
        yield (
            f"| `{prefix}{field.name}` | {field.kind} | {_default(field)} | {change} | {since} | "
            f"{field.doc}{extra} |"
        )
        yield from _rows(field.children, f"{prefix}{field.name}.")


def _commands() -> str:
    context = click.Context(cli, info_name="oscar-sync")
    plan = cli.get_command(context, "plan")
    common = [item for item in plan.params if isinstance(item, CommonOption)] if plan else []
    lines = ["# Commands", "", "An option means the same on every command.", ""]
    lines += ["## Common options", "", *_options(common)]
    return "\n".join([*lines, *_group(cli, context, {item.opts[0] for item in common})])


def _group(group: LazyGroup, context: click.Context, common: Collection[str]) -> Iterator[str]:
    for name, row in group.table.items():
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(name)
        within = click.Context(command, parent=context, info_name=name)
        aliases = f" ({', '.join(f'`{alias}`' for alias in row.aliases)})" if row.aliases else ""
        yield from (f"## {within.command_path}{aliases}", "")
        yield from _paragraphs(command.help if context.parent else row.help)
        if isinstance(command, LazyGroup):
            yield from (*_paragraphs(command.epilog), *_group(command, within, common))
            continue
        usage = " ".join(command.collect_usage_pieces(within))
        yield from (f"`{within.command_path} {usage}`".replace(" `", "`"), "")
        yield from _options(
            [
                item
                for item in command.params
                if isinstance(item, click.Option) and not isinstance(item, CommonOption)
            ]
        )
        yield from _common_of(command, common)
        if isinstance(command, DescribedCommand):
            listed = ", ".join(f"`{line}`" for line in command.examples)
            yield from (_wrapped(f"Examples: {listed}."), "")


def _common_of(command: click.Command, common: Collection[str]) -> Iterator[str]:
    taken = [item.opts[0] for item in command.params if isinstance(item, CommonOption)]
    if len(taken) == len(common):
        yield from ("It takes all common options.", "")
    elif taken:
        listed = ", ".join(f"`{name}`" for name in taken)
        yield from (_wrapped(f"Of the common options it takes {listed}."), "")


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text or "").split("\n\n"):
        yield from (_wrapped(paragraph), "")


def _options(options: Sequence[click.Option]) -> Iterator[str]:
    if options:
        yield from ("| option | what it does | environment |", "|---|---|---|")
        yield from map(_option, options)
        yield ""


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    kind = option.type
    values = option.metavar or ""
    if isinstance(kind, click.Choice):
        values = "|".join(map(str, kind.choices))
    variable = f"`{option.envvar}`" if isinstance(option.envvar, str) else ""
    default = option.default if isinstance(option.default, str | int | float) else ""
    shown = "" if option.is_flag or default == "" else f" Else `{default}`."
    cells = f"{names} {values}".rstrip(), (option.help or "") + shown, variable
    return reasons.row(*cells)


def _settings() -> str:
    lines = [
        "# Settings: oscar-sync.yaml",
        "",
        _wrapped(_SETTINGS_INTRODUCTION),
        "",
        "| key | default | what it is |",
        "|---|---|---|",
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
        yield f"| `{prefix}{field.name}` | {_default(field)} | {field.doc} |"
        yield from _keys(field.children, f"{prefix}{field.name}{_BELOW.get(field.kind, '.')}")


def _diagnostics() -> str:
    lines = [
        "# Codes of diagnostics",
        "",
        _wrapped(_CODES_INTRODUCTION),
        "",
        "| code | what it says | `rules` |",
        "|---|---|---|",
    ]
    titles = {str(code): text for code, text in MANIFEST_TITLES.items()}
    titles |= {str(code): text for code, text in SETTINGS_TITLES.items()}
    titles |= {str(code): text for code, text in FINDING_TITLES.items()}
    levels = {code: "may be raised" if code in ALWAYS_SHOWN else "yes" for code in WARNINGS}
    lines += [
        f"| {code} | {title} | {levels.get(code, '')} |" for code, title in sorted(titles.items())
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
