"""What a cluster has beside services: buckets, volumes, quotas, metrics, federations."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from oscar_sync.client.values import Bucket, Presigned, Volume
from oscar_sync.errors import BadAnswerError, UsageError
from oscar_sync.model.arguments import checks_methods
from oscar_sync.model.cluster import BasicLogin, Cluster
from oscar_sync.semantics.access import PRIVATE, RESTRICTED, is_locked
from oscar_sync.semantics.answers import is_unknown_path, is_without_quota
from oscar_sync.semantics.capabilities import (
    READ_ONLY,
    STATUS_MAY_END_IT,
    Release,
    release_of,
    shown_release,
    since_words,
    why_read_only,
)
from oscar_sync.semantics.masking import masked_service
from oscar_sync.semantics.shapes import mapping_of
from oscar_sync.wire.answers import Answer
from oscar_sync.wire.api import OscarApi

_NOT_IN_PLACE: Final = "the server accepted it, and the bucket is still {visibility}"
_UNKNOWN_USER: Final = "each user must have logged in to this cluster once; is the id right?"
_NOT_MINE: Final = "log in as the owner: only owners change who has access"


@checks_methods
class ClusterResources:
    """What :class:`Oscar` can do beside services. Documents are as the server writes them."""

    cluster: Cluster
    api: OscarApi

    def status(self) -> Mapping[str, Any]:
        """Return the state of the cluster's nodes and of OSCAR (``/system/status``).

        Empty before 3.6.5, whose server the question may end.
        """
        return {} if STATUS_MAY_END_IT.holds(self.release) else self._mapping("status")

    def configuration(self) -> Mapping[str, Any]:
        """Return ``/system/config`` without the keys of the object store."""
        return {
            name: value for name, value in self.api.config().items() if name != "minio_provider"
        }

    @property
    def release(self) -> Release:
        """The release of OSCAR; a build without a number counts as the newest."""
        return release_of(str(self.api.info().get("version", "")))

    def check_write(self) -> Release:
        """Return the release that is written to.

        Raises:
            ClusterError: it is only read.
        """
        release = self.release
        if READ_ONLY.holds(release):
            words = f"OSCAR {shown_release(release)} is read and never written to"
            raise self.api.bad(f"{words}: {why_read_only(release)}")
        return release

    # -- buckets

    def buckets(self) -> tuple[Bucket, ...]:
        """Return every bucket that the log-in can see."""
        return tuple(map(Bucket.model_validate, self.api.list_buckets()))

    def bucket(self, name: str) -> Bucket | None:
        """Return a bucket, None where the log-in sees none of that name."""
        return next((bucket for bucket in self.buckets() if bucket.name == name), None)

    def create_bucket(
        self, name: str, visibility: str = PRIVATE, allowed_users: Iterable[str] = ()
    ) -> Bucket:
        """Make a bucket, and return it as the cluster shows it.

        *visibility*: ``private``, ``restricted`` (to its owner and *allowed_users*) or ``public``,
        which lets every user read, write and delete. With user and password a bucket is private.

        Raises:
            UsageError: it is to be shared with nobody, or the log-in is by user and password.
            BadAnswerError: there is one of that name, maybe another user's, or the quota is used.
        """
        users = tuple(allowed_users)
        self.check_write()
        if visibility != PRIVATE:
            self._refuse_to_share()
        if is_locked(visibility, users):
            raise UsageError(f"bucket {name}: name the users of a restricted bucket")
        answer = self.api.create_bucket(name, visibility, users)
        if answer.status != 201:
            raise self._failed(f"bucket {name} is not created", answer)
        return self._with_access(name, visibility, users)

    def share_bucket(self, name: str, visibility: str, allowed_users: Iterable[str] = ()) -> Bucket:
        """Set who has access to a bucket, and return it; *allowed_users* replace those before.

        Raises:
            UsageError: the log-in is by user and password, which own no access to give.
            BadAnswerError: there is none, or it is not the log-in's own.
        """
        users = tuple(allowed_users)
        self.check_write()
        self._refuse_to_share()
        if is_locked(visibility, users):
            raise UsageError(f"bucket {name}: name the users of a restricted bucket")
        before = self.bucket(name)
        if before is None:
            raise self.api.bad(f"there is no bucket {name}")
        # The server lets every user change a public bucket (oscar-server 1.4).
        if before.owner != self._user():
            whose = f"belongs to {before.owner}" if before.owner else "has no owner tag"
            raise self.api.bad(f"bucket {name} is not changed: it {whose}", _NOT_MINE)
        if visibility != RESTRICTED and is_locked(before.visibility, before.allowed_users):
            self.api.set_access(name, before.visibility, (before.owner,))
        answer = self.api.set_access(name, visibility, users)
        if answer.status != 204:
            # What it was may be taken away already, and what it shall be not given.
            bucket = self.bucket(name)
            now = f"it is {bucket.visibility or PRIVATE}" if bucket else "you do not see it"
            raise self._failed(f"bucket {name} is not changed; {now} now", answer)
        return self._with_access(name, visibility, users)

    def presign(
        self, bucket: str, key: str, *, upload: bool = False, expires_s: int = 900
    ) -> Presigned:
        """Return an address that reads one object, or writes it, without a log-in.

        Raises:
            BadAnswerError: there is no such bucket, or it is not for the log-in.
        """
        asked = {
            "object_key": key,
            "operation": "upload" if upload else "download",
            "expires_in": expires_s,
        }
        answer = self.api.presign(bucket, asked)
        if answer.status != 200 or not isinstance(answer.json, dict):
            raise self._failed(f"no address for {bucket}/{key}", answer)
        told = answer.json
        return Presigned(
            url=str(told.get("url", "")),
            method=str(told.get("method", "")),
            expires_at=str(told.get("expires_at", "")),
        )

    # -- volumes

    def volumes(self) -> tuple[Volume, ...]:
        """Return the managed volumes of the log-in, by name."""
        listed = self.api.list_volumes(is_needed=True)
        return tuple(Volume.model_validate(listed[name]) for name in sorted(listed))

    def volume(self, name: str) -> Mapping[str, Any] | None:
        """Return a volume with the services that it is attached to, None if there is none."""
        found = self.api.document("volumes", name)
        return None if found is None else mapping_of(found)

    def create_volume(self, name: str, size: str) -> Mapping[str, Any]:
        """Make a volume of *size* (``1Gi``), and return it.

        Raises:
            BadAnswerError: there is one of that name, or the quota is used.
        """
        answer = self.api.create_volume(name, size)
        if answer.status != 201:
            raise self._failed(f"volume {name} is not created", answer, "volumes")
        return mapping_of(answer.json)

    # -- quotas, metrics, federations, jobs

    def quota(self, user: str = "") -> Mapping[str, Any]:
        """Return the quota of the log-in, or of *user*, which takes user and password.

        Raises:
            UsageError: the log-in is by user and password, and no *user* is named, or it is by
                token, and one is; or the cluster has no quota for *user*.
        """
        if isinstance(self.cluster.login, BasicLogin) != bool(user):
            raise UsageError(
                "a log-in with a token sees only its own quota: leave the user out"
                if user
                else "a log-in with user and password has no quota of its own: name a user"
            )
        try:
            return self._mapping("quotas", "user", *((user,) if user else ()))
        except BadAnswerError as error:
            if not (user and is_without_quota(error.message)):
                raise
            raise UsageError(
                f"{self.cluster.id} has no quota for {user}: {_UNKNOWN_USER}"
            ) from error

    def metrics(self, service: str = "") -> Mapping[str, Any]:
        """Return what the cluster, or one service, has used in the last 24 hours."""
        return self._mapping("metrics", *((service,) if service else ()))

    def federation(self, service: str) -> Mapping[str, Any] | None:
        """Return topology and members of a service, secrets masked; None if there is none."""
        found = self.api.document("federation", service)
        return None if found is None else masked_service(mapping_of(found))

    def delete_job(self, service: str, job: str) -> None:
        """Delete a job and its log; one that runs is stopped.

        Raises:
            BadAnswerError: there is none, or it is not for the log-in.
        """
        answer = self.api.delete_job(service, job)
        if answer.status != 204:
            raise self._failed(f"job {job} is not deleted", answer)

    # -- within

    def _mapping(self, kind: str, *names: str) -> Mapping[str, Any]:
        found = self.api.document(kind, *names)
        if found is None:
            raise self.api.bad(f"it shows nothing for {names[-1] if names else kind}")
        return mapping_of(found)

    def _user(self) -> str:
        """Return the id of a log-in by token: its key of the store (oscar-server 1.4)."""
        return str(mapping_of(self.api.config().get("minio_provider")).get("access_key", ""))

    def _refuse_to_share(self) -> None:
        # An administrator's bucket gets no policy, and a change of one is a 204 that does nothing
        # (oscar-server 1.4).
        if isinstance(self.cluster.login, BasicLogin):
            raise UsageError(
                "with user and password, buckets cannot be shared: log in with a token as the owner"
            )

    def _with_access(self, name: str, visibility: str, users: tuple[str, ...]) -> Bucket:
        """Return the bucket once it is seen with that access: a 204 may have changed nothing."""
        bucket = self.bucket(name)
        if bucket is None:
            raise self.api.bad(f"the server accepted it, and there is no bucket {name}")
        if (bucket.visibility or PRIVATE) != visibility:
            words = _NOT_IN_PLACE.format(visibility=bucket.visibility or PRIVATE)
            raise self.api.bad(f"bucket {name} is not {visibility}: {words}", _NOT_MINE)
        if visibility == RESTRICTED and set(bucket.allowed_users) != set(users):
            listed = ", ".join(bucket.allowed_users) or "nobody"
            raise self.api.bad(f"bucket {name} is shared with {listed}", _NOT_MINE)
        return bucket

    def _failed(self, what: str, answer: Answer, kind: str = "buckets") -> BadAnswerError:
        if answer.status == 404 and is_unknown_path(answer.text, "text/plain"):
            return self.api.bad(f"{what}: this release of OSCAR has no {kind}{since_words(kind)}")
        said = answer.shown or str(answer.status)
        remedy = _UNKNOWN_USER if "specified user does not exist" in answer.text else ""
        return self.api.bad(f"{what}: {said}", remedy)
