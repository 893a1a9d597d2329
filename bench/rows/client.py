"""Rows 22 to 26: the client against oscar-python and boto3."""

import random
from collections.abc import Sequence
from pathlib import Path

from bench.measuring import Result, Sample, in_turn, paired, run
from bench.setting import HERE, MOST, Setting, Stub
from tools.weed import WEED_KEYS, Weed

_SMALL, _SMALL_BYTES = 2_000, 4 << 10
_BIG_BYTES = 256 << 20
_CHUNK_BYTES = 1 << 20
_SEED = 20261124


def client_import(setting: Setting) -> Result:
    """Compare the import of the client with that of oscar-python's."""
    ours = [setting.python, "-c", "from oscar_sync.client import Client"]
    theirs = [setting.peer("python"), "-c", "from oscar_python.client import Client"]
    samples = in_turn(
        {
            "oscar-sync": lambda: run(ours, setting.environ),
            "oscar-python": lambda: run(theirs, setting.environ),
        },
        setting.rounds,
    )
    return _against_oscar_python(samples, 0.35)


def client_get(setting: Setting) -> Result:
    """Compare a script of 1,000 ``get_service`` with the same on oscar-python."""
    return _reads(setting, "get")


def client_list(setting: Setting) -> Result:
    """Compare a script that lists 1,000 services with the same on oscar-python."""
    return _reads(setting, "list")


def _reads(setting: Setting, what: str) -> Result:
    script = HERE / "peers" / "client_reads.py"

    def contender(stub: Stub, python: Path, package: str) -> Sample:
        command = [python, script, package, stub.url, what, MOST]
        return run(command, setting.environ, says=f"{MOST} read")

    with setting.stub(MOST) as stub:
        samples = in_turn(
            {
                "oscar-sync": lambda: contender(stub, setting.python, "oscar_sync"),
                "oscar-python": lambda: contender(stub, setting.peer("python"), "oscar_python"),
            },
            setting.rounds,
        )
    return _against_oscar_python(samples, 0.5)


def _against_oscar_python(samples: dict[str, list[Sample]], budget: float) -> Result:
    ours, theirs = samples.values()
    return Result(samples, [paired("oscar-python", budget, ours, theirs)])


def storage_small(setting: Setting) -> Result:
    """Compare 2,000 files of 4 KB up and down, one after another, with boto3."""
    return _transfers(setting, [_SMALL_BYTES] * _SMALL, 0.5)


def storage_big(setting: Setting) -> Result:
    """Compare one file of 256 MB up and down with boto3."""
    return _transfers(setting, [_BIG_BYTES], 1.0)


def _transfers(setting: Setting, sizes: Sequence[int], budget: float) -> Result:
    files = _files(setting.folder / f"files-{len(sizes)}", sizes)
    with setting.stub(1) as stub, Weed(setting.peer("weed")) as weed:
        weed.start()

        def contender(python: Path, script: str) -> Sample:
            words = [stub.url, weed.url, *WEED_KEYS, files, setting.folder / "fetched"]
            command = [python, HERE / "peers" / script, *words]
            return run(command, setting.environ, says=f"{len(sizes)} moved")

        samples = in_turn(
            {
                "oscar-sync": lambda: contender(setting.python, "client_transfers.py"),
                "boto3": lambda: contender(setting.peer("python"), "boto3_transfers.py"),
            },
            setting.rounds,
        )
    ours, theirs = samples.values()
    return Result(samples, [paired("boto3", budget, ours, theirs)])


def _files(folder: Path, sizes: Sequence[int]) -> Path:
    dice = random.Random(_SEED)  # noqa: S311 - content that does not compress, not a secret
    folder.mkdir(exist_ok=True)
    for place, size in enumerate(sizes):
        with (folder / f"f{place:05}.bin").open("wb") as file:
            for start in range(0, size, _CHUNK_BYTES):
                file.write(dice.randbytes(min(_CHUNK_BYTES, size - start)))
    return folder
