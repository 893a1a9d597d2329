"""Who may do what on the object store: MinIO's users, groups and policies, as OSCAR sets them.

A policy is called like the user or group that has it, and names whole buckets, each once: the
store keeps them as a set (record 229). One that is deleted on the store itself stays in it (record
226). OSCAR writes the last bucket of a policy over with a denial of nothing, whichever bucket it
was asked to take out (RemoveResource in pkg/utils/minio.go at v4.1.2).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["EVERYBODY", "Access", "AccessProblem"]

EVERYBODY = "all_users_group"
_NO_USER = "The specified user does not exist. (Specified user does not exist)"
_NO_GROUP = "The specified group does not exist. (Specified group does not exist)"
_NO_POLICY = "The canned policy does not exist. (Specified canned policy does not exist)"
_NO_NAME = "Invalid arguments specified. (Invalid arguments specified)"
_OF_GROUPS = {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
"""What the users of a restricted bucket may do; its owner, and everybody on a public one, all."""


class AccessProblem(Exception):
    """What MinIO's administration says, in OSCAR's words."""


@dataclass(slots=True)
class Access:
    """Users by access key with their secret keys, groups with their members, policies."""

    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    policies: dict[str, set[str]] = field(default_factory=dict)

    def forget(self) -> None:
        for kept in (self.users, self.groups, self.policies):
            kept.clear()

    def add_user(self, uid: str, secret_key: str) -> None:
        self.users[uid] = secret_key
        self.groups.setdefault(EVERYBODY, set()).add(uid)

    def names(self, policy: str, bucket: str) -> bool:
        return bucket in self.policies.get(policy, ())

    def visibility(self, bucket: str, owner: str) -> str:
        """Return how a bucket is seen if *owner* owns it, blank if nothing says so."""
        if self.names(bucket, bucket):
            return "restricted"
        if self.names(owner, bucket):
            return "private"
        return "public" if self.names(EVERYBODY, bucket) else ""

    def members(self, bucket: str) -> list[str]:
        return sorted(self.groups.get(bucket, ()))

    def may(self, uid: str, action: str, bucket: str) -> bool:
        if self.names(uid, bucket):
            return True
        for group, members in self.groups.items():
            if uid in members and self.names(group, bucket):
                return group == EVERYBODY or action in _OF_GROUPS
        return False

    def grant(self, bucket: str, visibility: str, owner: str, users: Iterable[str]) -> None:
        """Let those in that the visibility means; anything but private and restricted is public.

        Raises:
            AccessProblem: no such user or group; what was done before stays.
        """
        if visibility not in {"private", "restricted"}:
            self._add_policy(bucket, EVERYBODY, is_group=True, lead="error creating policy: ")
            return
        self.add_policy(bucket, owner)
        if visibility == "restricted":
            self._add_members(bucket, users, "error creating bucket group: error creating/updating")
            self._add_policy(bucket, bucket, is_group=True, lead="error creating policy: ")

    def revoke(self, bucket: str, visibility: str, owner: str) -> None:
        """Take back what `grant` gave; the empty group of a bucket goes, its policy stays (230).

        Raises:
            AccessProblem: nobody ever had it, or a restricted bucket has nobody in its group.
        """
        name = EVERYBODY if visibility.lower() == "public" else owner
        try:
            self.remove(bucket, name)
        except AccessProblem:
            raise AccessProblem("error removing resource") from None
        if visibility.lower() == "restricted":
            if not self.groups.pop(bucket, None):
                raise AccessProblem("error removing policy for group")
            self.policies.pop(bucket, None)

    def add_policy(self, bucket: str, name: str) -> None:
        """Give a user a bucket.

        Raises:
            AccessProblem: no such user.
        """
        self._add_policy(bucket, name, is_group=False, lead="")

    def remove(self, bucket: str, name: str) -> None:
        """Take a bucket out of a policy; one with a single bucket is emptied, whichever that is.

        Raises:
            AccessProblem: there is no such policy, or nobody to have it.
        """
        known = self.policies.get(name)
        if known is None:
            raise AccessProblem(f"policy '{name}' does not exist: {_NO_POLICY}")
        if len(known) == 1:
            known.clear()
        known.discard(bucket)
        if name not in self.users and name not in self.groups:
            raise AccessProblem(f"error setting MinIO policy for user {name}: {_NO_USER}")

    def change_members(self, bucket: str, users: Iterable[str]) -> None:
        """Make the group of a restricted bucket have these members.

        Raises:
            AccessProblem: no such group or user.
        """
        known = self.groups.get(bucket)
        if known is None:
            raise AccessProblem(f"error getting group description for {bucket}: {_NO_GROUP}")
        wanted = list(users)
        known &= set(wanted)
        lead = f"error updating users for {bucket}: error creating/updating"
        self._add_members(bucket, wanted, lead)

    def _add_members(self, group: str, users: Iterable[str], lead: str) -> None:
        wanted = set(users)
        if not wanted <= set(self.users):
            raise AccessProblem(f"{lead} MinIO group {group}: {_NO_USER}")
        self.groups.setdefault(group, set()).update(wanted)

    def _add_policy(self, bucket: str, name: str, *, is_group: bool, lead: str) -> None:
        if not name:
            raise AccessProblem(
                f"{lead}error creating/adding MinIO policy for user/group : {_NO_NAME}"
            )
        self.policies.setdefault(name, set()).add(bucket)
        if name not in (self.groups if is_group else self.users):
            problem = _NO_GROUP if is_group else _NO_USER
            raise AccessProblem(
                f"{lead}error setting MinIO policy for user/group {name}: {problem}"
            )
