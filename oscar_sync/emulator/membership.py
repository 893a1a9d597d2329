"""What a user's service belongs to: a virtual organisation, and buckets of single users."""

from oscar_sync.emulator.binding import Document
from oscar_sync.emulator.callers import Caller, shortened
from oscar_sync.emulator.definitions import provider_of, split_path
from oscar_sync.emulator.reply import Panic, Reply
from oscar_sync.emulator.state import Cluster

__all__ = ["isolate", "join_vo", "rejoin_vo"]


def join_vo(cluster: Cluster, who: Caller, definition: Document) -> Reply | None:
    """Set the `vo` of a new service and its label, or refuse (oscar-server 1.2.1, record 206).

    One that is none of the cluster's groups is taken unchecked, without a label.
    """
    if not who.uid:
        return Reply().text(500, "missing user identificator\n")
    groups = cluster.settings.oidc_groups
    if definition["vo"]:
        problem = _enrolment_problem(cluster, who, definition)
        return Reply().text(400, problem) if problem else None
    own = next((group for group in groups if group in who.groups), None)
    if own is None:
        listed = " ".join(groups)
        text = f"service must be part of one of the following VO:  [{listed}]\n"
        return Reply().text(400, text)
    definition["vo"] = own
    definition["labels"]["vo"] = _label(own)
    return None


def rejoin_vo(
    cluster: Cluster, who: Caller, old: Document, definition: Document, reply: Reply
) -> None:
    """Check the `vo` of an update; it is applied all the same (oscar-server 1.2.2)."""
    if definition["vo"] and definition["vo"] != old["vo"]:
        problem = _enrolment_problem(cluster, who, definition)
        if problem:
            reply.text(400, problem)


def _enrolment_problem(cluster: Cluster, who: Caller, definition: Document) -> str | None:
    vo = definition["vo"]
    if vo not in cluster.settings.oidc_groups:
        return None
    if vo not in who.groups:
        return f"this user isn't enrrolled on the vo: {vo}\n"
    definition["labels"]["vo"] = _label(vo)
    return None


def _label(vo: str) -> str:
    text = vo.replace("/", "", 1).replace("/", "--")
    return text.replace(" ", "__").replace(":", "___")


def isolate(cluster: Cluster, who: Caller, definition: Document) -> None:
    """Name a bucket for each user and input under isolation USER, and make the users.

    Raises:
        Panic: an administrator asks, or an id has less than ten characters.
    """
    if definition["isolation_level"].upper() != "USER" or not definition["allowed_users"]:
        return
    is_listed = False
    for exchange in definition["input"]:
        if provider_of(exchange["storage_provider"])[0] != "minio":
            continue
        if who.is_admin:
            raise Panic
        definition["labels"]["uid"] = shortened(who.uid.partition("@")[0])
        bucket = split_path(exchange["path"])[0]
        for user in definition["allowed_users"]:
            cluster.provide_user(user)
            is_listed = is_listed or user == definition["owner"]
            definition["bucket_list"].append(f"{bucket}-{shortened(user)}")
        if not is_listed:
            definition["allowed_users"].append(who.uid)
