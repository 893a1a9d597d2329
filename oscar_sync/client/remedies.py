"""What to do about an answer, by what was asked and its status (oscar-server 1.2.6, 1.8)."""

from collections.abc import Mapping
from typing import Final

READING: Final[Mapping[int, str]] = {400: "is this the name of a service?"}

INVOKING: Final[Mapping[int, str]] = {
    401: "its token is not accepted; the next update of the service makes a new one",
    404: "there is no such service, or it is private and not yours",
    429: "too many calls are under way; try again later",
    500: "the service itself may have failed: look at its log",
    502: "it is not ready yet, or its script failed: look at its state and log",
    503: "it is not ready yet; try again",
    504: "it takes longer than the gateway waits: submit it as a job",
}

SWITCHING: Final[Mapping[int, str]] = {
    400: "only exposed services are started and stopped; others start with their first call",
    401: "check the credentials",
    403: "only its owner and administrators may do so",
    404: "there is no such service, it has no deployment, or its OSCAR is older than 4.1",
}
