"""Folders of files, a SeaweedFS, and the programs that bring the ones onto the other."""

import contextlib
import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench import workload
from bench.measuring import BrokenRunError, Sample, run
from bench.setting import PEERS, Setting
from oscar_sync.storage.store import ObjectStore
from tools.weed import BUCKET, WEED_KEYS, Weed

_CHUNK_BYTES = 1 << 20
_DICE = 20261128
_RCLONE_TUNED = ("--checksum", "--fast-list", "--transfers", "16", "--checkers", "16",
                 "--s3-chunk-size", "16M")  # fmt: skip
Snapshot = Mapping[str, tuple[str, object]]
"""ETag and time of writing by key: an upload changes one of them."""


@dataclass(frozen=True)
class Seeds:
    """A store, a cluster that names it, and uploaders that all bring *files* below a prefix."""

    setting: Setting
    weed: Weed
    cluster_environ: Mapping[str, str]
    files: Path

    @property
    def store_environ(self) -> dict[str, str]:
        """Return the environment of the yardsticks."""
        access_key, secret_key = WEED_KEYS
        return {
            **self.setting.environ,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.weed.url,
            "S3_ENDPOINT_URL": self.weed.url,
            "RCLONE_CONFIG": os.devnull,
            "RCLONE_S3_PROVIDER": "SeaweedFS",
            "RCLONE_S3_ENV_AUTH": "true",
            "RCLONE_S3_ENDPOINT": self.weed.url,
        }

    def ours(self, prefix: str, says: str = "", *, deletes: bool = False) -> Sample:
        """Run our seed; *says* is what it must tell. It *deletes* what the files do not hold."""
        project = self.files.parent
        seed = {
            "from": self.files.name,
            "to": f"minio.default:{BUCKET}/{prefix}",
            "delete_extra": deletes,
        }
        rows = json.dumps({workload.name_of(0): {"seeds": [seed]}})
        settings = project / "oscar-sync.yaml"
        settings.write_text(f"{workload.SETTINGS}services: {rows}\n")
        command = [*self.setting.program, "seed", project / "services"]
        command += ["--settings", settings, "--yes", "--quiet"]
        return run(command, self.cluster_environ, says=says)

    def rclone_tuned(self, prefix: str) -> Sample:
        """Run rclone as its documentation tunes it for stores: by checksum, sixteen at once."""
        return self._rclone(prefix, *_RCLONE_TUNED)

    def rclone(self, prefix: str) -> Sample:
        """Run rclone as it comes: by size and a time of writing in the metadata."""
        return self._rclone(prefix)

    def _rclone(self, prefix: str, *flags: str) -> Sample:
        target = f":s3:{BUCKET}/{prefix}"
        return self._peer(self.setting.peer("rclone"), "sync", *flags, self.files, target)

    def aws(self, prefix: str) -> Sample:
        """Run ``aws s3 sync``: by size, and whether the file is newer than the object."""
        words = ("s3", "sync", "--only-show-errors", self.files, f"s3://{BUCKET}/{prefix}")
        return self._peer(self.setting.peer("aws"), *words)

    def s5cmd(self, prefix: str) -> Sample:
        """Run ``s5cmd sync``, the program itself in place of its package's wrapper."""
        found = PEERS.glob("lib/python*/site-packages/s5cmd/bin/s5cmd")
        program = next(found, None) or self.setting.peer("s5cmd")
        return self._peer(program, "sync", f"{self.files}/", f"s3://{BUCKET}/{prefix}/")

    def _peer(self, program: Path, *words: object) -> Sample:
        return run([program, *words], self.store_environ)

    def snapshot(self, prefix: str) -> Snapshot:
        """Return what lies below *prefix*."""
        store = ObjectStore(self.weed.address, {})
        listed = store.list_objects(BUCKET, f"{prefix}/")
        return {found.key: (found.etag, found.last_write) for found in listed}

    def names(self) -> list[Path]:
        """Return the files in order."""
        return sorted(self.files.iterdir())

    def check_out_anew(self) -> None:
        """Give every file the time of now, as a fresh checkout does."""
        for path in self.names():
            os.utime(path)

    def edit(self, count: int, letter: bytes) -> None:
        """Change the first *count* files, not their sizes and not their times."""
        for path in self.names()[:count]:
            status = path.stat()
            with path.open("r+b") as file:
                file.write(letter * 16)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@contextlib.contextmanager
def seeds(setting: Setting, name: str, count: int, size_bytes: int) -> Iterator[Seeds]:
    """Run a store and a cluster beside *count* new files of *size_bytes*."""
    project = setting.folder / f"project-{name}"
    if not project.exists():
        shutil.copytree(setting.services(1), project / "services")
        (project / "services" / "oscar-sync.yaml").unlink()
        write_files(project / "files", count, size_bytes)
    with Weed(setting.peer("weed")) as weed:
        weed.start()
        served = replace(setting)
        vars(served)["canned"] = _with_store(setting, weed)
        with served.stub(1) as stub:
            yield Seeds(setting, weed, setting.login(stub), project / "files")


def _with_store(setting: Setting, weed: Weed) -> Path:
    """Return the cluster's answers, with the store named in them."""
    answers = json.loads(setting.canned.read_text())
    access_key, secret_key = WEED_KEYS
    answers["config"]["minio_provider"] |= {
        "endpoint": weed.url, "access_key": access_key, "secret_key": secret_key,
        "region": "us-east-1",
    }  # fmt: skip
    bucket = {
        "bucket_name": BUCKET, "visibility": "private", "allowed_users": None, "owner": "oscar",
        "metadata": {"owner": "oscar"},
    }  # fmt: skip
    answers["buckets"] = [*(answers["buckets"] or []), bucket]
    file = setting.folder / "canned-with-store.json"
    file.write_text(json.dumps(answers))
    return file


def write_files(folder: Path, count: int, size_bytes: int) -> None:
    """Write files whose content does not compress, the same in every run."""
    dice = random.Random(_DICE)  # noqa: S311 - content, not a secret
    folder.mkdir()
    for place in range(count):
        with (folder / f"f{place:05}.bin").open("wb") as file:
            for start in range(0, size_bytes, _CHUNK_BYTES):
                file.write(dice.randbytes(min(_CHUNK_BYTES, size_bytes - start)))


def changed(before: Snapshot, after: Snapshot) -> int:
    """Return how many objects were written between two snapshots.

    Raises:
        BrokenRunError: one is gone.
    """
    if before.keys() - after.keys():
        raise BrokenRunError("a seed deleted objects")
    return sum(after[key] != before.get(key) for key in after)
