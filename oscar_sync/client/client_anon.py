"""A client without a log-in: it invokes services whose token it is given."""

from collections.abc import Mapping
from typing import Any

from oscar_sync.client import options as reading
from oscar_sync.client.default_client import DefaultClient


class AnonymousClient(DefaultClient):
    """Invokes services with their own tokens: ``run_service(name, token=…)``."""

    def __init__(self, options: Mapping[str, Any] | None = None, **keywords: Any) -> None:
        """Read ``cluster_id``, ``endpoint``, ``ssl``; nothing is sent.

        Raises:
            KeyError: one of the first two is missing.
            ValueError: ``ssl`` is neither a truth nor a file.
        """
        given = reading.merged(options, keywords)
        self.id = reading.required(given, "cluster_id")
        self.endpoint = reading.required(given, "endpoint")
        self.ssl = reading.verify_of(given.get("ssl"))
        self._AUTH_TYPE = reading.ANONYMOUS
