"""``oscar-sync version``."""

from oscar_sync import __version__
from oscar_sync.cli import options as given
from oscar_sync.cli.output import show_line


@given.command("version", "oscar-sync version")
def command() -> int:
    """Print the version."""
    show_line(f"oscar-sync {__version__}")
    return 0
