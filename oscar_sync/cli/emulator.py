"""``oscar-sync emulator``: an OSCAR with its object store, for one machine."""

import re
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.output import show_line
from oscar_sync.errors import MissingExtraError
from oscar_sync.model.exits import Exit


def _seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    del ctx, param
    match = re.fullmatch(r"(\d+(?:\.\d+)?)s?", value)
    if not match:
        raise click.BadParameter("write seconds, like 6s")
    return float(match[1])


@given.command(
    "emulator",
    "oscar-sync emulator",
    "oscar-sync emulator --port 0 --s3-port 0 --admin",
)
@click.option("--host", default="127.0.0.1", help="Address to bind to.")
@click.option("--port", default=8080, help="Port of OSCAR; 0: a free one.")
@click.option(
    "--s3-port", default=9000, help="Port of the object store; 0: a free one.", show_default=True
)
@click.option("--user", default="oscar", help="User name of the Basic log-in.")
@click.option(
    "--password",
    default=None,
    envvar="OSCAR_SYNC_EMULATOR_PASSWORD",
    help="Password of the Basic log-in; a random one if not given.",
)
@click.option("--admin", is_flag=True, help="Serve /_emulator/ (reset, wipe, faults).")
@click.option("--ready-file", metavar="FILE", help="Write FILE when ready; implies --admin.")
@click.option("--run-scripts", is_flag=True, help="Run the services' scripts with /bin/sh.")
@click.option("--hold-workloads", is_flag=True, help="Do not run any pods.")
@click.option(
    "--minio-restart",
    default="0",
    callback=_seconds,
    metavar="SECONDS",
    help="Restart the object store for SECONDS after each create and delete (real: 6s).",
)
@click.option("--kube-qps", default=0.0, help="Kubernetes calls per second (real: 5; 0: no limit).")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="'METHOD PATH[#N]:KIND[=ARG]'",
    help="Inject this fault into matching requests (repeatable).",
)
@click.option(
    "--oidc-issuer",
    "oidc_issuers",
    multiple=True,
    metavar="URL",
    help="Accept bearer tokens of this local provider (repeatable).",
)
@click.option(
    "--oidc-groups",
    default="",
    show_default=False,
    metavar="G1,G2",
    help="Groups whose members may log in.",
)
@click.option(
    "--oscar-version",
    default="4.1.2",
    help="Release to emulate: 3.6.4, 3.6.5, 3.7, 4.0, 4.1, or a patch of the last three.",
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
        place = f"{error.filename}: " if error.filename else ""
        say(f"error: {place}{error.strerror or error}; choose another --port or --s3-port")
        return Exit.USAGE
