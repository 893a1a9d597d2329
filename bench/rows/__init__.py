"""The table of rows: one function a row, in a module of its own or of its family.

A row takes a :class:`~bench.setting.Setting` and returns a :class:`~bench.measuring.Result`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.measuring import Result
from bench.rows.applying import apply, apply_faults
from bench.rows.client import (
    client_get,
    client_import,
    client_list,
    storage_big,
    storage_small,
)
from bench.rows.emulating import emulator
from bench.rows.inside import diff, render, yaml_marks
from bench.rows.pace import real_pace, restart_bound
from bench.rows.planning import plan_1k, plan_10k, plan_100, scaling
from bench.rows.seeding import foreign_etags, seed_again, seed_big, seed_percent, seed_small
from bench.rows.start import show_help, start
from bench.rows.watching import replan, watch
from bench.setting import Setting


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report; ``in_smoke`` ones make the short run."""

    number: int
    name: str
    measure: Callable[[Setting], Result]
    in_smoke: bool = False


ROWS = (
    Row(1, "start", start, in_smoke=True),
    Row(2, "help", show_help, in_smoke=True),
    Row(3, "plan-100", plan_100, in_smoke=True),
    Row(4, "plan-1k", plan_1k, in_smoke=True),
    Row(5, "replan", replan),
    Row(6, "plan-10k", plan_10k),
    Row(7, "scaling", scaling),
    Row(8, "yaml", yaml_marks, in_smoke=True),
    Row(9, "diff", diff, in_smoke=True),
    Row(10, "render", render, in_smoke=True),
    Row(11, "apply", apply, in_smoke=True),
    Row(12, "apply-faults", apply_faults),
    Row(13, "restart-bound", restart_bound),
    Row(14, "seed-small", seed_small),
    Row(15, "seed-again", seed_again),
    Row(16, "seed-percent", seed_percent),
    Row(17, "seed-big", seed_big),
    Row(18, "foreign-etags", foreign_etags),
    Row(19, "watch", watch),
    Row(20, "emulator", emulator),
    Row(21, "real-pace", real_pace),
    Row(22, "client-import", client_import, in_smoke=True),
    Row(23, "client-get", client_get),
    Row(24, "client-list", client_list),
    Row(25, "storage-small", storage_small),
    Row(26, "storage-big", storage_big),
)
