"""What a run of one command holds on to: taking a large plan apart takes 2 % of it, for nothing."""

from typing import ClassVar


class Kept:
    """Things that end with the process. Off where it lives on, as in a watch."""

    is_on: ClassVar[bool] = False
    _things: ClassVar[list[object]] = []

    @classmethod
    def keep(cls, thing: object) -> None:
        """Hold *thing* until the process leaves."""
        if cls.is_on:
            cls._things.append(thing)
