"""The table of rows: one function a row, in a module of its own or of its family.

A row takes a :class:`~bench.setting.Setting` and returns a :class:`~bench.measuring.Result`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.measuring import Result
from bench.rows.applying import apply, apply_faults
from bench.rows.board import board_idle, board_page, board_start
from bench.rows.client import (
    client_get,
    client_import,
    client_list,
    storage_big,
    storage_small,
)
from bench.rows.emulating import emulator
from bench.rows.inside import diff, render, yaml_marks
from bench.rows.pace import forecast, real_pace, restart_bound
from bench.rows.planning import big_repository, feel, plan_1k, plan_10k, plan_100, scaling
from bench.rows.seeding import (
    deletes,
    foreign_etags,
    seed_again,
    seed_big,
    seed_percent,
    seed_small,
)
from bench.rows.start import show_help, start
from bench.rows.watching import replan, watch
from bench.setting import Setting


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: ``work`` is what is measured, ``blind`` what that does not show.

    ``in_smoke`` ones make the short run.
    """

    number: int
    name: str
    measure: Callable[[Setting], Result]
    work: str
    blind: str
    in_smoke: bool = False


ROWS = (
    Row(
        1,
        "start",
        start,
        "`--version`",
        "what a command imports when it works",
        in_smoke=True,
    ),
    Row(
        2,
        "help",
        show_help,
        "`--help`, and that no heavy module is imported for it",
        "the help of a command",
        in_smoke=True,
    ),
    Row(
        3,
        "plan-100",
        plan_100,
        "a whole cold `plan` of 100 services, one changed",
        "TLS, a cluster far away, a cold page cache, the store's client",
        in_smoke=True,
    ),
    Row(
        4,
        "plan-1k",
        plan_1k,
        "the same of 1,000 services, ten changed",
        "as row 3; octoDNS plans other things",
        in_smoke=True,
    ),
    Row(
        5,
        "replan",
        replan,
        "a plan from memory after one of 1,000 files was saved, and what is new as text",
        "the quiet period before it",
    ),
    Row(
        6,
        "plan-10k",
        plan_10k,
        "as row 3 of 10,000 services, a hundred changed; peak memory",
        "as row 3; each tenth service is of its own kind, the rest repeat them",
    ),
    Row(
        7,
        "scaling",
        scaling,
        "the plan of 10,000 services",
        "where a cluster's own list becomes slow",
    ),
    Row(
        8,
        "yaml",
        yaml_marks,
        "1,000 files read, with places and duplicate keys",
        "files with anchors, or of other sizes than 40 lines",
        in_smoke=True,
    ),
    Row(
        9,
        "diff",
        diff,
        "1,000 pairs of services that all differ, scripts line by line",
        "equal pairs, which cost a hundredth",
        in_smoke=True,
    ),
    Row(
        10,
        "render",
        render,
        "the text of a plan of 1,000 updates, four fields each",
        "scripts line by line (row 9), a terminal",
        in_smoke=True,
    ),
    Row(
        11,
        "apply",
        apply,
        "a whole `apply --parallelism 16` of 400 updates, 20 ms a request, read back by lists",
        "a real OSCAR, where updates wait for each other (row 21)",
        in_smoke=True,
    ),
    Row(
        12,
        "apply-faults",
        apply_faults,
        "row 11's apply where each 20th PUT is reset or answered 500; every service right",
        "faults that last",
    ),
    Row(
        13,
        "restart-bound",
        restart_bound,
        "a whole `apply` of 20 creates, each of which stops the object store for 2 s",
        "a real restart, which takes 6 s",
    ),
    Row(
        14,
        "seed-small",
        seed_small,
        "a whole `seed` of 2,000 files of 4 KB onto an empty prefix of a SeaweedFS",
        "a store that is not on the same two cores",
    ),
    Row(
        15,
        "seed-again",
        seed_again,
        "the same files again, each time after a fresh checkout (new times): no upload",
        "unchanged times, which the others trust without a look",
    ),
    Row(
        16,
        "seed-percent",
        seed_percent,
        "20 of 2,000 files edited, sizes and times as before: exactly 20 uploads",
        "that aws and s5cmd miss such edits",
    ),
    Row(
        17,
        "seed-big",
        seed_big,
        "one file of 256 MB, and again after a fresh checkout; peak memory",
        "a store that writes faster than SeaweedFS does here",
    ),
    Row(
        18,
        "foreign-etags",
        foreign_etags,
        "a seed of what `aws s3 sync`, rclone and s5cmd have put there",
        "encrypted buckets, whose ETags say nothing",
    ),
    Row(
        19,
        "watch",
        watch,
        "`watch` of 1,000 services: from a save, less 300 ms of quiet, to the plan; idle CPU",
        "network file systems, which need `--poll`",
    ),
    Row(
        20,
        "emulator",
        emulator,
        "1,000 PUTs to the emulator by curl, sixteen at once",
        "creates, which wait for the store",
    ),
    Row(
        21,
        "real-pace",
        real_pace,
        "a whole `apply` of 60 updates at five calls a second (`emulator --kube-qps 5`)",
        "anything but the server's pace",
    ),
    Row(
        22,
        "client-import",
        client_import,
        "`from oscar_sync.client import Client`",
        "what a call imports then",
        in_smoke=True,
    ),
    Row(
        23,
        "client-get",
        client_get,
        "a script that reads 1,000 services, one after another",
        "a server that takes 300 ms for each",
    ),
    Row(
        24,
        "client-list",
        client_list,
        "a script that lists 1,000 services",
        "TLS",
    ),
    Row(
        25,
        "storage-small",
        storage_small,
        "a script that moves 2,000 files of 4 KB to a SeaweedFS and back, one after another",
        "many at once, as `seed` does it",
    ),
    Row(
        26,
        "storage-big",
        storage_big,
        "the same of one file of 256 MB",
        "a faster store",
    ),
    Row(
        27,
        "feel",
        feel,
        "a whole `plan` of ten services on an emulator, nothing changed",
        "a cluster far away, TLS",
        in_smoke=True,
    ),
    Row(
        28,
        "big-repository",
        big_repository,
        "a whole `plan` that creates 1,500 services with one script of 1 MiB; peak memory",
        "scripts that differ",
    ),
    Row(
        29,
        "deletes",
        deletes,
        "a whole `seed` with `delete_extra` that deletes 2,000 objects",
        "a store that deletes slowly",
    ),
    Row(
        30,
        "forecast",
        forecast,
        "ten creates, ten updates that add two buckets each and five removals, at store restarts "
        "of 6 s: the time that the plan says against that of the `apply`",
        "the limit of calls to Kubernetes (row 21)",
    ),
    Row(
        31,
        "board-start",
        board_start,
        "`watch --listen` of 1,000 services, from the start to a page that shows the plan",
        "a look at the clusters, which begins then",
    ),
    Row(
        32,
        "board-idle",
        board_idle,
        "the same with ten pages open, when it has looked at the clusters; idle CPU",
        "plans and looks, which `bench.scale_board` measures",
    ),
    Row(
        33,
        "board-page",
        board_page,
        "from a save, less 300 ms of quiet, to the page that shows it",
        "the browser",
    ),
)
