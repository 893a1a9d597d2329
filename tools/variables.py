"""The page of environment variables: those of options, from click, and those that code reads."""

from collections.abc import Iterator
from typing import Final

import click

from oscar_sync.cli.lazy import LazyGroup
from oscar_sync.cli.main import cli
from oscar_sync.settings.logins import NOTEBOOK_TOKENS

VARIABLES: Final = {
    "OSCAR_ENDPOINT": "Address of the cluster, where no file names one; the log-in of the "
    "environment goes there alone.",
    "OSCAR_SYNC_ENDPOINTS": "Origins that may have credentials, with commas between them.",
    "OSCAR_TOKEN": "OIDC access token.",
    "OIDC_ACCESS_TOKEN": "The same, as other tools name it.",
    "OSCAR_USERNAME": "Basic user, with `OSCAR_PASSWORD`.",
    "OSCAR_PASSWORD": "Basic password.",
    "TOKEN_FILE_PATH": "File with an access token, read for each request.",
    "OIDC_AGENT_ACCOUNT": "Account of oidc-agent.",
    "OSCAR_CLI_CONFIG_FILE": "oscar-cli's file, in place of `~/.oscar-cli/config.yaml`.",
    "OSCAR_SYNC_FINGERPRINT_KEY": "Key of the fingerprints of secrets, 32 characters or more.",
    "OSCAR_SYNC_WEBHOOK": "Where drift and failures are told; an address, kept secret.",
    "REQUESTS_CA_BUNDLE": "File of certificates to trust, where a cluster has no `ca_bundle`.",
    "SSL_CERT_FILE": "The same, where `REQUESTS_CA_BUNDLE` is not set; else the system's count.",
    "GITHUB_STEP_SUMMARY": "File that `-o github` appends the Markdown to; GitHub sets it.",
    "XDG_CACHE_HOME": "Where the locks lie, in place of `~/.cache`.",
    "NO_COLOR": "Not blank: no colour.",
    "FORCE_COLOR": "Not blank: colour, though it is not a terminal.",
}
_INTRODUCTION: Final = """\
An option on the command line counts before its variable, and that before the settings. What gives
consent (`--yes`, `--allow`, `--prune`) has no variable."""
_LOGINS: Final = f"""\
## Which log-in counts

An entry of `clusters:`, or of oscar-cli's file, uses its own: `token`, `token_file`,
`oidc_account_name`, `oidc_refresh_token`, `auth_user` with `auth_password`, in this order. An entry
that has none, and a cluster that `--cluster https://…` or `OSCAR_ENDPOINT` names, take the first of
these: `--token-file`, `OSCAR_TOKEN`, `OIDC_ACCESS_TOKEN`, `OSCAR_USERNAME` with `OSCAR_PASSWORD`,
`TOKEN_FILE_PATH`, the files of notebooks
({", ".join(f"`{path}`" for path in NOTEBOOK_TOKENS)}),
the entry of oscar-cli's file with that address, `OIDC_AGENT_ACCOUNT`. `--token-file` counts before
an entry's own where the run has one cluster. Where `OSCAR_ENDPOINT` is set, all of these but
oscar-cli's go to that origin alone. `oscar-sync settings` shows which log-in it is. No
option takes a secret as its value.

`OSCAR_SYNC_ENDPOINTS`, or `--endpoint-allowed` for each, names the origins (`https://HOST`) that
may have any credential at all: clusters, their stores and the storage providers of seeds. An
address that a file writes with `${{NAME}}` must be one of them, or `OSCAR_ENDPOINT`
([security.md](security.md)). In CI (`CI=true`) a run without that list is warned.

Beside these, a secret that a service declares and no file gives takes the variable of its name
where `secrets_from_env` or `--secret-env` lists it ([secrets.md](secrets.md)), and settings may
name any variable as `${{NAME}}`. Proxies are taken from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
and `NO_PROXY`, in small letters too: `http://` or `https://` addresses, with a log-in where the
proxy wants one, and with `pip install 'oscar-sync[socks]'` also `socks5h://` (`ssh -D`),
`socks5://`, `socks4a://` and `socks4://`. Files are uploaded without
the fast uploader where it would read the environment by itself, or cannot be told what holds: with
an `AWS_*` variable, a file of CAs, a proxy with a log-in or over SOCKS, or one that `NO_PROXY`
exempts the store from. The plan says so.
"""


def option_variables() -> dict[str, str]:
    """Return the variables of options, each with the option, in the order of the commands."""
    context = click.Context(cli, info_name="oscar-sync")
    return {
        item.envvar: f"`{max(item.opts, key=len)}`. {item.help or ''}"
        for command in _commands(cli, context)
        for item in command.params
        if isinstance(item, click.Option) and isinstance(item.envvar, str)
    }


def page() -> str:
    """Return the page."""
    lines = [
        "# Environment variables",
        "",
        _INTRODUCTION,
        "",
        *_table(VARIABLES),
        "",
        "## Options",
        "",
        *_table(option_variables()),
        "",
        _LOGINS,
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(rows: dict[str, str]) -> Iterator[str]:
    yield from ("| variable | what it is |", "|---|---|")
    for name, text in rows.items():
        yield f"| `{name}` | {text.replace('|', chr(92) + '|')} |"


def _commands(group: LazyGroup, context: click.Context) -> Iterator[click.Command]:
    for name in group.table:
        command = group.get_command(context, name)
        if isinstance(command, LazyGroup):
            yield from _commands(command, context)
        elif command:
            yield command
