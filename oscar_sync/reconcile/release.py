"""Which release a cluster runs, where it does not say so: by what it has (oscar-releases)."""

from collections.abc import Sequence

from oscar_sync.model.state import LiveService
from oscar_sync.semantics.capabilities import Observed, Release, named_release, observed_release
from oscar_sync.semantics.shapes import mapping_of
from oscar_sync.wire.api import OscarApi

_ABSENT = "oscar-sync-looks-for-the-release"
"""A name that no service and no bucket has: only whether the path is known is looked at."""


def release_found(
    version: str, services: Sequence[LiveService], api: OscarApi
) -> tuple[Release, str]:
    """Return the release of a cluster of this *version*, and why it is not certain, or blank.

    Builds without a version say `devel` or nothing: those are asked for what releases differ in.

    Raises:
        ClusterError: one of these questions is not answered.
    """
    named = named_release(version)
    if named is not None:
        return named, ""
    return observed_release(
        Observed(
            has_buckets=api.has_path("/system/buckets"),
            has_bucket_names=api.names_buckets(),
            has_bucket_by_name=api.has_path(f"/system/buckets/{_ABSENT}"),
            has_deployment=_has_deployment(api),
            has_port_lists=_has_port_lists(services, api),
        )
    )


def _has_deployment(api: OscarApi) -> bool:
    # Clusters with volumes turned off lack `/system/volumes` on every release.
    return api.has_path("/system/volumes") or api.has_path(f"/system/services/{_ABSENT}/deployment")


def _has_port_lists(services: Sequence[LiveService], api: OscarApi) -> bool:
    """Tell whether node ports are shown as lists; without a service the federation's path tells."""
    for service in services:
        port = mapping_of(service.raw.get("expose")).get("nodePort")
        if port is not None:
            return isinstance(port, list)
    return api.has_path(f"/system/federation/{_ABSENT}")
