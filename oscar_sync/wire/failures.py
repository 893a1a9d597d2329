"""What can go wrong on the wire beyond the tree in ``errors``: each is one of its leaves."""

from oscar_sync.errors import BadAnswerError, UnreachableError
from oscar_sync.semantics.operator import find_definition


class NoAnswerError(UnreachableError):
    """None came to one request, or a gateway's."""


class UnusableLoginError(ValueError):
    """A log-in that cannot be sent; says why, never what it is."""


class PoisonedListError(BadAnswerError):
    """One definition cannot be read, so the server lists no service (oscar-server.md 1.2.3)."""

    def __init__(self, cluster: str, endpoint: str, message: str, service: str) -> None:
        remedy = (
            "an operator of the cluster must correct or delete that service's ConfigMap: "
            f"{find_definition(service)}; oscar-sync doctor looks for more"
        )
        super().__init__(cluster, endpoint, message, remedy)
        self.service = service
