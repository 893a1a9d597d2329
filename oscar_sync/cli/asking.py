"""Asking before one write, where no plan is shown."""

import sys

import click

from oscar_sync.cli.border import say
from oscar_sync.cli.output import for_stderr
from oscar_sync.model.exits import Exit


def is_confirmed(question: str, *, is_yes: bool, hint: str = "--yes") -> Exit | None:
    """Return None to go on, else the exit code of a run that sends nothing.

    *hint* are the options that confirm it without a question.
    """
    if is_yes:
        return None
    if not sys.stdin.isatty():
        say(f"{question}\nnothing was sent: there is no terminal to ask on; to confirm, add {hint}")
        return Exit.NO_TERMINAL
    asked = for_stderr(f'{question} Only "yes" is accepted:')
    answer = click.prompt(asked, prompt_suffix=" ", default="", err=True, show_default=False)
    if answer == "yes":
        return None
    say("Nothing was sent.")
    return Exit.OK
