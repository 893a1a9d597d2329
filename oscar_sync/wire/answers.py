"""What the server's answers mean as values. Pure."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from oscar_sync.model.identity import BucketName, ServiceName
from oscar_sync.model.state import BucketFacts, DeploymentState, VolumeFacts
from oscar_sync.semantics import bucket_marks
from oscar_sync.semantics.live_shape import shape_fault
from oscar_sync.semantics.shapes import mapping_of, text_at
from oscar_sync.wire.exchange import RawAnswer
from oscar_sync.wire.messages import UnusableAnswerError, decode, text_of


class Answer(Struct, frozen=True):
    """Status and body of an answer. Bodies hold tokens and keys, so they are never shown.

    ``json`` is None where the body is not JSON; ``shown`` are the words of an answer for people,
    on one line and without the secrets that were sent. There is no status 0: a lost answer is an
    error.
    """

    status: int
    text: str
    json: object | None = None
    content: bytes = b""
    shown: str = ""

    def __repr__(self) -> str:
        return f"Answer({self.status})"


class ListedJob(Struct, frozen=True):
    """One run of a service, as its logs list it; times as the server writes them."""

    name: str
    status: str
    created: str = ""
    started: str = ""
    finished: str = ""


def answer_of(raw: RawAnswer) -> Answer:
    value: object | None = None
    if raw.content[:1] in {b"{", b"[", b'"', b"n"}:
        try:
            value = decode(raw.content)
        except UnusableAnswerError:
            value = None
    return Answer(raw.status, text_of(raw.content), value, raw.content)


def services_of(value: object) -> list[Mapping[str, object]]:
    """Return the services of a list.

    Raises:
        UnusableAnswerError: it is none, or one of its entries is not a service. A list that is not
            wholly understood is never taken for a shorter one.
    """
    if not isinstance(value, list):
        raise UnusableAnswerError("is not a list of services")
    for service in value:
        if not isinstance(service, dict):
            raise UnusableAnswerError("lists something that is not a service")
        if fault := shape_fault(service):
            raise UnusableAnswerError(fault)
    return value


def service_of(value: object, name: str) -> Mapping[str, object]:
    """Raises UnusableAnswerError: it is not the service *name*."""
    if not isinstance(value, dict):
        raise UnusableAnswerError("is not a JSON object")
    if fault := shape_fault(value):
        raise UnusableAnswerError(fault)
    if value["name"] != name:
        raise UnusableAnswerError(f"shows service {value['name']}")
    return value


def release_info_of(value: object) -> Mapping[str, object]:
    """Raises UnusableAnswerError: it names no version: what this server does is then not known."""
    return _checked(value, {"version": str})


def configuration_of(value: object) -> Mapping[str, object]:
    """Return what ``/system/config`` says: the store, and the identity of the log-in in its key.

    Raises:
        UnusableAnswerError: a field is of another type than any release shows (006).
    """
    configuration = mapping_of(value)
    images = configuration.get("allowed_image_repositories")
    if images is not None and not _are_texts(images):
        raise UnusableAnswerError("has an `allowed_image_repositories` that is not a list of text")
    config, provider = configuration.get("config", {}), configuration.get("minio_provider", {})
    _checked(config, {"services_namespace": str}, "config", is_whole=False)
    _checked(provider, _STORE, "minio_provider", is_whole=False)
    return configuration


_STORE: Final[Mapping[str, type]] = {
    "endpoint": str, "access_key": str, "secret_key": str, "region": str, "verify": bool,
}  # fmt: skip


def _checked(
    value: object, types: Mapping[str, type], place: str = "", *, is_whole: bool = True
) -> Mapping[str, object]:
    """Return the mapping *value* whose fields are of these *types*; with *is_whole* all there."""
    if not isinstance(value, dict):
        raise UnusableAnswerError(f"has a `{place}` that is not an object" if place else _NO_OBJECT)
    for key, kind in types.items():
        if key not in value and not is_whole:
            continue
        if type(value.get(key)) is not kind:
            at = f"{place}.{key}" if place else key
            raise UnusableAnswerError(f"has no `{at}` of the type that OSCAR shows")
    return value


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_NO_OBJECT: Final = "is not a JSON object"


def buckets_of(value: object) -> tuple[BucketFacts, ...]:
    """Return the buckets of a list; ``null`` is an empty one (oscar-server.md 1.4).

    Raises:
        UnusableAnswerError: it is none, or one of its entries is not a bucket.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UnusableAnswerError("is not a list of buckets")
    return tuple(sorted(map(bucket_of, value), key=lambda bucket: bucket.name))


def volumes_of(value: object) -> Mapping[str, VolumeFacts]:
    """Raises UnusableAnswerError: not a list, or one of its entries has no name."""
    if not isinstance(value, list):
        raise UnusableAnswerError("is not a list")
    volumes = {one.name: one for one in sorted(map(_volume, value), key=lambda one: one.name)}
    if len(volumes) != len(value) or "" in volumes:
        raise UnusableAnswerError("lists something without a name of its own")
    return volumes


def _volume(entry: object) -> VolumeFacts:
    told = entry if isinstance(entry, dict) else {}
    status = told.get("status")
    return VolumeFacts(
        text_at(told, "name"),
        text_at(told, "size"),
        ServiceName(text_at(told, "created_by_service")),
        text_at(status if isinstance(status, dict) else {}, "phase"),
        _attached_to(told.get("attachments")),
    )


def _attached_to(value: object) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else []
    return tuple(sorted(text_at(mapping_of(entry), "service_name") for entry in entries))


def bucket_of(entry: object) -> BucketFacts:
    """Raises UnusableAnswerError: it is not a bucket."""
    if not isinstance(entry, dict) or not text_at(entry, "bucket_name"):
        raise UnusableAnswerError("lists something that is not a bucket")
    name = text_at(entry, "bucket_name")
    place = f"bucket {name}"
    tags, users = entry.get("metadata"), entry.get("allowed_users", "")
    if not isinstance(tags, dict) or not _are_texts(list(tags.values())):
        raise UnusableAnswerError(f"shows {place} without `metadata` of text")
    if users is not None and not _are_texts(users):
        raise UnusableAnswerError(f"shows {place} without `allowed_users`, a list of text or null")
    if not all(isinstance(entry.get(key), str) for key in ("owner", "visibility")):
        raise UnusableAnswerError(f"shows {place} without `owner` and `visibility` as text")
    owner, visibility = text_at(entry, "owner"), text_at(entry, "visibility")
    return BucketFacts(
        name=BucketName(name),
        owner=owner or text_at(tags, "owner"),
        visibility=visibility,
        allowed_users=tuple(users or ()),
        from_service=text_at(tags, "from_service"),
        # The list takes the tag `owner` off, and shows a user as the owner of what is private.
        is_tagged=bool(tags) or bool(owner and visibility != "private"),
        set_name=text_at(tags, bucket_marks.SET),
        applied=text_at(tags, bucket_marks.APPLIED),
        kept_by=text_at(tags, bucket_marks.KEPT),
    )


def tag_owner_of(entry: object) -> str:
    """Return whose a bucket is by its tag, blank where it has none.

    Raises:
        UnusableAnswerError: it is not a bucket.
    """
    bucket_of(entry)
    return text_at(entry["metadata"], "owner") if isinstance(entry, dict) else ""


def deployment_of(value: object) -> DeploymentState:
    """Raises UnusableAnswerError: it names no state."""
    entry = mapping_of(value)
    if not text_at(entry, "state") or not isinstance(entry.get("reason", ""), str):
        raise UnusableAnswerError("names no state")
    return DeploymentState(text_at(entry, "state"), text_at(entry, "reason"))


def lines_of(value: object) -> tuple[str, ...]:
    """Return the lines of deployment logs; the server's own sentence where there are none yet."""
    entry = mapping_of(value)
    entries = entry.get("entries")
    lines = tuple(map(_line, entries)) if isinstance(entries, list) else ()
    message = text_at(entry, "message")
    return lines or ((message,) if message else ())


def _line(entry: object) -> str:
    row = mapping_of(entry)
    words = (text_at(row, "timestamp"), text_at(row, "message"))
    return " ".join(word for word in words if word)


def jobs_of(value: object) -> tuple[tuple[ListedJob, ...], str]:
    """Return the jobs of one page and the token of the next, blank for none.

    Before v3.6.4 the map of jobs came bare (oscar-server.md 1.6).

    Raises:
        UnusableAnswerError: it is not a page of jobs.
    """
    if not isinstance(value, dict):
        raise UnusableAnswerError("is not a list of jobs")
    rows = mapping_of(value["jobs"]) if "jobs" in value else value
    return tuple(_job(name, mapping_of(row)) for name, row in rows.items()), (
        text_at(value, "next_page") if "jobs" in value else ""
    )


def _job(name: str, row: Mapping[str, object]) -> ListedJob:
    times = (text_at(row, key) for key in ("creation_time", "start_time", "finish_time"))
    return ListedJob(name, text_at(row, "status"), *times)
