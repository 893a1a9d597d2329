"""What a cluster has beside services: buckets, volumes, quotas, metrics, federations."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from oscar_sync.client import _utils as utils
from oscar_sync.client.default_client import DefaultClient, segment

BUCKETS: Final = "/system/buckets"
VOLUMES: Final = "/system/volumes"
METRICS: Final = "/system/metrics"
QUOTAS: Final = "/system/quotas/user"
FEDERATION: Final = "/system/federation"

_GET: Final = "get"
_POST: Final = "post"
_PUT: Final = "put"
_DELETE: Final = "delete"


class Resources(DefaultClient):
    """All methods return the ``requests.Response`` and raise ``requests.HTTPError`` from 400 on."""

    # -- volumes (oscar-server 1.5)

    def list_volumes(self) -> Any:
        """Return the managed volumes: a JSON array."""
        return utils.make_request(self, VOLUMES, _GET)

    def create_volume(self, name: str, size: str) -> Any:
        """Make a volume of *size* (``1Gi``); 201 and the volume, 409 if there is one."""
        return utils.make_request(
            self, VOLUMES, _POST, data=json.dumps({"name": name, "size": size})
        )

    def get_volume(self, name: str) -> Any:
        """Return a volume, 404 if there is none."""
        return utils.make_request(self, f"{VOLUMES}/{segment(name)}", _GET)

    def delete_volume(self, name: str) -> Any:
        """Delete a volume and what it holds: 204, also where there is none."""
        return utils.make_request(self, f"{VOLUMES}/{segment(name)}", _DELETE)

    # -- buckets (oscar-server 1.4)

    def create_bucket(
        self, name: str, visibility: str = "private", allowed_users: Sequence[str] | None = None
    ) -> Any:
        """Make a bucket (201); 400 if there is one. *visibility*: private, restricted, public."""
        return utils.make_request(
            self, BUCKETS, _POST, data=json.dumps(_bucket(name, visibility, allowed_users))
        )

    def update_bucket(
        self, name: str, visibility: str, allowed_users: Sequence[str] | None = None
    ) -> Any:
        """Set who may use a bucket (204); *allowed_users* replace the former ones."""
        return utils.make_request(
            self, BUCKETS, _PUT, data=json.dumps(_bucket(name, visibility, allowed_users))
        )

    def list_buckets(self) -> Any:
        """Return the buckets: a JSON array, ``null`` where there is none."""
        return utils.make_request(self, BUCKETS, _GET)

    def get_bucket(self, name: str) -> Any:
        """Return a bucket with its first objects; an admin's missing one is answered 500."""
        return utils.make_request(self, f"{BUCKETS}/{segment(name)}", _GET)

    def delete_bucket(self, name: str) -> Any:
        """Erase a bucket **with everything in it**, whoever uses it (204)."""
        return utils.make_request(self, f"{BUCKETS}/{segment(name)}", _DELETE)

    def presign_bucket(  # noqa: PLR0917 - oscar-python's signature
        self,
        name: str,
        object_key: str,
        operation: str = "download",
        expires: int = 0,
        content_type: str = "",
        extra_headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return an address that reads or writes one object without a log-in.

        Args:
            name: the bucket.
            object_key: the object.
            operation: ``download`` or ``upload``.
            expires: seconds, 1 to 604800; 0: the server's own, 900.
            content_type: of an upload.
            extra_headers: that the request will bring.
        """
        asked: dict[str, Any] = {
            "object_key": object_key,
            "operation": operation,
            "content_type": content_type,
            "extra_headers": dict(extra_headers or {}),
        }
        if expires:
            asked["expires_in"] = expires
        return utils.make_request(
            self, f"{BUCKETS}/{segment(name)}/presign", _POST, data=json.dumps(asked)
        )

    # -- metrics and quotas (oscar-server 1.7)

    def get_metrics_summary(self) -> Any:
        """Return what the cluster has used in the last 24 hours."""
        return utils.make_request(self, METRICS, _GET)

    def get_metrics_breakdown(self, group_by: str = "service") -> Any:
        """Return the same by ``service``, ``user`` or ``country``."""
        path = f"{METRICS}/breakdown?group_by={quote(group_by, safe='')}"
        return utils.make_request(self, path, _GET)

    def get_service_metrics(self, service_name: str) -> Any:
        """Return what one service has used."""
        return utils.make_request(self, f"{METRICS}/{segment(service_name)}", _GET)

    def get_own_quota(self) -> Any:
        """Return the OIDC user's own quota; 401 with user and password."""
        return utils.make_request(self, QUOTAS, _GET)

    def get_user_quota(self, user_id: str) -> Any:
        """Return a user's quota; for admins."""
        return utils.make_request(self, f"{QUOTAS}/{segment(user_id)}", _GET)

    def update_user_quota(self, user_id: str, cpu: str, memory: str) -> Any:
        """Set a user's quota (``"4"``, ``"8Gi"``); for admins."""
        asked = {"cpu": str(cpu), "memory": str(memory)}
        return utils.make_request(
            self, f"{QUOTAS}/{segment(user_id)}", _PUT, data=json.dumps(asked)
        )

    # -- federations (oscar-server 1.3)

    def get_federation(self, service_name: str) -> Any:
        """Return topology and members of a service's federation."""
        return utils.make_request(self, f"{FEDERATION}/{segment(service_name)}", _GET)

    def add_federation_members(
        self,
        service_name: str,
        members: Sequence[Mapping[str, Any]],
        clusters: Mapping[str, Any] | None = None,
        storage_providers: Mapping[str, Any] | None = None,
    ) -> Any:
        """Append members; an answer that is text says which were not reached."""
        asked = _members(members, clusters, storage_providers)
        return utils.make_request(
            self, f"{FEDERATION}/{segment(service_name)}", _POST, data=json.dumps(asked)
        )

    def update_federation_members(
        self,
        service_name: str,
        members: Sequence[Mapping[str, Any]],
        update: Sequence[Mapping[str, Any]],
        clusters: Mapping[str, Any] | None = None,
        storage_providers: Mapping[str, Any] | None = None,
    ) -> Any:
        """Replace each of *members* by the first of *update*."""
        asked = _members(members, clusters, storage_providers) | {"update": list(update)}
        return utils.make_request(
            self, f"{FEDERATION}/{segment(service_name)}", _PUT, data=json.dumps(asked)
        )

    def remove_federation_members(
        self,
        service_name: str,
        members: Sequence[Mapping[str, Any]],
        delete: bool = False,  # noqa: FBT001, FBT002 - oscar-python's signature
    ) -> Any:
        """Take members out; with *delete* the services **of this cluster** so named go as well."""
        asked = _members(members) | {"delete": delete}
        return utils.make_request(
            self, f"{FEDERATION}/{segment(service_name)}", _DELETE, data=json.dumps(asked)
        )


def _bucket(name: str, visibility: str, users: Sequence[str] | None) -> dict[str, Any]:
    return {"bucket_name": name, "visibility": visibility, "allowed_users": list(users or ())}


def _members(
    members: Sequence[Mapping[str, Any]],
    clusters: Mapping[str, Any] | None = None,
    storage_providers: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    asked: dict[str, Any] = {"members": list(members)}
    if clusters:
        asked["clusters"] = clusters
    if storage_providers:
        asked["storage_providers"] = storage_providers
    return asked
