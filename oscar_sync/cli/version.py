"""``oscar-sync version``."""

import click

from oscar_sync import __version__
from oscar_sync.cli.output import show_line


@click.command("version")
def command() -> int:
    """Print the version."""
    show_line(f"oscar-sync {__version__}")
    return 0
