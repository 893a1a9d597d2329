"""``oscar-sync emulator``: an OSCAR with its object store, for one machine."""

import re
from typing import Any

import click

from oscar_sync.cli.border import say
from oscar_sync.cli.output import show_line
from oscar_sync.errors import MissingExtraError
from oscar_sync.model.exits import Exit


def _seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    del ctx, param
    found = re.fullmatch(r"(\d+(?:\.\d+)?)s?", value)
    if not found:
        raise click.BadParameter("write seconds, like 6s")
    return float(found[1])


@click.command("emulator")
@click.option("--host", default="127.0.0.1", help="Address to bind to.", show_default=True)
@click.option("--port", default=8080, help="Port of OSCAR; 0 picks a free one.", show_default=True)
@click.option("--s3-port", default=9000, help="Port of the store; 0: any.", show_default=True)
@click.option("--user", default="oscar", help="Basic user.", show_default=True)
@click.option(
    "--password",
    default=None,
    envvar="OSCAR_SYNC_EMULATOR_PASSWORD",
    help="Basic password; made at each start if not given.",
)
@click.option("--admin", is_flag=True, help="Offer /_emulator/ (reset, wipe, faults).")
@click.option("--ready-file", metavar="FILE", help="Written whole once it serves; implies --admin.")
@click.option("--run-scripts", is_flag=True, help="Run the services' scripts with /bin/sh.")
@click.option("--hold-workloads", is_flag=True, help="No pod ever runs.")
@click.option(
    "--minio-restart",
    default="0",
    callback=_seconds,
    metavar="SECONDS",
    help="How long a create or delete waits for the store, which refuses at first (6s is real).",
)
@click.option("--kube-qps", default=0.0, help="Kubernetes calls a second (5 is real; 0: any).")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="'METHOD PATH[#N]:KIND[=ARG]'",
    help="Trouble on demand (repeatable).",
)
@click.option(
    "--oidc-issuer",
    "oidc_issuers",
    multiple=True,
    metavar="URL",
    help="Take bearer tokens of this provider, on this machine (repeatable).",
)
@click.option("--oidc-groups", default="", metavar="G1,G2", help="Whose members may log in.")
@click.option(
    "--oscar-version",
    default="4.1.2",
    help="Release to be: 3.6.4, 3.6.5, 3.7, 4.0, 4.1, or a patch of the last three.",
    show_default=True,
)
def command(**options: Any) -> int:
    """Run an OSCAR server with a real S3 object store on this machine. State is in memory."""
    try:
        from oscar_sync.emulator.server import EmulatorOptions, serve
    except ImportError as error:
        missing = MissingExtraError(error.name or "moto", "emulator")
        say(f"error: {missing}")
        return Exit.USAGE
    options["minio_restart_s"] = options.pop("minio_restart")
    options["admin"] = options["admin"] or bool(options["ready_file"])
    options["faults"] = tuple(options["faults"])
    options["oidc_issuers"] = tuple(options["oidc_issuers"])
    groups = (group.strip() for group in options["oidc_groups"].split(","))
    options["oidc_groups"] = tuple(group for group in groups if group)
    try:
        return serve(EmulatorOptions(**options), show_line)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        say(f"error: {error.strerror or error}; choose another --port or --s3-port")
        return Exit.USAGE
