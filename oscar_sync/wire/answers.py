"""What the server's answers mean as values. Pure."""

from collections.abc import Mapping

from msgspec import Struct

from oscar_sync.model.identity import BucketName
from oscar_sync.model.state import BucketFacts, Deployment
from oscar_sync.wire.exchange import RawAnswer
from oscar_sync.wire.messages import UnusableAnswerError, decode, text_of


class Answer(Struct, frozen=True):
    """Status and body of an answer. Bodies hold tokens and keys, so they are never shown.

    ``json`` is None where the body is no JSON. There is no status 0: a lost answer is an error.
    """

    status: int
    text: str
    json: object | None = None
    content: bytes = b""

    def __repr__(self) -> str:
        """Show the status alone."""
        return f"Answer({self.status})"


class Job(Struct, frozen=True):
    """One run of a service, as its logs list it; times as the server writes them."""

    name: str
    status: str
    created: str = ""
    started: str = ""
    finished: str = ""


def answer_of(raw: RawAnswer) -> Answer:
    """Return status, text and (where the body is JSON) value of *raw*."""
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
        UnusableAnswerError: it is none, or one of its entries is no service. A list that is not
            wholly understood is never taken for a shorter one.
    """
    if not isinstance(value, list):
        raise UnusableAnswerError("is no list of services")
    for service in value:
        if not isinstance(service, dict) or not _text(service, "name"):
            raise UnusableAnswerError("lists something that is no service")
    return value


def buckets_of(value: object) -> tuple[BucketFacts, ...]:
    """Return the buckets of a list; ``null`` is an empty one (oscar-server.md 1.4).

    Raises:
        UnusableAnswerError: it is none, or one of its entries is no bucket.
    """
    if value is None:
        return ()
    if not isinstance(value, list):
        raise UnusableAnswerError("is no list of buckets")
    return tuple(bucket_of(entry) for entry in value)


def names_of(value: object) -> frozenset[str]:
    """Return the names of a list of named things.

    Raises:
        UnusableAnswerError: it is none, or one of its entries has no name.
    """
    if not isinstance(value, list):
        raise UnusableAnswerError("is no list")
    names = frozenset(_text(entry, "name") for entry in value if isinstance(entry, dict))
    if len(names) != len(value) or "" in names:
        raise UnusableAnswerError("lists something without a name of its own")
    return names


def bucket_of(entry: object) -> BucketFacts:
    """Return one bucket.

    Raises:
        UnusableAnswerError: it is none.
    """
    name = _text(entry, "bucket_name") if isinstance(entry, dict) else ""
    if not isinstance(entry, dict) or not name:
        raise UnusableAnswerError("lists something that is no bucket")
    tags = mapping_of(entry.get("metadata"))
    users = entry.get("allowed_users")
    owner, visibility = _text(entry, "owner"), _text(entry, "visibility")
    return BucketFacts(
        name=BucketName(name),
        owner=owner or _text(tags, "owner"),
        visibility=visibility,
        allowed_users=tuple(map(str, users)) if isinstance(users, list) else (),
        from_service=_text(tags, "from_service"),
        # The list takes the tag `owner` off, and shows a user as the owner of what is private.
        is_tagged=bool(tags) or bool(owner and visibility != "private"),
    )


def deployment_of(value: object) -> Deployment:
    """Return state and reason of a deployment.

    Raises:
        UnusableAnswerError: it names no state.
    """
    entry = mapping_of(value)
    if not _text(entry, "state"):
        raise UnusableAnswerError("names no state")
    return Deployment(_text(entry, "state"), _text(entry, "reason"))


def lines_of(value: object) -> tuple[str, ...]:
    """Return the lines of deployment logs; the server's own sentence where there are none yet."""
    entry = mapping_of(value)
    entries = entry.get("entries")
    lines = tuple(map(_line, entries)) if isinstance(entries, list) else ()
    message = _text(entry, "message")
    return lines or ((message,) if message else ())


def _line(entry: object) -> str:
    row = mapping_of(entry)
    words = (_text(row, "timestamp"), _text(row, "message"))
    return " ".join(word for word in words if word)


def jobs_of(value: object) -> tuple[tuple[Job, ...], str]:
    """Return the jobs of one page and the token of the next, blank for none.

    Before v3.6.4 the map of jobs came bare (oscar-server.md 1.6).

    Raises:
        UnusableAnswerError: it is no page of jobs.
    """
    if not isinstance(value, dict):
        raise UnusableAnswerError("is no list of jobs")
    rows = mapping_of(value["jobs"]) if "jobs" in value else value
    return tuple(_job(name, mapping_of(row)) for name, row in rows.items()), (
        _text(value, "next_page") if "jobs" in value else ""
    )


def _job(name: str, row: Mapping[str, object]) -> Job:
    times = (_text(row, key) for key in ("creation_time", "start_time", "finish_time"))
    return Job(name, _text(row, "status"), *times)


def mapping_of(value: object) -> Mapping[str, object]:
    """Return *value* if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def _text(entry: Mapping[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
