"""A project on disk and an emulated cluster, as the tests of the command line have them."""

from tests.cli.conftest import project

__all__ = ["project"]
