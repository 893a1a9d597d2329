"""Buckets that no service uses, that lack their tags, or that are not there."""

from collections.abc import Iterator
from typing import Final

from oscar_sync.model.cluster import BasicLogin
from oscar_sync.model.finding import By, Finding, Remedy
from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.state import BucketFacts, ClusterView, LiveService
from oscar_sync.planning.context import Context
from oscar_sync.planning.doctor.codes import FindingCode, finding
from oscar_sync.planning.doctor.released import release_of
from oscar_sync.planning.ownership import Standing
from oscar_sync.semantics import operator
from oscar_sync.semantics.access import PUBLIC, access_of_service
from oscar_sync.semantics.buckets import needed_buckets, used_buckets
from oscar_sync.semantics.immutable import takes_no_put

_UNTAGGED: Final = (
    "a bucket that an update adds, or whose tagging failed, has no tags: OSCAR treats it as "
    "unowned, does not sign links for it, and does not let a user delete it"
)


_NOT_TAGGED: Final = (
    "it may hold data of a removed service, because an update does not tag the buckets it adds; "
    "or a create that failed made it without tagging it"
)


def bucket_findings(context: Context) -> Iterator[Finding]:
    view = context.facts.view
    if view.buckets is None:
        context.facts.missing.buckets = True
    else:
        users = _users(context)
        declared = {one.which.name for one in context.settings.buckets_on(view.cluster.id)}
        for live in view.services.values():
            yield from _gone(context, live)
        for name, facts in view.buckets.items():
            is_known = view.is_admin or context.owns_bucket(facts)
            if is_known and name in users:
                yield from _untagged(context, facts, users[name])
            elif is_known and name in declared:
                continue
            elif is_known and not view.unreadable and not release_of(context, facts):
                yield _unused(context, facts)
            if is_known or not facts.is_tagged:
                yield from _open(context, facts)


def _open(context: Context, facts: BucketFacts) -> Iterator[Finding]:
    # Removing a public service closes nothing, and neither does attaching a private one.
    if not context.access_to(facts.name).is_public:
        return
    users = [
        live for live in context.facts.view.every_service if facts.name in needed_buckets(live.form)
    ]
    closed = [live.key.name for live in users if not access_of_service(live.form).is_public]
    if users and not closed:
        return
    yield finding(
        FindingCode.BUCKET_OPEN,
        facts.name,
        "everybody can read, write and delete it, and "
        + (f"{', '.join(closed)} on it is not public" if closed else _by_none(context, facts)),
        "a public service opened it to everybody, and OSCAR does not close it again: neither "
        "when that service is removed, nor when a private one uses it",
        *_closing(context, facts),
    )


def _by_none(context: Context, facts: BucketFacts) -> str:
    if context.facts.view.is_admin or context.owns_bucket(facts):
        return "no service uses it"
    return "no service that this log-in sees uses it; it has no owner tag"


def _closing(context: Context, bucket: BucketFacts) -> Iterator[Remedy]:
    view = context.facts.view
    if bucket.visibility != PUBLIC:  # OSCAR would take it for closed already
        yield Remedy(By.YOU, "set the visibility of the public service to private, and apply")
        return
    words = "close it, if nobody else should have access"
    if not bucket.is_tagged:  # update_bucket.go: 500 `Missing bucket metadata`
        owner = "oscar" if view.is_admin else next(iter(view.me), "")
        tag = operator.set_tags(view.cluster.id, bucket.name, owner=owner)
        yours = "" if view.is_admin or bucket.owner else "if it is yours, "
        yield Remedy(By.OPERATOR, f"{yours}tag it, which OSCAR needs to change it", tag)
        words = f"then {words}"
    if view.is_admin:  # it sets the policy of a user `oscar` last, whom the store does not have
        words += ": OSCAR answers 500 (the specified user does not exist), and closes it"
    body = f'{{"bucket_name": "{bucket.name}", "visibility": "private"}}'
    yield Remedy(By.YOU, words, _api_call(view, "PUT", "/system/buckets", body))


def _api_call(view: ClusterView, method: str, path: str, body: str = "") -> str:
    login = view.cluster.login
    user = login.user if isinstance(login, BasicLogin) else ""
    return operator.call(method, f"{view.cluster.endpoint.rstrip('/')}{path}", user, body)


def _users(context: Context) -> dict[BucketName, LiveService]:
    view = context.facts.view
    return {
        BucketName(bucket): live
        for live in view.every_service
        for bucket in (*used_buckets(live.form, view.own_store), *live.bucket_list)
    }


def _gone(context: Context, live: LiveService) -> Iterator[Finding]:
    if context.standing(live) is Standing.WORKER or not (
        context.facts.view.is_admin or context.is_mine(live)
    ):
        return
    for bucket in needed_buckets(live.form):
        if context.facts.bucket(bucket) is None:
            yield finding(
                FindingCode.BUCKET_MISSING,
                bucket,
                f"{live.key.name} uses it, and it does not exist",
                "uploads and results of the service have nowhere to go; OSCAR makes a bucket that "
                "is missing with the next update of the service, its notification too",
                _remedy_of_gone(context, live, bucket),
            )


def _remedy_of_gone(context: Context, live: LiveService, bucket: BucketName) -> Remedy:
    view = context.facts.view
    if takes_no_put(live.form, view.release):
        command = operator.make_buckets(view.cluster.id, bucket)
        return Remedy(
            By.OPERATOR, "no update can change the service: make it on the store", command
        )
    if context.is_applied(live):
        return Remedy(By.YOU, "make it again, empty", "oscar-sync apply")
    words = "export the service; then `oscar-sync apply` makes it again, empty"
    return Remedy(By.YOU, words, "oscar-sync export")


def _untagged(context: Context, facts: BucketFacts, user: LiveService) -> Iterator[Finding]:
    if facts.is_tagged:
        return
    view = context.facts.view
    is_admins = user.owner in ("", "cluster_admin")
    tags = {
        "from_service": user.key.name,
        "owner": "oscar" if is_admins else user.owner,
        "owner_name": user.form.labels.get("owner_name") or ("oscar" if is_admins else ""),
    }
    yield finding(
        FindingCode.BUCKET_UNTAGGED,
        facts.name,
        f"{user.key.name} uses it, and it has no owner tag",
        _UNTAGGED,
        Remedy(By.OPERATOR, "tag it", operator.set_tags(view.cluster.id, facts.name, **tags)),
    )


def _unused(context: Context, facts: BucketFacts) -> Finding:
    maker = ServiceName(facts.from_service)
    is_orphan = not facts.is_tagged
    code = FindingCode.BUCKET_ORPHAN if is_orphan else FindingCode.BUCKET_KEPT
    if is_orphan:
        message = "no service uses it, and it has no owner tag"
        why = _NOT_TAGGED
    else:
        message = f"no service uses it; {_story(context, facts, maker)}"
        why = "it is kept: nothing deletes it, and it uses space"
    count = context.facts.count(facts.name)
    return finding(code, facts.name, message, why, *_ways(context, facts), holds=count)


def _story(context: Context, facts: BucketFacts, maker: ServiceName) -> str:
    if facts.set_name:
        is_own = facts.set_name == context.settings.set_name
        left = ", whose settings no longer declare it" if is_own else ""
        return f"set {facts.set_name} manages it{left}"
    if maker in context.facts.view.services:
        return f"{maker} made it, and an update detached it"
    if maker:
        return f"{maker} made it and no longer exists"
    return f"{facts.owner or 'somebody'} made it, or had it mounted"


def _ways(context: Context, facts: BucketFacts) -> Iterator[Remedy]:
    view = context.facts.view
    wanting = sorted(
        name for name, wanted in context.desired.items() if facts.name in used_buckets(wanted.form)
    )
    if wanting:
        yield Remedy(
            By.YOU, f"the manifest of {wanting[0]} names it: attach it", "oscar-sync apply"
        )
        return
    words = "keep it: declare it in oscar-sync.yaml, or let a service name it"
    yield Remedy(By.YOU, words, f"buckets: {{{facts.name}: {{}}}}")
    if not (facts.is_tagged or view.is_admin):
        return  # the server lets no user delete it
    if not context.owns_bucket(facts):  # an administrator; ours is blocked (`not-my-bucket`)
        call = _api_call(view, "DELETE", f"/system/buckets/{facts.name}")
        yield Remedy(By.YOU, "or delete it at once, with its owner's access to the name", call)
        return
    yield Remedy(
        By.YOU,
        "or delete it: write this under `removed:` in oscar-sync.yaml, then oscar-sync apply",
        f"- {{bucket: {facts.name}, erase: true}}",
    )
    command = f"oscar-sync bucket delete {facts.name} -c {view.cluster.id}"
    yield Remedy(By.YOU, "or delete it at once, after a question", command)
