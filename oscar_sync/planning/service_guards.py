"""Why a service is not touched: whose it is, and which others have its name (safety 2, 3)."""

from collections.abc import Collection
from typing import assert_never

from oscar_sync.model.identity import BucketName, ServiceKey
from oscar_sync.model.state import LiveService, Probe
from oscar_sync.planning.blocking import Reason, first_of, take_over_reason
from oscar_sync.planning.context import Context
from oscar_sync.planning.ownership import Standing
from oscar_sync.semantics.capabilities import (
    NAMESAKES,
)
from oscar_sync.semantics.stamp import OWNER, owner_of


def standing_reason(context: Context, live: LiveService) -> Reason | None:
    standing = context.standing(live)
    match standing:
        case Standing.OURS | Standing.UNSTAMPED:
            return unseen_namesake_reason(context, live)
        case Standing.OTHER_OWNER:
            return _not_ours(context, live, f"owned by {live.owner}")
        case Standing.OTHER_SET:
            return _not_ours(context, live, _set_words(context, live))
        case Standing.WORKER:
            return Reason(
                "federation-worker",
                "it is a federation worker: its origin on another cluster writes it",
                ("change or remove its origin", "remove it from the manifests"),
            )
        case Standing.NAMESAKE:
            return namesake_reason(context.namesakes_of(live.key.name), "it")
        case Standing.OWNER_LOST:
            return Reason(
                "owner-lost",
                f"its owner was lost, and it is in the namespace {live.namespace} of a user",
                ("ask the cluster's operator to restore the owner",),
            )
        case _:
            assert_never(standing)


def namesake_reason(services: Collection[LiveService], what: str) -> Reason | None:
    """Return why nothing is written or deleted while *services* share a name (oscar-server 6.4)."""
    if not services:
        return None
    places = ", ".join(
        f"{live.namespace} (owner {live.owner or 'blank'})"
        for live in sorted(services, key=lambda live: live.namespace)
    )
    name = next(iter(services)).key.name
    return Reason(
        "name-not-unique",
        f"{what} is not touched: services called {name} are in more than one namespace, {places}, "
        "and requests by name cannot tell them apart",
        ("ask the cluster's operator to delete one: oscar-sync doctor has the command",),
    )


def unseen_namesake_reason(context: Context, live: LiveService) -> Reason | None:
    # A GET by name tells, which is made for what has a step.
    return shared_by_users(live.key.name) if has_unseen_namesake(context, live) else None


def has_unseen_namesake(context: Context, live: LiveService) -> bool:
    """Tell whether another user, whose services this one is not shown, has one of that name."""
    view = context.facts.view
    is_possible = not view.is_admin and NAMESAKES.holds(view.release)
    return is_possible and context.facts.probe(live.key.name) is Probe.SHARED


def shared_by_users(name: str) -> Reason:
    """Return why nothing can be done with a service called *name* by any request (record 211)."""
    return Reason(
        "name-not-unique",
        f"another user has a service called {name}, and the cluster answers every request by that "
        "name with 500",
        ("ask the cluster's operator to delete one: oscar-sync doctor has the command",),
    )


def shared_name_reason(context: Context, buckets: Collection[BucketName]) -> Reason | None:
    return first_of(
        *(namesake_reason(context.namesakes_with(bucket), f"bucket {bucket}") for bucket in buckets)
    )


def _set_words(context: Context, live: LiveService) -> str:
    mark = owner_of(live.annotations)
    if mark is None:
        return f"marked `{live.annotations[OWNER]}` by another set, and the mark cannot be read"
    words = [f"managed by set {mark.set_name}"]
    if mark.identity != context.identity:
        words.append(f"which names this cluster `{mark.identity}` (here: `{context.identity}`)")
    if mark.service != live.key.name:
        words.append(f"whose mark was made for service `{mark.service}`")
    return ", ".join(words)


def _not_ours(context: Context, live: LiveService, whose: str) -> Reason:
    if context.can_take_over(live, context.standing(live)):
        return take_over_reason(live.key.name, whose)
    if live.key.name in context.desired:
        ways_out = (f"log in as {live.owner}", "remove it from the manifests")
    else:
        taken = f"write its manifest (oscar-sync export), apply --allow take-over:{live.key.name}"
        ways_out = ("remove it from where it is managed", f"take it over first: {taken}")
    return Reason("not-ours", f"it is {whose}", ways_out)


def owner_reason(context: Context, live: LiveService) -> Reason | None:
    """Return why a service of another owner stays: the settings' ``owners`` allow updates only."""
    if not live.owner or live.owner in context.facts.view.me:
        return None
    return Reason(
        "not-mine",
        f"it is owned by {live.owner}: `owners` allows updates of it, not its removal",
        (f"remove it as {live.owner}",),
    )


def protect_reason(context: Context, service: ServiceKey) -> Reason | None:
    for entry in context.settings.of_service(service):
        if entry.protect:
            return Reason(
                "protected",
                f"it is protected ({entry.origin})",
                (f"remove `protect` from {entry.origin.file}",),
            )
    return None
