"""Access tokens of oidc-agent's accounts, through its own client, liboidcagent."""

import time
import warnings
from queue import Empty, SimpleQueue
from threading import Thread
from types import ModuleType
from typing import Final

from oscar_sync.errors import MissingExtraError
from oscar_sync.model.secret import Secret
from oscar_sync.wire.failures import UnusableLoginError
from oscar_sync.wire.token_source import Fetched

HINT: Final = "oscar-sync"
"""What the agent tells its user who asks."""
TIMEOUT_S: Final = 120.0
"""The agent may ask a person to log in again."""


class Agent:
    """One account. The agent is found by its own variables, OIDC_SOCK and OIDC_REMOTE_SOCK."""

    def __init__(self, account: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Raises MissingExtraError: liboidcagent is not installed."""
        self._account = account
        self._timeout_s = timeout_s
        self._library = _library()

    def fetch(self, wanted_s: float) -> Fetched:
        """Raises UnusableLoginError: no agent, no such account, or the agent got none."""
        (answer, problem) = self._in_time(wanted_s)
        if problem:
            raise UnusableLoginError(f"oidc-agent, account {self._account}: {problem}")
        token, expires_at = answer
        return Fetched(Secret(token), expires_at - time.time() if expires_at else None)

    def _in_time(self, wanted_s: float) -> tuple[tuple[str, float], str]:
        """Ask on a thread of its own: the library would wait for ever."""
        done: SimpleQueue[tuple[tuple[str, float], str]] = SimpleQueue()

        def ask() -> None:
            with warnings.catch_warnings():
                # The library leaves its sockets to the collector.
                warnings.simplefilter("ignore", ResourceWarning)
                done.put(self._asked(wanted_s))

        Thread(target=ask, name=HINT, daemon=True).start()
        try:
            return done.get(timeout=self._timeout_s)
        except Empty:
            waited = f"no answer within {self._timeout_s:g} s"
            return ("", 0.0), f"{waited}; does it ask somebody to log in again?"

    def _asked(self, wanted_s: float) -> tuple[tuple[str, float], str]:
        library = self._library
        try:
            token, _, expires_at = library.get_token_response(
                self._account, min_valid_period=int(wanted_s) + 1, application_hint=HINT
            )
        except library.OidcAgentConnectError as error:
            remedy = f"start it: eval $(oidc-agent) && oidc-add {self._account}"
            return ("", 0.0), f"{error.message}; {remedy}"
        except library.OidcAgentError as error:
            return ("", 0.0), f"{error.message}; look with: oidc-token {self._account}"
        except (OSError, ValueError, LookupError, TypeError):
            # What the library lets through where the agent ends in the middle of an answer.
            return ("", 0.0), "the agent ended the conversation; is it running?"
        return (str(token), _seconds(expires_at)), ""


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _library() -> ModuleType:
    try:
        import liboidcagent
    except ImportError:
        raise MissingExtraError("liboidcagent", "oidc-agent") from None
    module: ModuleType = liboidcagent
    return module
