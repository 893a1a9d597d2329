"""Renaming a service, as `moved` says: the new one takes its buckets over, then the old one goes.

The order, and what an upload meets in between, are in docs/decisions/0036.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from oscar_sync.model.action import Action, ActionKind, Kept, Preconditions
from oscar_sync.model.material import CreateMaterial, HookMaterial, RenameMaterial, UpdateMaterial
from oscar_sync.model.state import DesiredService, LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.arrival import wait_of
from oscar_sync.planning.blocking import Reason, judged, union
from oscar_sync.planning.context import Context
from oscar_sync.planning.creating import decide_create
from oscar_sync.planning.decision import Decision, Effects, action_id
from oscar_sync.planning.departure import Departure, departure
from oscar_sync.planning.erasure_words import Named
from oscar_sync.planning.guards import store_reason
from oscar_sync.planning.secrets import SecretFindings
from oscar_sync.planning.service_guards import standing_reason
from oscar_sync.planning.updating import decide_update
from oscar_sync.semantics.buckets import in_out_buckets, is_per_user, named_by_delete
from oscar_sync.semantics.hooks import wanted_hooks
from oscar_sync.semantics.immutable import takes_no_put
from oscar_sync.semantics.stamp import fingerprint_of
from oscar_sync.semantics.volumes import deleted_volume, named_volume

_NOTIFYING: Final = (Do.UNHOOK, Do.MARKER, Do.HOOK)


def decide_rename(
    context: Context, wanted: DesiredService, olds: Sequence[LiveService]
) -> tuple[Decision, SecretFindings]:
    """Return how *wanted* takes the place of the first of *olds*, and its secrets."""
    # Whatever brings the new name is decided as if the old one had gone; cut short anywhere, that
    # is an update, or nothing, and the rest of the steps go on.
    old, gone = olds[0], context.planned.gone
    gone.add(old.key.name)
    first, secrets = _first(context, wanted)
    departing = departure(context, old, "remove", Named({}), wanted.form)
    gone.discard(old.key.name)
    action = _action(context, wanted, old, first.action, departing)
    verdict = judged(
        _olds_reason(olds, wanted),
        standing_reason(context, old),
        _kind_reason(context, old, wanted, first.action, departing),
        first.reason,
        departing.verdict,
        store_reason(context, old.form, in_out_buckets(old.form)),
    )
    used = union((first.used, verdict.used))
    if verdict.reason is not None:
        return Decision(action, None, verdict.reason, used), secrets
    made = first.material
    assert isinstance(made, CreateMaterial | UpdateMaterial | HookMaterial)  # noqa: S101 - by its caller
    made = replace(made, wait_s=wait_of(context, wanted))
    material = RenameMaterial(
        made.cluster, made.release, wait_s=made.wait_s, masks=made.masks,
        first=made, before=departing.material,
    )  # fmt: skip
    effects = replace(
        first.effects,
        closes=(*first.effects.closes, *departing.closing.buckets),
        removes=old.key.name,
    )
    return Decision(action, material, used=used, effects=effects), secrets


def _first(context: Context, wanted: DesiredService) -> tuple[Decision, SecretFindings]:
    live = context.facts.view.services.get(wanted.key.name)
    if live is None:
        return decide_create(context, wanted), SecretFindings()
    decision, secrets = decide_update(context, wanted, live)
    return decision or _as_it_is(context, live), secrets


def _as_it_is(context: Context, live: LiveService) -> Decision:
    view = context.facts.view
    action = Action(
        id=action_id(ActionKind.HOOK, live.key),
        key=live.key,
        kind=ActionKind.HOOK,
        reason="",
        steps=(),
        preconditions=Preconditions(fingerprint_of(live)),
    )
    material = HookMaterial(view.cluster, view.release, live.owner, live=live, form=live.form)
    return Decision(action, material, standing_reason(context, live), effects=Effects())


def _action(
    context: Context,
    wanted: DesiredService,
    old: LiveService,
    first: Action,
    departing: Departure,
) -> Action:
    name, key = old.key.name, wanted.key
    entry = next((one for one in context.settings.moved if one.old.matches(old.key)), None)
    taken = [step.target for step in departing.steps if step.do is Do.UNHOOK]
    return replace(
        first,
        id=action_id(ActionKind.RENAME, key),
        kind=ActionKind.RENAME,
        reason=f"it is called {name} until now",
        steps=(
            *(step for step in first.steps if step.do not in (*_NOTIFYING, Do.RESTART)),
            *_store_steps(wanted, name, first.steps, taken),
            *(step for step in first.steps if step.do is Do.RESTART),
            *(step for step in departing.steps if step.do is not Do.UNHOOK),
        ),
        keeps=_kept((*departing.keeps, *first.keeps), {str(key), str(old.key)}),
        preconditions=replace(first.preconditions, old_fingerprint=fingerprint_of(old)),
        origin=entry.origin if entry else None,
        notes=(
            *first.notes,
            f"whoever calls {name} must call {key.name} instead, which has a token of its own",
            f"{name} is removed once its jobs have ended",
            *_volume_notes(old, wanted),
            *departing.closing.notes,
            *departing.members.notes,
        ),
        renamed_from=name,
    )


def _volume_notes(old: LiveService, wanted: DesiredService) -> Iterable[str]:
    volume = named_volume(old.form)
    if volume and volume != named_volume(wanted.form):
        yield f"{wanted.key.name} does not use volume {volume}, which stays"


def _store_steps(
    wanted: DesiredService, old: str, steps: Iterable[Step], taken: Sequence[str]
) -> tuple[Step, ...]:
    """Return what the store needs; where the *old* one has notifications all go by one request.

    An upload then starts the old service or the new one, never both and never none.
    """
    # A marker below a folder that starts the old service would start it once more.
    buckets = {place.partition("/")[0]: "" for place in taken}
    own = [
        step
        for step in steps
        if step.do in _NOTIFYING
        and (step.do is Do.MARKER or step.target.partition("/")[0] not in buckets)
        and not (step.do is Do.MARKER and step.target.startswith(tuple(taken)))
    ]
    return (*own, *(_rehook(wanted, old, bucket, taken) for bucket in sorted(buckets)))


def _rehook(wanted: DesiredService, old: str, bucket: str, taken: Sequence[str]) -> Step:
    new = [f"{one}/{prefix}" for one, prefix in sorted(wanted_hooks(wanted.form)) if one == bucket]
    had = [place for place in taken if place.startswith(f"{bucket}/")]
    ended = ", ".join(place for place in had if place not in new)
    words = [f"uploads to {', '.join(new)} start {wanted.key.name} instead of {old}"] if new else []
    if ended:
        words.append(f"uploads to {ended} no longer start {old}")
    return Step(Do.REHOOK, bucket, "; ".join(words))


def _kept(items: Iterable[Kept], names: set[str]) -> tuple[Kept, ...]:
    """Return each bucket once, shared with others than the two of *names*."""
    kept: dict[str, Kept] = {}
    for item in items:
        others = tuple(one for one in item.shared_with if one.split(" ")[0] not in names)
        kept.setdefault(item.bucket, replace(item, shared_with=others))
    return tuple(kept.values())


def _olds_reason(olds: Sequence[LiveService], wanted: DesiredService) -> Reason | None:
    if len(olds) == 1:
        return None
    names = " and ".join(str(one.key.name) for one in olds)
    return Reason(
        "cannot-rename",
        f"{names} are both there, and only one of them can become {wanted.key.name}",
        ("delete the `moved` entry of the other one, and name it under `removed`",),
    )


def _kind_reason(
    context: Context,
    old: LiveService,
    wanted: DesiredService,
    first: Action,
    departing: Departure,
) -> Reason | None:
    why = _hindrance(context, old, wanted, first)
    if not why and departing.closing.form is not None:  # it closes every bucket of the service
        why = f"`close_access` would also close the buckets of {wanted.key.name}"
    if not why:
        return None
    name, new = old.key.name, wanted.key.name
    return Reason(
        "cannot-rename",
        f"{name} cannot be renamed: {why}",
        (
            f"call it {name} in the manifests again",
            f"delete the `moved` entry, and apply: {new} is created beside it; then remove {name}",
        ),
    )


def _hindrance(context: Context, old: LiveService, wanted: DesiredService, first: Action) -> str:
    volume, why = deleted_volume(old.form), takes_no_put(old.form, context.facts.view.release)
    ports = {*old.form.expose.nodePort} & {*wanted.form.expose.nodePort} - {0}
    if volume:
        return f"its volume {volume} is deleted with it"
    if why and named_by_delete(old.form, old.bucket_list):
        return f"no update can detach its buckets: {why}"
    if old.bucket_list and is_per_user(old.form):
        return f"it has buckets of single users: {', '.join(old.bucket_list)}"
    if old.form.federation or wanted.form.federation:
        return "its workers on other clusters would be made a second time"
    if ports:
        return f"both would use port {', '.join(map(str, sorted(ports)))} of the nodes"
    if first.kind is ActionKind.REPLACE:
        return f"{wanted.key.name} is there as well, and {first.reason}"
    if first.erases:
        return f"the update of {wanted.key.name} deletes data"
    return ""
