"""``oscar-sync service``: what oscar-cli users know, on one cluster."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "list": Command("service.listing", "List the services that I can see.", ("ls",)),
    "get": Command("service.get", "Show a service as YAML, its secrets masked.", ("g",)),
    "run": Command("service.run", "Invoke a service and wait for its answer.", ("invoke", "r")),
    "job": Command("service.job", "Submit a job to a service, without waiting for it.", ("j",)),
    "jobs": Command("service.jobs", "List the jobs of a service with their states."),
    "logs": Command("service.logs", "Show the log of a service or a job.", ("log", "l")),
    "start": Command("service.start", "Start stopped exposed services."),
    "stop": Command("service.stop", "Stop exposed services until `service start`."),
    "restart": Command("service.restart", "Replace the containers of exposed services."),
}


@click.group(
    "service",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="Which cluster: -c, else the one that oscar-sync.yaml maps '*' to, else the default of "
    "oscar-cli, else the only one known.",
)
def command() -> None:
    """List, show, run, start and stop services of one cluster; show their logs."""
