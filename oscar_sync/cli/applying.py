"""From a plan to its report: prompt, lock, execution. Every writing command goes this way."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.cli.border import say
from oscar_sync.cli.event_lines import event_line, summary_line
from oscar_sync.cli.output import BOTTOM, Output, append, for_stderr, tell, write
from oscar_sync.cli.progress import Progress
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.showing import show_documents, show_plan, stdout_paint
from oscar_sync.errors import OutputError
from oscar_sync.model.amounts import plural
from oscar_sync.model.event import Event
from oscar_sync.model.exits import Exit
from oscar_sync.model.outcome import apply_exit, worst
from oscar_sync.model.plan import Plan
from oscar_sync.model.report import RunReport
from oscar_sync.reconcile.closing import closing_hints
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.once import ApplyOptions, Pass, Stop, apply_once, locked
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.render.plan_text import plan_text
from oscar_sync.render.report import report_sentence, report_text
from oscar_sync.render.subject import Subject
from oscar_sync.render.words import erased_briefly, safe

Content = TypeVar("Content", str, Subject)


class ApplyRun(Struct, frozen=True):
    outputs: Sequence[Output]
    record: RunRecord
    color: str = "auto"
    is_yes: bool = False
    is_quiet: bool = False
    verbose: bool = False
    again: str = "oscar-sync apply --yes"
    word: str = "yes"
    parallelism: int = 2
    wait_s: float | None = None
    is_waiting: bool = True


def carry_out(planned: Pass, how: ApplyRun, connections: Connections) -> Exit:
    """Raises LockedError: another run on this machine works on one of the clusters."""
    plan = planned.draft.plan
    how.record.planned(planned)
    for output in how.outputs:
        if output.format == "events" and output.file:
            write(output, "")
    shown = [output for output in how.outputs if output.format == "text"]
    show_plan(planned, shown, how.color, how.record.command, verbose=how.verbose)
    if not plan.actions:
        return _finish(planned, RunReport(plan), how, is_sent=False)
    if not how.is_yes and not _is_confirmed(plan, how):
        return _unconfirmed(planned, how)
    with signals(Stop()) as stop:
        stack, notes = locked(planned, connections.environ)
        for note in notes:
            _note(note)
        with stack:
            progress = Progress(plan, is_quiet=how.is_quiet)
            options = ApplyOptions(
                how.parallelism,
                how.wait_s,
                how.is_waiting,
                on_event=_events(how, progress),
                on_note=_note,
                stop=stop,
            )
            report = apply_once(planned, options, connections)
            progress.end()
    hints = closing_hints(report, planned, is_brief=not how.verbose)
    return _finish(planned, replace(report, hints=hints), how, is_sent=True)


def _note(text: str) -> None:
    say(f"note: {text}")


def _events(how: ApplyRun, progress: Progress) -> Callable[[Event], None]:
    streams = [output for output in how.outputs if output.format == "events"]

    def on_event(event: Event) -> None:
        progress.on_event(event)
        for output in tuple(streams):
            if not _is_kept(append, output, event_line(event)):
                streams.remove(output)

    return on_event


def _finish(planned: Pass, report: RunReport, how: ApplyRun, *, is_sent: bool) -> Exit:
    code = apply_exit(report)
    is_kept = True
    how.record.reported(report)
    for output in how.outputs:
        match output.format:
            case "text" if is_sent:
                paint = stdout_paint(how.color)
                is_kept &= _is_kept(write, output, "\n" + report_text(report, paint=paint))
            case "events":
                is_kept &= _is_kept(append, output, summary_line(int(code), report))
            case _:
                continue
    subject = subject_of(planned, how.record.command, report)
    for output in how.outputs:
        is_kept &= _is_kept(_document, output, subject)
    if is_kept:
        return code
    say(f"the run itself: {report_sentence(report)}")
    return worst((code, Exit.UNEXPECTED))


def _document(output: Output, subject: Subject) -> None:
    show_documents(subject, [output])


def _is_kept(put: Callable[[Output, Content], None], output: Output, content: Content) -> bool:
    """Tell whether *content* could be written: a full disk stops no request, it is reported."""
    try:
        put(output, content)
    except BrokenPipeError:
        return True  # whoever read it, such as head, has seen enough
    except OutputError as error:
        say(f"error: {error}")
        return False
    return True


def question(plan: Plan, word: str = "yes") -> str:
    names = sorted({action.key.cluster for action in plan.actions})
    words = f"Apply {plural(len(plan.actions), 'change')} to {', '.join(names)}"
    erased = [item for action in plan.actions for item in action.erases]
    for item in erased:
        words += f" and delete {erased_briefly(item)}"
    if extra := plan.loss.extra_objects:
        words += f" and delete {plural(extra, 'extra object')}"
    return f'{safe(words)}? Only "{safe(word)}" is accepted:'


def _is_confirmed(plan: Plan, how: ApplyRun) -> bool:
    if not sys.stdin.isatty():
        return False
    if not any(output.format == "text" and not output.file for output in how.outputs):
        tell(for_stderr(plan_text(plan, command=how.record.command, verbose=how.verbose)))
    asked = for_stderr(question(plan, how.word))
    answer = click.prompt(asked, prompt_suffix=" ", default="", err=True, show_default=False)
    return bool(answer == how.word)


def _unconfirmed(planned: Pass, how: ApplyRun) -> Exit:
    if sys.stdin.isatty():
        say("Nothing was sent.")
        return Exit.OK
    is_bound = how.record.command == "apply"
    words = "apply exactly this plan" if is_bound else "carry it out"
    say(f"nothing was sent: there is no terminal to ask on. To {words}, run:")
    # A plan file that was given binds more than its digest: how much may be deleted.
    expect = f" --expect {planned.draft.plan.digest}" if is_bound else ""
    say(f"  {how.again}{'' if '--expect' in how.again else expect}")
    for output in how.outputs:
        if output.format == "events":
            append(output, summary_line(int(Exit.NO_TERMINAL)))
    show_documents(subject_of(planned, f"{how.record.command} (not confirmed)"), how.outputs)
    return Exit.NO_TERMINAL


def _nothing() -> None:
    """Leave the terminal as it is."""


@contextmanager
def signals(stop: Stop, leave: Callable[[], None] = _nothing) -> Iterator[Stop]:
    """Let Ctrl-C and SIGTERM end the run after the request under way; a second Ctrl-C at once.

    *leave* is called before the process ends at once.

    Raises:
        KeyboardInterrupt: a signal came while the run was idle and did not wait.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.event.is_set() and number == signal.SIGINT:
            leave()
            os._exit(int(Exit.INTERRUPTED))
        if not (stop.is_idle or stop.event.is_set()):
            words = "ending after the request under way; Ctrl-C again stops at once\n"
            os.write(2, ((BOTTOM.erasing() or "\n") + words).encode())
        stop.set(is_terminated=number == signal.SIGTERM)
        if stop.end_wait:
            stop.end_wait()
        elif stop.is_idle:
            raise KeyboardInterrupt

    if hasattr(signal, "SIGPIPE"):
        # A reader that leaves, such as head, would end the run between two requests.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, action in before.items():
            signal.signal(number, action)
