"""``oscar-sync service job``."""

import shlex
from typing import Any

import click

from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line
from oscar_sync.cli.reaching import on_cluster, service_of
from oscar_sync.cli.service.sending import FILE_INPUT, TEXT_INPUT, input_of
from oscar_sync.client.connection import Oscar
from oscar_sync.render.usage import command_on


@given.command(
    "job",
    "oscar-sync service job thumbnails -f cat.png",
    "oscar-sync service job thumbnails -i Ada -c edge",
)
@click.argument("name", shell_complete=given.SERVICES)
@FILE_INPUT
@TEXT_INPUT
@given.one_cluster
def command(name: str, **options: Any) -> int:
    """Submit a job to a service. OSCAR does not return its name: `service jobs` lists it."""
    data = input_of(options)

    def submit(oscar: Oscar) -> None:
        token = service_of(oscar, name).token
        oscar.submit(name, data, token=token.reveal())
        again = command_on(oscar.cluster, f"service jobs {shlex.quote(name)}")
        show_line(f"{oscar.cluster.id}/{name}: a job is submitted; {again} shows its state")

    return on_cluster(options, (), submit)
