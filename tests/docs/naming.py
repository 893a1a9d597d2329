"""What a command line of a page names, held against click."""

import re

import click

from oscar_sync.cli.lazy import LazyGroup
from oscar_sync.cli.main import cli

__all__ = ["calls", "every_command", "options_of", "unknown"]

CONTEXT = click.Context(cli, info_name="oscar-sync")
# Not where another program takes the word: `kubectl -n oscar-sync`, `podman -t oscar-sync`.
CALL = re.compile(r"(?<![\w/.'=-])(?<!-[nt] )oscar-sync ([^\n`|;#)&>\\]*)")


def calls(code):
    """Return the command lines of oscar-sync in *code*, without its name."""
    return CALL.findall(code)


def options_of(command):
    listed = [name for item in command.params for name in (*item.opts, *item.secondary_opts)]
    return {"--help", "-h", "--version", *listed}


def every_command(group):
    yield group
    for name in group.table:
        command = group.get_command(CONTEXT, name)
        yield from every_command(command) if isinstance(command, LazyGroup) else (command,)


def unknown(words):
    """Return what the command line *words* names that there is not."""
    command: click.Command = cli
    while isinstance(command, LazyGroup) and words and re.match("[a-z]", words[0]):
        below = command.get_command(CONTEXT, words[0].rstrip(".,:"))
        if below is None:
            return [words[0]]
        command, words = below, words[1:]
    named = [
        word.partition("=")[0].strip("[].,:'") for word in words if re.match(r"\[?-+[a-z]", word)
    ]
    return [name for name in named if name not in options_of(command)]
