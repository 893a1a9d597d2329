"""Rows 14 to 18, and 29: seeds against rclone, s5cmd and the AWS command line, on a SeaweedFS."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bench.measuring import BrokenRunError, Ratio, Result, Sample, in_turn, paired
from bench.seeds import Seeds, changed, seeds, write_files
from bench.setting import Setting

_SMALL, _SMALL_BYTES = 2_000, 4 << 10
_EDITED = 20
_BIG_BYTES = 256 << 20
_FOREIGN_BYTES = 256 << 20  # above the size where rclone begins to cut
_MOST_MB = 150
_NOTHING = "0 to seed"


def seed_small(setting: Setting) -> Result:
    """Compare 2,000 files of 4 KB onto an empty prefix."""
    with seeds(setting, "small", _SMALL, _SMALL_BYTES) as world:
        fresh = (f"small-{number}" for number in itertools.count())
        contenders = {
            "oscar-sync": lambda: world.ours(next(fresh), "1 of 1 action done"),
            "rclone tuned": lambda: world.rclone_tuned(next(fresh)),
        }
        samples = in_turn(contenders, setting.rounds)
        samples["aws s3 sync"] = [world.aws(next(fresh)) for _ in range(setting.slow_rounds)]
    return _against(samples, {"rclone tuned": 0.8, "aws s3 sync": 0.25})


def seed_again(setting: Setting) -> Result:
    """Compare seeds of what is there already, each after a fresh checkout; nothing is put."""
    with seeds(setting, "small", _SMALL, _SMALL_BYTES) as world:
        ours = _afresh(world, world.ours, "ours")
        contenders = {
            "oscar-sync": ours,
            "rclone --checksum": _afresh(world, world.rclone_tuned, "checksum"),
        }
        samples = in_turn({"oscar-sync, same times": lambda: world.ours("ours")}, 1)
        before = world.snapshot("ours")
        samples |= in_turn(contenders, setting.rounds)
        slow = {
            "rclone": _afresh(world, world.rclone, "rclone"),
            "aws s3 sync": _afresh(world, world.aws, "aws"),
        }
        samples |= in_turn(slow, setting.slow_rounds)
        puts = changed(before, world.snapshot("ours"))
    budgets = {"rclone --checksum": 1.5, "rclone": 0.15, "aws s3 sync": 0.05}
    return _against(samples, budgets, faults=_unless(puts == 0, f"{puts} objects were put anew"))


def seed_percent(setting: Setting) -> Result:
    """Compare seeds after 20 edits that change neither size nor time."""
    with seeds(setting, "small", _SMALL, _SMALL_BYTES) as world:
        letters = itertools.cycle(bytes([number]) for number in range(256))
        puts: list[int] = []

        def ours() -> Sample:
            before = world.snapshot("ours")
            world.edit(_EDITED, next(letters))
            sample = world.ours("ours", "1 of 1 action done")
            puts.append(changed(before, world.snapshot("ours")))
            return sample

        def theirs() -> Sample:
            world.edit(_EDITED, next(letters))
            return world.rclone_tuned("checksum")

        samples = in_turn({"oscar-sync": ours, "rclone --checksum": theirs}, setting.rounds)
    wrong = [count for count in puts[1:] if count != _EDITED]
    faults = _unless(not wrong, f"{_EDITED} edits made {wrong} uploads")
    return _against(samples, {"rclone --checksum": 1.5}, faults=faults)


def seed_big(setting: Setting) -> Result:
    """Compare one file of 256 MB onto an empty prefix, and again after a fresh checkout."""
    with seeds(setting, "big", 1, _BIG_BYTES) as world:
        fresh = (f"big-{number}" for number in itertools.count())
        peers = {"rclone tuned": world.rclone_tuned, "s5cmd": world.s5cmd, "aws s3 sync": world.aws}
        contenders = {"oscar-sync": world.ours, **peers}
        first = {name: _on_fresh(put, fresh) for name, put in contenders.items()}
        samples = in_turn(first, setting.rounds)
        again = {
            f"{name}, again": _afresh(world, put, f"again-{name[0]}")
            for name, put in contenders.items()
        }
        # Those that upload again leave the store writing: in turn with the others, they would
        # slow down whoever comes next.
        reading = ("oscar-sync, again", "rclone tuned, again")
        samples |= in_turn({name: again.pop(name) for name in reading}, setting.rounds)
        samples |= in_turn(again, setting.rounds)
        world.s5cmd("unread")
        unread = world.s5cmd("unread")
    peak = max(
        sample.peak_mb for name in ("", ", again") for sample in samples[f"oscar-sync{name}"]
    )
    return Result(
        samples,
        [
            _of_best("best of rclone, s5cmd, aws", samples, ""),
            _of_best("best of them, again after a fresh checkout", samples, ", again"),
            Ratio("one MB of peak memory", _MOST_MB, [peak]),
        ],
        [
            f"with old times s5cmd takes {unread.wall_s * 1000:.0f} ms, and reads no content",
            *_unless(peak > 0, "the peak is below that of the suite itself, and was not measured"),
        ],
    )


def foreign_etags(setting: Setting) -> Result:
    """Seed what other programs have put: nothing is to be uploaded."""
    with seeds(setting, "foreign", 1, _FOREIGN_BYTES) as world:
        puts = {
            "aws s3 sync": world.aws,
            "rclone": world.rclone,
            "rclone tuned": world.rclone_tuned,
            "s5cmd": world.s5cmd,
        }
        samples, ratios, notes = {}, [], []
        for at, (name, put) in enumerate(puts.items()):
            prefix = f"foreign-{at}"
            put(prefix)
            before = world.snapshot(prefix)
            samples[f"after {name}"] = [world.ours(prefix)]
            sent = changed(before, world.snapshot(prefix)) * _FOREIGN_BYTES
            ratios.append(Ratio(f"bytes uploaded after {name}", 0, [sent]))
            notes.append(f"{name}: {', '.join(etag for etag, _ in before.values())}")
    return Result(samples, ratios, notes)


def deletes(setting: Setting) -> Result:
    """Compare seeds that delete 2,000 objects which their folder does not hold."""
    with seeds(setting, "small", _SMALL, _SMALL_BYTES) as world:
        kept = replace(world, files=world.files.with_name("kept"))
        if not kept.files.exists():
            write_files(kept.files, 1, _SMALL_BYTES)

        def emptied(prefix: str, sync: Callable[[str], Sample]) -> Sample:
            world.rclone_tuned(prefix)
            sample = sync(prefix)
            left = len(world.snapshot(prefix))
            if left != 1:
                raise BrokenRunError(f"{left} objects are left below {prefix}, not 1")
            return sample

        contenders = {
            "oscar-sync": lambda: emptied("ours", lambda prefix: kept.ours(prefix, deletes=True)),
            "rclone tuned": lambda: emptied("rclone", kept.rclone_tuned),
        }
        samples = in_turn(contenders, setting.rounds)
    return _against(samples, {"rclone tuned": 1.2})


def _afresh(world: Seeds, put: Callable[[str], Sample], prefix: str) -> Callable[[], Sample]:
    def contender() -> Sample:
        world.check_out_anew()
        return put(prefix)

    return contender


def _on_fresh(put: Callable[[str], Sample], fresh: Iterator[str]) -> Callable[[], Sample]:
    return lambda: put(next(fresh))


def _of_best(against: str, samples: dict[str, list[Sample]], suffix: str) -> Ratio:
    names = [f"{name}{suffix}" for name in ("rclone tuned", "s5cmd", "aws s3 sync")]
    best = [
        min(several, key=lambda one: one.wall_s)
        for several in zip(*(samples[name] for name in names), strict=True)
    ]
    return paired(against, 1.25, samples[f"oscar-sync{suffix}"], best)


def _against(
    samples: dict[str, list[Sample]], budgets: dict[str, float], faults: Sequence[str] = ()
) -> Result:
    ours = samples["oscar-sync"]
    ratios = [
        paired(name, budget, ours[: len(samples[name])] or ours, samples[name])
        for name, budget in budgets.items()
    ]
    return Result(samples, ratios, faults=faults)


def _unless(is_right: bool, fault: str) -> list[str]:
    return [] if is_right else [fault]
