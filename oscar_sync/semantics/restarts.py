"""How often one write restarts the cluster's store, and how long its answer then takes.

Sources: oscar-server 4.4, 6.3; oscar-releases, "4.1.2, measured again this time".
"""

from typing import Final

from oscar_sync.model.form import Form
from oscar_sync.semantics.buckets import further_inputs, in_out_buckets, mounted_alone

RESTART_S: Final = 6.4
"""How long one restart takes: 7.6, 14.2 and 21.3 s for one to three, 65 s for ten creates."""

LONGEST_RESTART_S: Final = 15.0
LONGEST_ABSENCE_S: Final = 20.0
"""How long a store that restarts is waited for: 6 to 8 s, and others' restarts after it."""

PREFETCH_TIMEOUT_S: Final = 400.0
"""For writes of a service with ``image_prefetch``: the server pulls the image before it answers."""

_LEAST_S: Final = 30.0
_AFTER_S: Final = 8.0


def restarts_of_put(had: Form, form: Form) -> int:
    """Return how often a PUT that turns *had* into *form* restarts the store."""
    # Once for each bucket that is new to the service, one after another within the request, whether
    # the bucket exists or not. A further input in a bucket counts as new each time (140), and so
    # does a bucket that is mounted and no input or output.
    new = frozenset(in_out_buckets(form)).difference(in_out_buckets(had))
    return len(new) + len(further_inputs(form)) + (mounted_alone(form) is not None)


def write_timeout_s(restarts: int) -> float | None:
    """Return for how long an answer is waited for at least, None where the usual time will do."""
    # A PUT that added eleven buckets outlived 60 s, and ran on.
    return _LEAST_S + restarts * LONGEST_RESTART_S if restarts > 2 else None


def effect_wait_s(restarts: int) -> float:
    """Return for how long a write whose answer did not come may still be at work."""
    # The buckets and notifications of a POST are there some 6 s after its Kubernetes objects.
    return _AFTER_S + restarts * RESTART_S
