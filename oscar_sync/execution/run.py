"""One action while it is carried out: its precondition, its writes, and what is read back."""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from oscar_sync.errors import (
    ClusterError,
    NotUnderstoodError,
    StoreDeniedError,
    StoreError,
    StoreUnreachableError,
)
from oscar_sync.execution.annotations import stamp_for
from oscar_sync.execution.freshness import Newest
from oscar_sync.execution.ports import Parts, Store
from oscar_sync.execution.sender import ReachError, Reply, Sender
from oscar_sync.model.action import Action
from oscar_sync.model.event import Event, Happening
from oscar_sync.model.field import Value
from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.material import Material, MemberWatch
from oscar_sync.model.report import LOST, ActionResult, Status
from oscar_sync.model.state import BucketFacts, LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.semantics.answers import UNKNOWN, Outcome
from oscar_sync.semantics.bodies import post_body, put_body
from oscar_sync.semantics.bucket_marks import KEPT
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.restarts import PREFETCH_TIMEOUT_S
from oscar_sync.semantics.stamp import STAMP_KEYS, marks_of

STORE_WAIT_S: Final = 60.0
POLL_S: Final = 0.25
TRIES: Final = 3


class StaleServiceError(Exception):
    """The live service is not the one that the plan was made from."""


class FailedError(Exception):
    """The action cannot go on; the message says why, ``code`` is stable."""

    def __init__(self, message: str, code: str = "failed") -> None:
        super().__init__(message)
        self.code = code


class NotVerifiedError(Exception):
    """Everything was sent, and what was read back does not show it (yet)."""

    code = "not-verified"


class LostError(NotVerifiedError):
    """A bucket that was to be kept is gone."""

    code = LOST


class Run(Struct):
    action: Action
    material: Material
    sender: Sender
    newest: Newest
    parts: Parts
    warnings: list[str] = field(default_factory=list)
    unverified: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    @property
    def name(self) -> ServiceName:
        return self.action.key.name

    @property
    def write_timeout_s(self) -> float | None:
        """Return for how long an answer is waited for at least: the image may be pulled before."""
        return PREFETCH_TIMEOUT_S if self.material.image_prefetch else None

    # precondition

    def refuse_if_there(self) -> None:
        """Make sure that no service has the name yet. Raises StaleServiceError: one has."""
        live = self.newest.by_name(self.name)
        self.check_members()
        if live is not None:
            raise StaleServiceError("it exists now")

    def check_precondition(
        self, planned: LiveService, *, data_is_at_risk: bool = False
    ) -> LiveService:
        """Raises StaleServiceError: the live service is no longer the *planned* one."""
        if data_is_at_risk:
            live = self.newest.by_name(self.name)
        else:
            live = self.newest.service(self.name, planned)
        self.check_members()
        if live is None:
            raise StaleServiceError("it is gone")
        if not is_same(live, planned):
            raise StaleServiceError(_difference(live, planned))
        return live

    def check_members(self) -> None:
        """Make sure that each member's service is the one of the plan: OSCAR writes that too.

        Raises:
            StaleServiceError: one exists now, or has changed; one that is gone harms nobody.
        """
        for watch in self.material.members:
            live = self.at_member(watch).newest.by_name(watch.service)
            if live is None or (watch.live is not None and is_same(live, watch.live)):
                continue
            what = "exists now" if watch.live is None else "has changed since the plan was made"
            raise StaleServiceError(f"the member {watch.place} {what}")

    def at_member(self, watch: MemberWatch) -> "Run":
        ports = self.parts.clusters[watch.cluster.id]
        newest = Newest(watch.cluster.id, watch.cluster.endpoint, ports.api, self.parts.now)
        return replace(self, sender=self.sender.at(ports), newest=newest)

    # bodies

    def post_body(self, form: Form) -> dict[str, Value]:
        material = self.material
        stamp = stamp_for(form, material, self.parts.key, self.parts.revision)
        return post_body(form, material.secrets, stamp, material.release)

    def put_body(self, form: Form, live: LiveService) -> dict[str, Value]:
        """Return the body that turns *live* into *form*, with what must be carried."""
        material = self.material
        stamp = stamp_for(form, material, self.parts.key, self.parts.revision)
        return put_body(form, material.secrets, stamp, live, material.release, owner=material.owner)

    # read-back

    def read_back(self) -> LiveService | None:
        self.parts.on_event(Event(Happening.VERIFY, self.action))
        return self.newest.by_name(self.name)

    def holds(self, live: LiveService | None, form: Form) -> bool:
        return live is not None and self.parts.holds(live.form, form, live.owner)

    def shows(
        self,
        live: LiveService | None,
        form: Form,
        before: LiveService,
        body: dict[str, Value],
        reply: Reply,
    ) -> bool:
        """Tell whether *live* is what the PUT of *body* makes of *before*, and holds *form*."""
        # Values of secrets cannot be read back: where they may be all that the PUT changed, the
        # stamp tells whether it was applied, and without one only a good answer does.
        if live is None or not self.holds(live, form):
            return False
        if _stamp_of(live) != _texts_of(body["annotations"]) or live.owner != body["owner"]:
            return False
        if not _is_same_service(live, before) or _stamp_of(live) != _stamp_of(before):
            return True
        return reply.meaning.outcome in (Outcome.APPLIED, Outcome.APPLIED_WITH_WARNING)

    def wait_for_store(self) -> tuple[BucketFacts, ...] | None:
        """Return the buckets once the store answers again after a restart, None after a minute.

        None too where the answer is not understood: another minute would not help.
        """
        deadline = self.parts.now() + STORE_WAIT_S
        while self.parts.now() < deadline:
            try:
                return self.sender.ports.api.list_buckets()
            except NotUnderstoodError:
                return None
            except ClusterError:
                self.parts.sleep(POLL_S)
        return None

    # hooks

    def send_store_steps(self) -> None:
        """Send the markers and notifications of the action, in their order."""
        # A notification that is there already (hidden, it came back with its service: 128) is
        # not set twice.
        for step in self.action.steps:
            bucket, _, prefix = step.target.partition("/")
            if step.do is Do.HOOK and self.sees_hook(bucket, prefix):
                continue
            if step.do in _STORE_WRITES:
                self.sender.on_store(step, _STORE_WRITES[step.do](self.name, bucket, prefix))
            if step.do is Do.TAG_KEPT:
                self._mark_as_kept(step)

    def _mark_as_kept(self, step: Step) -> None:
        # Without it doctor reports the bucket, which harms nobody.
        marks = {KEPT: self.material.stamp.set_name}
        try:
            self.sender.on_store(step, lambda store: store.add_tags(step.target, marks))
        except ReachError as error:
            self.unverified.add("marks")
            self.warnings.append(f"bucket {step.target} is not marked as kept: {error}")

    def sees_hook(self, bucket: str, prefix: str) -> bool | None:
        """Return whether the notification stands, None where it cannot be looked at from here.

        Raises:
            ReachError: the store fails.
        """
        store = self.sender.ports.store
        if store is None:
            return None
        try:
            rules = store.hooks(bucket)
        except (StoreDeniedError, StoreUnreachableError):
            return None
        except StoreError as error:
            raise ReachError(str(error)) from error
        return any((rule.service, rule.prefix) == (self.name, prefix) for rule in rules)

    def check_hooks(self, wanted: Collection[tuple[str, str]]) -> None:
        """Make sure that each wanted notification stands; an unreachable store is only noted.

        Raises:
            NotVerifiedError: one is missing.
        """
        for bucket, prefix in sorted(wanted):
            has_hook = self.sees_hook(bucket, prefix)
            if has_hook is None:
                self.unverified.add("hooks")
            elif not has_hook:
                raise NotVerifiedError(
                    f"uploads to {bucket}/{prefix} start nothing: the notification is missing; "
                    "run: oscar-sync apply --hooks"
                )

    def look_for_woken_hooks(self, form: Form) -> None:
        """Warn of hidden notifications in its buckets that became active with the service (128)."""
        # They are invisible while they sleep, so no plan can have had a step that takes them off.
        store, wanted = self.sender.ports.store, wanted_hooks(form)
        if store is None:
            return
        for bucket in used_buckets(form):
            try:
                rules = store.hooks(bucket)
            except StoreError:
                self.unverified.add("hooks")
                return
            self.warnings.extend(
                f"uploads to {bucket}/{rule.prefix} start it as well: a notification of an "
                "earlier service of that name became active; run: oscar-sync apply --hooks"
                for rule in rules
                if rule.service == self.name and (bucket, rule.prefix) not in wanted
            )

    # results

    def result(self, status: Status, message: str = "", code: str = "") -> ActionResult:
        sent, warnings = tuple(self.sender.sent), tuple(self.warnings)
        return ActionResult(self.action, status, message, code, sent, warnings, log=tuple(self.log))

    def warn(self, reply: Reply) -> None:
        """Keep the server's words of a write that was applied all the same."""
        meaning = reply.meaning
        if meaning.outcome is Outcome.APPLIED:
            return
        # What to do rests on the server's words: a member of a federation that failed, and why.
        remedy = "" if meaning == UNKNOWN else meaning.remedy
        is_known = meaning.outcome is Outcome.APPLIED_WITH_WARNING and not remedy
        bug = " (known OSCAR bug)" if is_known else ""
        told = f": {reply.text}; {remedy}" if remedy else ""
        self.warnings.append(f"{reply.came}{bug}; verified: the change is in place{told}")


_StoreWrite = Callable[[Store], object]


def _unhook(service: str, bucket: str, prefix: str) -> _StoreWrite:
    return lambda store: store.remove_hooks(bucket, service, [prefix])


def _marker(service: str, bucket: str, prefix: str) -> _StoreWrite:
    del service
    return lambda store: store.put_marker(bucket, prefix.rstrip("/"))


def _hook(service: str, bucket: str, prefix: str) -> _StoreWrite:
    return lambda store: store.set_hook(bucket, service, prefix)


_STORE_WRITES: Final = {Do.UNHOOK: _unhook, Do.MARKER: _marker, Do.HOOK: _hook}


def _stamp_of(live: LiveService) -> dict[str, str]:
    return _texts_of(live.annotations)


def _texts_of(annotations: object) -> dict[str, str]:
    named = annotations if isinstance(annotations, Mapping) else {}
    return {key: str(text) for key, text in named.items() if key in STAMP_KEYS}


def is_same(live: LiveService, known: LiveService) -> bool:
    """Tell whether *live* is the *known* service, as far as preconditions tell: marks too."""
    return _is_same_service(live, known) and _marks_are_same(live, known)


def _is_same_service(live: LiveService, known: LiveService) -> bool:
    return (live.form, live.owner, live.bucket_list) == (known.form, known.owner, known.bucket_list)


def _marks_are_same(live: LiveService, known: LiveService) -> bool:
    return marks_of(live.annotations) == marks_of(known.annotations)


def _difference(live: LiveService, planned: LiveService) -> str:
    if not _is_same_service(live, planned):
        return "it has changed since the plan was made"
    changed = dict(marks_of(live.annotations).items() ^ marks_of(planned.annotations).items())
    return f"its mark has changed since the plan was made: {', '.join(sorted(changed))}"


def step_of(action: Action, do: Do) -> Step:
    return next(step for step in action.steps if step.do is do and not step.member)
