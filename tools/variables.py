"""The page of environment variables: those of options, from click, and those that code reads."""

from collections.abc import Iterator
from typing import Final

import click

from oscar_sync.cli.lazy import LazyGroup
from oscar_sync.cli.main import cli
from oscar_sync.settings.logins import NOTEBOOK_TOKENS

VARIABLES: Final = {
    "OSCAR_ENDPOINT": "Address of the cluster, if no file names one; the log-in of the "
    "environment goes only there.",
    "OSCAR_SYNC_ENDPOINTS": "Origins that may receive credentials, separated by commas.",
    "OSCAR_TOKEN": "OIDC access token.",
    "OIDC_ACCESS_TOKEN": "The same, as other tools name it.",
    "OSCAR_USERNAME": "Basic user, with `OSCAR_PASSWORD`.",
    "OSCAR_PASSWORD": "Basic password.",
    "TOKEN_FILE_PATH": "File with an access token, read for each request.",
    "OIDC_AGENT_ACCOUNT": "Account of oidc-agent.",
    "OSCAR_CLI_CONFIG_FILE": "oscar-cli's file, instead of `~/.oscar-cli/config.yaml`.",
    "OSCAR_SYNC_FINGERPRINT_KEY": "Key of the fingerprints of secrets, 32 characters or more.",
    "OSCAR_SYNC_WEBHOOK": "Address that receives drift and failures; kept secret.",
    "OSCAR_SYNC_WEBHOOK_FORMAT": "What it receives: `json` (the default), `slack`, `mattermost` or "
    "`matrix`.",
    "REQUESTS_CA_BUNDLE": "File of certificates to trust, if a cluster has no `ca_bundle`.",
    "SSL_CERT_FILE": "The same, if `REQUESTS_CA_BUNDLE` is not set; else the system's.",
    "GITHUB_STEP_SUMMARY": "File that `-o github` appends the Markdown to; GitHub sets it.",
    "XDG_CACHE_HOME": "Folder of the locks, instead of `~/.cache`.",
    "NO_COLOR": "Not blank: no colour.",
    "FORCE_COLOR": "Not blank: colour, also without a terminal.",
}
_INTRODUCTION: Final = """\
An option wins over its variable, and that over the settings. [commands.md](commands.md) names the
variable of each option: `--env-file` has `OSCAR_SYNC_ENV_FILE`. What permits something (`--yes`,
`--allow`, `--prune`) has none."""
_LOGINS: Final = f"""\
## Which log-in is used

An entry of `clusters:`, or of oscar-cli's file, uses its own: `token`, `token_file`,
`oidc_account_name`, `oidc_refresh_token`, `auth_user` with `auth_password`, in this order. An entry
without one, and a cluster that `--cluster https://…` or `OSCAR_ENDPOINT` names, use the first of:

1. `--token-file` (before an entry's own, if the run has one cluster)
2. `OSCAR_TOKEN`, `OIDC_ACCESS_TOKEN`
3. `OSCAR_USERNAME` with `OSCAR_PASSWORD`
4. `TOKEN_FILE_PATH`, the files of notebooks
   ({", ".join(f"`{path}`" for path in NOTEBOOK_TOKENS)})
5. the entry of oscar-cli's file with that address
6. `OIDC_AGENT_ACCOUNT`

If `OSCAR_ENDPOINT` is set, all of these except oscar-cli's go only to that origin.
`oscar-sync settings` shows which log-in is used. No option takes a secret as its value.

`OSCAR_SYNC_ENDPOINTS`, or `--endpoint-allowed` for each, names the only origins (`https://HOST`)
that may receive credentials ([why](security.md#pull-requests-from-strangers)): clusters, their
stores and the storage providers of seeds. An address that a file writes with `${{NAME}}` must be
one of them, or `OSCAR_ENDPOINT`.

Secrets of services: [secrets.md](secrets.md).

## Proxies

`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, also in lower case: `http://` or `https://`
addresses, with a log-in if needed; with `pip install 'oscar-sync[socks]'` also `socks5h://`
(`ssh -D`), `socks5://`, `socks4a://` and `socks4://`. Where an `AWS_*` variable, a certificate file
or some proxies keep the fast uploader of files from being used, the plan says so.
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
