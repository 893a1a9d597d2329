"""What starts a service, and where it answers."""

from urllib.parse import quote

from oscar_sync.model.cluster import Cluster
from oscar_sync.model.form import Form
from oscar_sync.semantics.buckets import inputs
from oscar_sync.semantics.normal_form import is_exposed


def kind_of(form: Form) -> str:
    if is_exposed(form):
        return "exposed"
    return "uploads" if inputs(form) else "calls"


def address_of(cluster: Cluster, name: str) -> str:
    """Return where an exposed service answers (oscar-server 1.2.7)."""
    return f"{cluster.endpoint}/system/services/{quote(name, safe='')}/exposed/"


def places_of(form: Form) -> str:
    return ", ".join(f"{bucket}/{folder}/" for bucket, folder in inputs(form))
