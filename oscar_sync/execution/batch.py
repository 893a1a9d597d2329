"""Plain updates side by side, read back by lists: ten times cheaper than by name (6.3)."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from msgspec import Struct

from oscar_sync.errors import ClusterError
from oscar_sync.execution.effect import wait_for_effect
from oscar_sync.execution.run import TRIES, FailedError, Run, is_same, step_of
from oscar_sync.execution.sender import Reply
from oscar_sync.execution.update import failure_of, finish_update, raise_unless_unknown
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.field import Value
from oscar_sync.model.material import UpdateMaterial
from oscar_sync.model.report import ActionResult
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do
from oscar_sync.semantics.answers import Outcome

READ_BACK_EVERY_S: Final = 2.0


class _Sent(Struct, frozen=True):
    run: Run
    material: UpdateMaterial
    before: LiveService
    body: dict[str, Value]
    reply: Reply

    def is_shown_by(self, live: LiveService | None) -> bool:
        return self.run.shows(live, self.material.form, self.before, self.body, self.reply)

    def is_still_as_before(self) -> bool:
        live = self.run.newest.service(self.run.name)
        return live is not None and is_same(live, self.before) and not self.is_shown_by(live)


_Settle = Callable[[Run, Callable[[], ActionResult]], ActionResult]


def carry_out_batch(
    runs: Sequence[tuple[Run, UpdateMaterial]],
    parallelism: int,
    settle: _Settle,
    on_result: Callable[[ActionResult], None],
) -> None:
    """Send each update of *runs* and report each result as soon as it is read back.

    *settle* turns whatever an action raises into its result. A PUT that was plainly not applied
    is sent again, at most three times in all.
    """
    pending = list(runs)
    for attempt in range(TRIES):
        again: list[tuple[Run, UpdateMaterial]] = []
        for sent in _sent(pending, parallelism, settle, on_result):
            if attempt < TRIES - 1 and _may_be_sent_again(sent):
                again.append((sent.run, sent.material))
            else:
                on_result(settle(sent.run, _Finish(sent)))
        pending = again


def _sent(
    runs: Sequence[tuple[Run, UpdateMaterial]],
    parallelism: int,
    settle: _Settle,
    on_result: Callable[[ActionResult], None],
) -> Iterator[_Sent]:
    """Yield each update after a list that is younger than its PUT was read."""
    with ThreadPoolExecutor(max(1, parallelism)) as pool:
        waiting = {pool.submit(_send, run, material): run for run, material in runs}
        while waiting:
            done, _ = wait(waiting, timeout=READ_BACK_EVERY_S)
            group: list[_Sent] = []
            for future in sorted(done, key=lambda item: waiting[item].action.id):
                run = waiting.pop(future)
                if future.exception() is None:
                    group.append(future.result())
                else:
                    on_result(settle(run, _Raise(future)))
            yield from _read_back(group)


def _send(run: Run, material: UpdateMaterial) -> _Sent:
    live = run.check_precondition(material.live)
    step = step_of(run.action, Do.PUT)
    body = run.put_body(material.form, live)
    reply = run.sender.put(step, body, run.write_timeout_s)
    return _Sent(run, material, live, body, reply)


def _read_back(group: list[_Sent]) -> list[_Sent]:
    if group:
        run = group[0].run
        run.parts.on_event(Event(Happening.VERIFY, run.action))
        run.newest.expire()
    return group


def _may_be_sent_again(sent: _Sent) -> bool:
    def is_decided() -> bool:
        sent.run.newest.expire()
        return not sent.is_still_as_before()

    if sent.reply.meaning.outcome is not Outcome.UNKNOWN:
        return False
    try:
        if not sent.is_still_as_before():
            return False
        wait_for_effect(sent.run, sent.reply, 0, is_decided)
        return sent.is_still_as_before()
    except ClusterError:
        return False


class _Finish(Struct, frozen=True):
    sent: _Sent

    def __call__(self) -> ActionResult:
        run = self.sent.run
        live = run.newest.service(run.name)
        if live is not None and self.sent.is_shown_by(live):
            run.warn(self.sent.reply)
            return finish_update(run, live)
        raise_unless_unknown(self.sent.reply, live, self.sent.before)
        raise failure_of(self.sent.reply)


class _Raise(Struct, frozen=True):
    future: Future[_Sent]

    def __call__(self) -> ActionResult:
        self.future.result()
        raise FailedError("nothing was sent")
