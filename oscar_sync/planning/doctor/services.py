"""Services that something happened to: unreadable, without owner, twice, half removed."""

from collections.abc import Iterator

from oscar_sync.model.finding import By, Finding, Remedy
from oscar_sync.model.identity import BucketName, ClusterId
from oscar_sync.model.state import LiveService
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.codes import FindingCode, finding
from oscar_sync.planning.service_guards import has_unseen_namesake
from oscar_sync.semantics import operator
from oscar_sync.semantics.buckets import used_buckets
from oscar_sync.semantics.federation import origin_of
from oscar_sync.semantics.stamp import detached_of


def service_findings(context: Context) -> Iterator[Finding]:
    view = context.facts.view
    for name in sorted(view.unreadable):
        yield _unreadable(context, name)
    for live in view.namesakes:
        yield _namesake(context, live)
    for live in view.services.values():
        yield from _unseen_namesake(context, live)
        yield from _owner_lost(context, live)
        yield from _half_removed(context, live)
        yield from _unmarked_worker(context, live)
        yield from _worker_without_origin(context, live)


def secret_notes(context: Context) -> Iterator[str]:
    """Yield what cannot be seen: a Secret that a failed create left (oscar-server 6.6)."""
    view = context.facts.view
    for name, wanted in sorted(context.desired.items()):
        if wanted.secrets and name not in view.services and name not in view.unreadable:
            delete_secret = operator.delete_secret(name, view.operators_namespace)
            yield (
                f"{wanted.key} is not there yet and has secrets: whether a failed create left its "
                "Secret, OSCAR shows nobody. If its create is answered 409: apply once without "
                "environment.secrets, then with them; or the operator runs "
                f"`{delete_secret}`"
            )


def _unreadable(context: Context, name: str) -> Finding:
    view = context.facts.view
    namespace = view.operators_namespace
    return finding(
        FindingCode.UNREADABLE,
        name,
        "its stored definition cannot be read",
        "one such definition makes the list of services fail for everybody on the cluster, and "
        "neither an update nor a DELETE of it is possible through OSCAR",
        Remedy(By.OPERATOR, "find it", operator.find_definition(name)),
        Remedy(
            By.OPERATOR,
            "correct function_config.yaml: quote what reads as a list or a mapping (a value that "
            "begins with `- `), write ports as lists",
            operator.edit_definition(name, namespace),
        ),
    )


def _namesake(context: Context, live: LiveService) -> Finding:
    first = context.facts.view.services[live.key.name]
    namespaces = " and ".join(sorted((first.namespace, live.namespace)))
    return _shared(live, f"services of this name are in {namespaces}")


def _unseen_namesake(context: Context, live: LiveService) -> Iterator[Finding]:
    if context.is_mine(live) and has_unseen_namesake(context, live):
        yield _shared(live, "another user has a service of this name")


def _shared(live: LiveService, message: str) -> Finding:
    return finding(
        FindingCode.NAMESAKES,
        live.key.name,
        message,
        "every request by this name is answered 500, also its owner's, and since 4.1 a create "
        "of either is refused",
        Remedy(
            By.YOU,
            "as an owner, keep the service under another name: export it, change its name, and "
            "apply",
            "oscar-sync export",
        ),
        Remedy(
            By.OPERATOR,
            "delete one with its runtime; its buckets stay",
            f"kubectl -n {live.namespace} delete configmap,ksvc {live.key.name}",
        ),
    )


def _owner_lost(context: Context, live: LiveService) -> Iterator[Finding]:
    view = context.facts.view
    if live.owner:
        return
    why = (
        "an administrator's update without `owner` did it: no user owns the service, its DELETE "
        "answers 500 and leaves its buckets"
    )
    if live.namespace == view.services_namespace:
        yield finding(
            FindingCode.OWNER_LOST,
            live.key.name,
            "its owner is blank",
            why,
            *_given_back(context, live),
        )
        return
    uid = _owner_on_buckets(context, live)
    yield finding(
        FindingCode.OWNER_LOST,
        live.key.name,
        f"its owner is blank, and it is a user's: it runs in {live.namespace}",
        f"{why}; the user no longer sees it",
        Remedy(
            By.OPERATOR,
            f"write `owner: {uid or 'UID'}` in function_config.yaml"
            + (" (its buckets say so)" if uid else ""),
            operator.edit_definition(live.key.name, live.namespace),
        ),
    )


def _given_back(context: Context, live: LiveService) -> Iterator[Remedy]:
    if context.is_applied(live):
        yield Remedy(By.YOU, "write cluster_admin back", "oscar-sync apply")
    else:
        yield Remedy(
            By.OPERATOR,
            "write `owner: cluster_admin` in function_config.yaml",
            operator.edit_definition(live.key.name, live.namespace),
        )


def _owner_on_buckets(context: Context, live: LiveService) -> str:
    for bucket in used_buckets(live.form):
        facts = context.facts.bucket(BucketName(bucket))
        if facts is not None and facts.owner and facts.from_service == live.key.name:
            return facts.owner
    return ""


def _half_removed(context: Context, live: LiveService) -> Iterator[Finding]:
    purpose, buckets = detached_of(live.annotations)
    name = live.key.name
    if not purpose or not context.is_mine(live):
        return
    is_wanted = name in context.desired
    yield finding(
        FindingCode.HALF_REMOVED,
        name,
        f"its {'removal' if purpose == 'remove' else 'replacement'} was not finished: it is "
        f"already detached from {', '.join(buckets) or 'its buckets'}",
        "it runs without its buckets, whose content is kept",
        Remedy(By.YOU, "attach them again", "oscar-sync apply")
        if is_wanted
        else Remedy(
            By.YOU, "finish the removal; the buckets stay", f"oscar-sync remove {live.key}"
        ),
    )


def _unmarked_worker(context: Context, live: LiveService) -> Iterator[Finding]:
    federation = live.form.federation
    if live.annotations or federation is None or federation.members:
        return
    group = federation.group_id
    if group in ("", live.key.name) or live.key.name in context.desired:
        return
    yield finding(
        FindingCode.UNMARKED_WORKER,
        live.key.name,
        f"it belongs to the federation {group} and does not say so",
        "an origin without `cluster_id` makes workers without marks, which look like ordinary "
        "services: do not adopt or remove it here",
        Remedy(By.YOU, f"give {group} a cluster_id on its own cluster, and create it again there"),
    )


def _worker_without_origin(context: Context, live: LiveService) -> Iterator[Finding]:
    cluster, _, service = origin_of(live.annotations).partition("/")
    peer = context.peers.get(ClusterId(cluster))
    if peer is None or not (peer.facts.view.is_read and peer.facts.view.is_admin):
        return
    if service in peer.facts.view.services or service in peer.facts.view.unreadable:
        return
    yield finding(
        FindingCode.ORIGIN_GONE,
        live.key.name,
        f"it is a worker of {cluster}/{service}, which does not exist",
        "deleting an origin leaves its workers, and no update reaches them any more",
        Remedy(
            By.YOU,
            f"name it as a member of {service} on {cluster}, apply, and remove {service} if "
            "neither is wanted: both keep their data",
            "oscar-sync apply",
        ),
    )
