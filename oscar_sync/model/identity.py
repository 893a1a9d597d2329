"""Names of clusters, services and buckets, and the key that joins the first two."""

from typing import NewType

from msgspec import Struct

ClusterId = NewType("ClusterId", str)
"""What a user calls a cluster: an entry of the settings, of oscar-cli's file, or a URL's host."""

ServiceName = NewType("ServiceName", str)
"""An OSCAR service's name, unique within a cluster."""

BucketName = NewType("BucketName", str)
"""A bucket of the cluster's object store."""


class ServiceKey(Struct, frozen=True, order=True):
    """One service on one cluster; sorts by cluster, then name."""

    cluster: ClusterId
    name: ServiceName

    def __str__(self) -> str:
        return f"{self.cluster}/{self.name}"
