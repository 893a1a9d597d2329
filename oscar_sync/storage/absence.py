"""A cluster's store restarts for creates and deletions, anybody's, and takes no connection then."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from oscar_sync.errors import StoreUnreachableError
from oscar_sync.semantics.restarts import LONGEST_ABSENCE_S

_PAUSE_S = 0.5
_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


def outlasting_restarts(
    call: Callable[_Arguments, _Answer], sleep: Callable[[float], None]
) -> Callable[_Arguments, _Answer]:
    """Return *call*, made again as long as the store takes no connection: nothing was sent then."""

    # Only for a store that was reached before: one that never answers is not worth the wait.
    def waiting(*args: _Arguments.args, **more: _Arguments.kwargs) -> _Answer:
        waited_s = 0.0
        while True:
            try:
                return call(*args, **more)
            except StoreUnreachableError as error:
                if error.was_sent or waited_s >= LONGEST_ABSENCE_S:
                    raise
            sleep(_PAUSE_S)
            waited_s += _PAUSE_S

    return waiting
