"""FDL files to the services of one cluster, through the same reader as ``oscar-sync plan``."""

import logging
import os
from pathlib import Path
from typing import Any, Final

from oscar_sync.client.definition import DefinitionError
from oscar_sync.settings.entries import DEFAULT_KEYS

LOG: Final = logging.getLogger("oscar_sync.client")


def services_for(path: str | os.PathLike[str], cluster: str) -> list[Any]:
    """Return the services (``manifests.assembly.Manifest``) of a file for the cluster *cluster*.

    Those are the ones below its id, below a name for "the default" (``default-cluster``,
    ``oscar_service``) or below none. Scripts are read relative to the file, else to the working
    folder; secrets that the file leaves blank come from the environment's variables. A misspelt key
    is ignored, as by oscar-python.

    Raises:
        DefinitionError: the file cannot be deployed (all findings), or has nothing for it.
    """
    from oscar_sync.manifests.codes import ManifestCode
    from oscar_sync.manifests.load import Sources, load

    cwd = str(Path.cwd())
    read = load(Sources(paths=[os.fspath(path)], folder=os.sep, cwd=cwd, environ=dict(os.environ)))
    errors = [
        one
        for one in read.diagnostics
        if one.severity == "error" and one.code != ManifestCode.MISSPELT_KEY
    ]
    if errors:
        raise DefinitionError(
            "\n".join(
                f"{one.file}:{one.line}:{one.column}: {one.message}; {one.remedy}" for one in errors
            )
        )
    for diagnostic in read.diagnostics:
        LOG.info("%s:%s: %s", diagnostic.file, diagnostic.line, diagnostic.message)
    matching = [one for one in read.services if one.cluster_key in {cluster, *DEFAULT_KEYS}]
    for one in read.services:
        if one not in matching:
            LOG.info("%s is for cluster %s and is left out", one.name, one.cluster_key)
    if not matching:
        keys = ", ".join(sorted({one.cluster_key for one in read.services})) or "none"
        raise DefinitionError(
            f"FDL clusterID does not match current clusterID: {cluster}; the file has: {keys}"
        )
    return matching


def create_body(manifest: Any, cluster: str, release: tuple[int, int, int]) -> dict[str, Any]:
    """Return the body of the POST that makes the service."""
    from oscar_sync.semantics.bodies import post_body

    body = post_body(manifest.form, manifest.secrets, {}, release)
    return {**body, "cluster_id": body.get("cluster_id") or cluster}


def update_body(
    manifest: Any, live: dict[str, Any], cluster: str, release: tuple[int, int, int]
) -> dict[str, Any]:
    """Return the body of the PUT that turns *live* (as a GET shows it) into the service."""
    from oscar_sync.model.identity import ClusterId
    from oscar_sync.semantics.bodies import owner_to_write, put_body
    from oscar_sync.semantics.live import live_service

    now = live_service(ClusterId(cluster), live)
    stamp = {key: text for key, text in now.annotations.items() if key.startswith("oscar-sync.io/")}
    return dict(
        put_body(manifest.form, manifest.secrets, stamp, now, release, owner=owner_to_write(now))
    )
