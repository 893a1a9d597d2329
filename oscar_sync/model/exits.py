"""The exit codes (product 7)."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes (product 7); stable."""

    OK = 0
    UNEXPECTED = 1
    CHANGES = 2
    INVALID = 3
    PARTIAL = 4
    STALE = 5
    UNREACHABLE = 6
    BLOCKED = 7
    LOCKED = 8
    NOT_VERIFIED = 9
    NO_TERMINAL = 10
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143
