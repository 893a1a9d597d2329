"""What a watch carries out: creates, updates, seeds and notifications; never what takes away."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import click
from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.cli.applying import question
from oscar_sync.cli.border import say
from oscar_sync.cli.event_lines import event_line, summary_line
from oscar_sync.cli.output import BOTTOM, Output, append
from oscar_sync.cli.screen import Screen
from oscar_sync.errors import LockedError
from oscar_sync.model.action import ActionKind
from oscar_sync.model.event import Event
from oscar_sync.model.outcome import apply_exit
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport
from oscar_sync.planning.digest import plan_digest
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.once import ApplyOptions, Pass, Stop, apply_once, locked
from oscar_sync.render.paint import Paint
from oscar_sync.render.report import report_text

_CARRIED_OUT: Final = frozenset(
    {
        *(ActionKind.CREATE, ActionKind.UPDATE, ActionKind.SEED, ActionKind.HOOK),
        *(ActionKind.CREATE_BUCKET, ActionKind.SHARE_BUCKET, ActionKind.ADOPT_BUCKET),
        ActionKind.CREATE_VOLUME,
    }
)


def without_removals(planned: Pass) -> Pass:
    """Return *planned* with only what ``watch --apply`` may carry out (product 3)."""
    # A seed that deletes extra objects is left out as a whole, its uploads too: a folder that is
    # being edited, or checked out again, lacks files for a moment.
    plan = planned.draft.plan
    actions = tuple(
        action for action in plan.actions if action.kind in _CARRIED_OUT and not action.deletes_data
    )
    if len(actions) == len(plan.actions):
        return planned
    note = "removals and deletions are left out: run oscar-sync apply for them"
    changed = replace(plan, actions=actions, notes=(*plan.notes, note))
    changed = replace(changed, digest=plan_digest(changed))
    return replace(planned, draft=replace(planned.draft, plan=changed))


def can_ask() -> bool:
    return sys.stdin.isatty()


def is_agreed(plan: Plan, screen: Screen) -> bool | None:
    """Tell whether the user wants *plan* to be carried out, None where there is nobody to ask."""
    if not can_ask():
        return None
    BOTTOM.put(None)
    with screen.keys.given_back():
        prompt = question(plan)
        answer = click.prompt(prompt, prompt_suffix=" ", default="", show_default=False, err=True)
    return bool(answer == "yes")


class How(Struct, frozen=True):
    outputs: Sequence[Output]
    paint: Paint
    parallelism: int
    on_event: Callable[[Event], None]


def put(outputs: Sequence[Output], name: str, text: Callable[[], str]) -> None:
    for output in outputs:
        if output.format == name:
            append(output, text())


def carry_out(
    planned: Pass, connections: Connections, stop: Stop, screen: Screen, how: How
) -> RunReport | None:
    """Return what became of *planned*, shown as it happens; None where another run has the lock."""

    def show(name: str, text: Callable[[], str]) -> None:
        with suppress(BrokenPipeError):  # a reader that leaves, such as head, ends no run
            put(how.outputs, name, text)

    def on_event(event: Event) -> None:
        screen.on_event(event)
        how.on_event(event)
        show("events", lambda: event_line(event))

    try:
        stack, notes = locked(planned, connections.environ)
    except LockedError as error:
        screen.say(str(error))
        return None
    for note in notes:
        say(f"note: {note}")
    stop.is_idle = False
    with stack:
        options = ApplyOptions(how.parallelism, on_event=on_event, stop=stop)
        report = apply_once(planned, options, connections)
    stop.is_idle = True
    show("events", lambda: summary_line(int(apply_exit(report)), report))
    show("text", lambda: report_text(report, paint=how.paint))
    return report
