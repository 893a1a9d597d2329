"""What a plan is asked to be about."""

from enum import StrEnum

from msgspec import Struct


class Scope(StrEnum):
    ALL = "all"
    SEED = "seed"
    REMOVE = "remove"
    ADOPT = "adopt"
    FORGET = "forget"
    DRIFT = "drift"
    ERASE = "erase"
    """Buckets and volumes that ``removed`` of the settings names, and nothing else."""


class PlanOptions(Struct, frozen=True):
    """What flags ask of a plan beside the settings.

    ``names`` are the services of ``remove``, ``adopt`` and ``forget`` as given; with ``all_ours``
    every service with this set's stamp is meant.
    """

    scope: Scope = Scope.ALL
    names: tuple[str, ...] = ()
    all_ours: bool = False
    checks_all_hooks: bool = False
    lists_unchanged: bool = False
