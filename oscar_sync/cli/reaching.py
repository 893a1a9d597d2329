"""Commands that speak to one cluster: which one, and what is said when a name is wrong."""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from oscar_sync.cli.border import guarded, log_to_stderr, tell_findings
from oscar_sync.cli.output import Output
from oscar_sync.client.choosing import Wanted, chosen
from oscar_sync.client.connection import Oscar
from oscar_sync.client.values import Service
from oscar_sync.errors import ClusterError, StoreError, UsageError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.exits import Exit
from oscar_sync.render.usage import command_on

_NO_BUCKET: Final = "(NoSuchBucket)"


def on_cluster(
    options: dict[str, Any], outputs: Sequence[Output], act: Callable[[Oscar], Exit | None]
) -> int:
    """Return the exit code of *act* on the cluster that *options* name: 0 if it gives none."""

    def run() -> Exit:
        log_to_stderr(options["log_level"])
        cluster, warnings = chosen(wanted_of(options), os.environ)
        if warnings:
            tell_findings(warnings, options["color"])
        with Oscar(cluster, timeout_s=options["timeout"]) as oscar:
            try:
                return act(oscar) or Exit.OK
            except StoreError as error:
                # `bucket list` shows those of the cluster alone, not of a service's provider.
                if _NO_BUCKET not in error.message or options.get("service"):
                    raise
                remedy = f"{command_on(cluster, 'bucket list')} shows those there are"
                raise StoreError(error.endpoint, f"{error.message}; {remedy}") from error

    return guarded(run, outputs, options["color"])


def wanted_of(options: dict[str, Any]) -> Wanted:
    return Wanted(
        tuple(options["cluster"]),
        options["settings"] or "",
        options["config"] or "",
        options["token_file"] or "",
        allow_outside=tuple(options["allow_outside"]),
        endpoints_allowed=tuple(options["endpoint_allowed"]),
    )


def service_of(oscar: Oscar, name: str) -> Service:
    """Return a service.

    Raises:
        UsageError: there is none of that name; it tells which was meant.
        RefusedError: it is someone else's.
    """
    service = oscar.service(name)
    if service is None:
        raise unknown_service(oscar, name)
    return service


def unknown_service(oscar: Oscar, name: str) -> UsageError:
    try:
        names = [service.name for service in oscar.services()]
    except ClusterError:
        names = []
    return unknown(oscar, "service", name, names)


def unknown_job(oscar: Oscar, name: str, job: str) -> UsageError:
    listing = command_on(oscar.cluster, f"service jobs {name}")
    return UsageError(f"{name} has no job {job}: {listing} shows those there are")


def unknown(oscar: Oscar, kind: str, name: str, names: Iterable[str]) -> UsageError:
    return UsageError(
        f"there is no {kind} {name} on {oscar.cluster.id}; "
        f"{hint_of(kind, name, names, oscar.cluster)}"
    )


def hint_of(kind: str, name: str, names: Iterable[str], on: Cluster) -> str:
    """Return what may have been meant by *name*, which none of the *names* is."""
    from oscar_sync.documents.suggestion import did_you_mean

    cluster, _, alone = name.rpartition("/")
    if cluster:
        return f"a cluster is named by an option: {alone} -c {cluster}"
    return did_you_mean(name, names) or (f"{command_on(on, f'{kind} list')} shows those there are")
