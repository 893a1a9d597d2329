"""Requests about buckets (oscar-server.md 1.4)."""

from collections.abc import Mapping, Sequence
from typing import Final

from oscar_sync.model.identity import BucketName
from oscar_sync.model.state import BucketFacts
from oscar_sync.semantics.answers import is_gone_bucket
from oscar_sync.wire.answers import Answer, bucket_of, buckets_of, tag_owner_of
from oscar_sync.wire.calls import Calls, has_no_route, segment
from oscar_sync.wire.messages import decode, encode, text_of

BUCKETS: Final = "/system/buckets"


class BucketCalls(Calls):
    def names_buckets(self) -> bool | None:
        """Tell whether buckets are listed with ``bucket_name``, as since 3.6.4; None for none."""
        raw = self._get(BUCKETS)
        if has_no_route(raw):
            return False
        with self._understood(BUCKETS):
            value = decode(self._good(BUCKETS, raw).content)
        if not value:
            return None
        entries = value if isinstance(value, list) else [value]
        return all(isinstance(entry, dict) and "bucket_name" in entry for entry in entries)

    def list_buckets(self) -> tuple[BucketFacts, ...]:
        """Return every bucket that the log-in can see.

        Raises:
            NotUnderstoodError: the release has no list of buckets (before 3.6.0).
        """
        raw = self._get(BUCKETS)
        if has_no_route(raw):
            raise self._not_there(BUCKETS)
        raw = self._good(BUCKETS, raw)
        with self._understood(BUCKETS):
            return buckets_of(decode(raw.content))

    def find_bucket(self, name: str) -> BucketFacts | None:
        """Return a bucket by its name, another user's private one too; None if none is shown.

        Where there is none, and a policy gives access to its name, that is returned as gone.
        """
        # A user is refused what does not exist and what an administrator or nobody has, in the same
        # words (oscar-server 1.4): a request for a link, which changes nothing, tells them apart.
        path = f"{BUCKETS}/{segment(name)}"
        raw = self._get(path)
        # No route: before 3.6.5, and no evidence (`capabilities.NO_BUCKET_BY_NAME`).
        is_gone = is_gone_bucket(raw.status, text_of(raw.content))
        if raw.status == 403 or is_gone or has_no_route(raw):
            if self._hides_bucket(name):
                return BucketFacts(BucketName(name), is_tagged=False)
            return BucketFacts(BucketName(name), is_gone=True) if is_gone else None
        with self._understood(path):
            return bucket_of(decode(self._good(path, raw).content))

    def tag_owner(self, name: str) -> str:
        """Return whose a bucket is by its tag, which the list does not show; blank for none."""
        # Of a bucket that is shown to nobody the answer is 403, as of one that has no tags.
        path = f"{BUCKETS}/{segment(name)}"
        raw = self._get(path)
        if raw.status == 403 or has_no_route(raw):
            return ""
        with self._understood(path):
            return tag_owner_of(decode(self._good(path, raw).content))

    def _hides_bucket(self, name: str) -> bool:
        # Asking for a link to read from a bucket is answered 404 where there is none (oscar-server
        # 1.4), and by releases before 3.6.4, which make no links and are only read.
        asked = encode({"object_key": "x", "operation": "download", "expires_in": 1})
        return self._write("POST", f"{BUCKETS}/{segment(name)}/presign", asked).status != 404

    def create_bucket(self, name: str, visibility: str, users: Sequence[str]) -> Answer:
        """Make a bucket of the log-in's own; another one of that name is answered 400."""
        return self._write("POST", BUCKETS, _bucket(name, visibility, users))

    def set_access(self, name: str, visibility: str, users: Sequence[str]) -> Answer:
        """Give a bucket a visibility; what is not the log-in's own stays, answered 204 (1.4)."""
        return self._write("PUT", BUCKETS, _bucket(name, visibility, users))

    def presign(self, name: str, asked: Mapping[str, object]) -> Answer:
        return self._write("POST", f"{BUCKETS}/{segment(name)}/presign", encode(asked))

    def delete_bucket(self, name: str) -> Answer:
        """Erase a bucket, all it holds and its owner's access rights to the name."""
        return self._write("DELETE", f"{BUCKETS}/{segment(name)}")


def _bucket(name: str, visibility: str, users: Sequence[str]) -> bytes:
    asked = {"bucket_name": name, "visibility": visibility, "allowed_users": list(users)}
    return encode(asked)
