"""What ``start``, ``stop`` and ``restart`` share."""

from collections.abc import Callable, Sequence
from typing import Any

from oscar_sync.cli.border import say
from oscar_sync.cli.output import show_line
from oscar_sync.cli.reaching import on_cluster
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Deployment
from oscar_sync.errors import BadAnswerError
from oscar_sync.model.exits import Exit


def switch(
    options: dict[str, Any],
    names: Sequence[str],
    act: Callable[[Oscar, str], Deployment],
    word: str,
) -> int:
    """Return the exit code after doing *act* to each of *names*; one that fails stops no other."""

    def run(oscar: Oscar) -> Exit:
        failed = 0
        for name in dict.fromkeys(names):
            key = f"{oscar.cluster.id}/{name}"
            try:
                state = act(oscar, name)
            except BadAnswerError as error:
                say(f"error: {error}")
                failed += 1
                continue
            reason = f" ({state.reason})" if state.reason else ""
            show_line(f"{key}: {word}; it is {state.state} now{reason}")
        return Exit.OK if not failed else _failed(failed, len(set(names)))

    return on_cluster(options, (), run)


def _failed(failed: int, total: int) -> Exit:
    return Exit.UNREACHABLE if failed == total else Exit.PARTIAL
