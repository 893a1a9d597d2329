"""``oscar-sync version``."""

import click

from oscar_sync import __version__


@click.command("version")
def command() -> int:
    """Print the version."""
    click.echo(f"oscar-sync {__version__}")
    return 0
