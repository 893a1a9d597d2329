"""Who keeps access to the buckets that a service is detached from, and closing them before (229).

Nothing takes access away but a change of the service's visibility while it names the bucket.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Kept
from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.model.material import PutMaterial
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.blocking import Reason, first_of
from oscar_sync.planning.context import Context
from oscar_sync.planning.guards import stopped_reason
from oscar_sync.semantics.access import (
    PRIVATE,
    Access,
    access_given,
    access_of_service,
    closed,
    gained,
    takes_back,
)
from oscar_sync.semantics.buckets import in_out_buckets, needed_buckets
from oscar_sync.semantics.capabilities import NEWEST, NOT_SEEN_TO_CLOSE, shown_release
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.restarts import restarts_of_put
from oscar_sync.semantics.stamp import DETACHED, HOOKS

_P = TypeVar("_P", bound=PutMaterial)


class Closing(Struct, frozen=True):
    """What becomes of access to the buckets that are detached.

    ``form`` is what the PUT sends that closes the ``buckets``, None where none is sent.
    """

    buckets: tuple[BucketName, ...] = ()
    form: Form | None = None
    words: str = ""
    notes: tuple[str, ...] = ()
    reason: Reason | None = None

    def steps(self, live: LiveService) -> tuple[Step, ...]:
        if self.form is None:
            return ()
        restarts = restarts_of_put(live.form, self.form)
        return (Step(Do.PUT, live.key.name, self.words, restarts=restarts, is_detach=True),)

    def kept(self, buckets: Iterable[Kept]) -> tuple[Kept, ...]:
        return tuple(
            replace(item, is_public=False) if item.bucket in self.buckets else item
            for item in buckets
        )

    def before(self, material: _P) -> _P:
        """Return *material* with the PUT that closes the buckets ahead of all others."""
        # What is under way with the buckets is written down by the PUT that detaches them.
        if self.form is None:
            return material
        marks = material.live.annotations
        stamp = replace(
            material.stamp, hooks=marks.get(HOOKS, ""), detached=marks.get(DETACHED, "")
        )
        forms = (self.form, *material.forms_before)
        return replace(material, forms_before=forms, stamp_before=stamp)


def let_go_by(live: LiveService, wanted: Form) -> tuple[BucketName, ...]:
    """Return the buckets whose access a service of *wanted* leaves wider than it says itself."""
    # The service is made again: it attaches buckets, which narrows nothing.
    given = access_of_service(wanted)
    has = needed_buckets(wanted) if given | access_of_service(live.form) == given else ()
    return tuple(bucket for bucket in needed_buckets(live.form) if bucket not in has)


def closing_of(context: Context, live: LiveService, let_go: Collection[BucketName]) -> Closing:
    named = [bucket for bucket in needed_buckets(live.form) if bucket in let_go]
    is_wanted = context.settings.closes_access(live.key)
    if not _who(context, live, access_of_service(live.form)):
        return _of_private(context, live, named) if is_wanted else Closing()
    by_who: dict[str, list[BucketName]] = {}
    for bucket in named:
        who = _who(context, live, context.access_to(bucket))
        if who:
            by_who.setdefault(who, []).append(bucket)
    if not by_who:
        return Closing()
    every = needed_buckets(live.form)
    reason = _reason(context, live, every)
    if not is_wanted:
        return Closing(notes=tuple(_left_open(live.key.name, by_who, is_closable=reason is None)))
    open_ones = tuple(bucket for buckets in by_who.values() for bucket in buckets)
    shown = "; ".join(f"closes {', '.join(buckets)} to {who}" for who, buckets in by_who.items())
    return Closing(
        open_ones,
        closed(live.form, live.bucket_list),
        f"{shown}, while the service names {_them(open_ones)}",
        tuple(
            f"{bucket} is closed with it, until a later request gives it the service's visibility"
            for bucket in every
            if bucket not in let_go
        ),
        reason,
    )


def _left_open(
    name: str, by_who: dict[str, list[BucketName]], *, is_closable: bool
) -> Sequence[str]:
    notes = []
    for who, buckets in by_who.items():
        one, them = len(buckets) == 1, _them(buckets)
        words = f"{', '.join(buckets)} {'stays' if one else 'stay'} open to {who}"
        if is_closable:
            words += (
                f"; {'it' if one else 'they'} can be closed only while the service names {them}: "
                f"set `close_access: true` for {name}"
            )
        notes.append(words)
    return notes


def _them(buckets: Collection[BucketName]) -> str:
    return "it" if len(buckets) == 1 else "them"


def _who(context: Context, live: LiveService, access: Access) -> str:
    return gained(Access(), access, {*context.facts.view.me, live.owner})


def _of_private(context: Context, live: LiveService, named: Sequence[BucketName]) -> Closing:
    for bucket in named:
        facts = context.facts.bucket(bucket)
        said = access_given(facts.visibility, facts.allowed_users) if facts else Access()
        who = _who(context, live, said)
        if who:
            return Closing(
                reason=_cannot(
                    f"bucket {bucket} is open to {who} and the service is {PRIVATE} already: only "
                    "a change of its visibility closes a bucket",
                    f"set `visibility: {facts.visibility if facts else ''}` and apply, then go on",
                )
            )
    return Closing()


def _cannot(why: str, *ways_out: str) -> Reason:
    return Reason("cannot-close", why, (*ways_out, "remove `close_access`: the access stays"))


def _reason(context: Context, live: LiveService, named: Sequence[BucketName]) -> Reason | None:
    """Return why a PUT to private cannot close what is *named*: it closes all of that."""
    return first_of(
        _release_reason(context, live),
        stopped_reason(context, live),
        *(_bucket_reason(context, live, bucket) for bucket in named),
    )


def _release_reason(context: Context, live: LiveService) -> Reason | None:
    view = context.facts.view
    if NOT_SEEN_TO_CLOSE.holds(view.release):
        since = shown_release(NOT_SEEN_TO_CLOSE.until or NEWEST)
        return _cannot(
            f"OSCAR {shown_release(view.release)} is not known to close buckets ({since} does)",
            "upgrade the cluster",
        )
    said = live.form.visibility
    if not takes_back(said):
        return _cannot(
            f"OSCAR treats its visibility {said} as public, and does not undo that",
            "set `visibility: public` and apply, then go on",
        )
    why = takes_no_put(live.form, view.release)
    if why:
        return _cannot(f"an update cannot change the service: {why}")
    if live.form.federation:
        return _cannot(
            "its workers on other clusters have buckets of their own, which would stay open",
            f"set `visibility: {PRIVATE}` and apply, then go on",
        )
    return None


def _bucket_reason(context: Context, live: LiveService, bucket: BucketName) -> Reason | None:
    if bucket not in in_out_buckets(live.form):
        return _cannot(
            f"bucket {bucket} is mounted, and a change of the service's visibility closes only "
            "what it has as input or output",
            f"remove the mount and apply, then ask for `{PRIVATE}` by PUT /system/buckets",
        )
    facts = context.facts.bucket(bucket)
    # One that a PUT made for the service has no owner that OSCAR shows (oscar-server 4.4).
    if facts is not None and facts.owner and not context.owns_bucket(facts):
        return _cannot(f"bucket {bucket} belongs to {facts.owner}", "ask its owner to close it")
    services = context.facts.view.every_service
    others = sorted(
        str(other.key)
        for other in services
        if other.key != live.key
        and other.key.name not in context.planned.gone
        and bucket in needed_buckets(other.form)
        and _who(context, other, access_of_service(other.form))
    )
    if not others:
        return None
    return _cannot(
        f"bucket {bucket} is open through {', '.join(others)} as well, whose users would lose it",
        f"set `visibility: {PRIVATE}` there too",
    )
