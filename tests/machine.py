"""What tests may ask of a machine that does other things as well."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_S = 600.0
"""How long is waited for what must come: a run that succeeds never waits so long."""


@contextmanager
def computing(most_s: float) -> Iterator[None]:
    """Allow *most_s* of processor time, which other programs do not use up as they do a clock's.

    Give ten times of what is needed: what this finds takes thousands of times as much.
    """
    began = time.thread_time()
    yield
    assert time.thread_time() - began < most_s
