"""``oscar-sync service``: what oscar-cli users know, on one cluster."""

from typing import Final

import click

from oscar_sync.cli.lazy import Command, LazyGroup

COMMANDS: Final = {
    "list": Command("service.listing", "List the services that I can see.", ("ls",)),
    "get": Command("service.get", "Show a service as YAML, its secrets masked.", ("g",)),
    "run": Command("service.run", "Invoke a service and wait for its answer.", ("invoke", "r")),
    "job": Command("service.job", "Submit a job of a service; nobody waits for it.", ("j",)),
    "jobs": Command("service.jobs", "List the jobs of a service with their states."),
    "logs": Command("service.logs", "Show what a service or a job wrote.", ("log", "l")),
    "start": Command("service.start", "Start exposed services that were stopped."),
    "stop": Command("service.stop", "Stop exposed services until they are started."),
    "restart": Command("service.restart", "Replace the containers of exposed services."),
}


@click.group(
    "service",
    cls=LazyGroup,
    table=COMMANDS,
    epilog="The cluster: -c, else where oscar-sync.yaml sends every key, else oscar-cli's default, "
    "else the only one known.",
)
def command() -> None:
    """List, show, run, start and stop services of one cluster; read their logs."""
