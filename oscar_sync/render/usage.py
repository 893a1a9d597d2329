"""How a service is used, in a sentence: its address, or the command that starts it."""

import shlex
from urllib.parse import urlsplit

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.form import Form
from oscar_sync.semantics.buckets import inputs
from oscar_sync.semantics.use import address_of, kind_of, places_of


def use_of(cluster: Cluster, name: str, form: Form) -> str:
    match kind_of(form):
        case "exposed":
            return f"serves {address_of(cluster, name)}"
        case "uploads":
            return f"starts on uploads to {places_of(form)}: {upload_command(cluster, form)}"
        case _:
            return f"runs by: {run_command(cluster, name)}"


def run_command(cluster: Cluster, name: str) -> str:
    return f"oscar-sync service run {shlex.quote(name)} -c {cluster_flag(cluster)} -f FILE"


def upload_command(cluster: Cluster, form: Form) -> str:
    bucket, folder = inputs(form)[0]
    place = shlex.quote(f"{bucket}/{folder}/")
    return f"oscar-sync storage put FILE {place} -c {cluster_flag(cluster)}"


def command_on(cluster: Cluster, words: str) -> str:
    """Return a command line that means *cluster* wherever it is copied to."""
    return f"oscar-sync {words} -c {cluster_flag(cluster)}"


def cluster_flag(cluster: Cluster) -> str:
    """Return what ``-c`` takes for *cluster*: a bare address has no id that files know."""
    is_address = cluster.id == urlsplit(cluster.endpoint).netloc.rpartition("@")[2]
    return shlex.quote(cluster.endpoint if is_address else str(cluster.id))
