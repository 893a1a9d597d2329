"""The main journey against a real cluster, which is left as it was found.

``OSCAR_SYNC_LIVE_URL`` names the cluster; the log-in stands in the environment, as for any command
(``OSCAR_TOKEN``, ``OSCAR_USERNAME`` with ``OSCAR_PASSWORD``, ``OIDC_AGENT_ACCOUNT``). The service,
its bucket and the set have a name of their own, made for this run: nothing else is written. The
job runs in ``OSCAR_SYNC_LIVE_IMAGE``; ``OSCAR_SYNC_LIVE_WAIT_S`` says how long it may take.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

IMAGE: Final = "ghcr.io/grycap/cowsay"
_SETTINGS: Final = """\
set: {name}
clusters:
  live:
    endpoint: "{url}"
  "*": live
"""
_SEEDS: Final = """\
services:
  {name}:
    seeds:
      - {{from: models, to: "minio.default:{name}/models"}}
"""
_ERASED: Final = 'removed: [{{service: {name}, erase: [{name}], because: "a trial"}}]\n'
_FDL: Final = """\
functions:
  oscar:
  - live:
      name: {name}
      image: {image}
      memory: {memory}
      cpu: 0.2
      script: run.sh
      input:
      - storage_provider: minio.default
        path: {name}/in
      output:
      - storage_provider: minio.default
        path: {name}/out
"""
_SCRIPT: Final = """\
#!/bin/sh
name=$(basename "$INPUT_FILE_PATH")
wc -w < "$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/$name.count"
"""


class JourneyError(Exception):
    """A step did not end as it must."""


@dataclass(frozen=True)
class Journey:
    """One service of its own, in a folder of its own."""

    name: str
    url: str
    image: str
    wait_s: float
    folder: Path
    environ: Mapping[str, str]

    def run(self, *args: str, expected: int = 0) -> str:
        """Run a command as a user would; return what it printed.

        Raises:
            JourneyError: it ended with another code than *expected*.
        """
        print("$ oscar-sync", *args, flush=True)
        done = self.command(*args)
        if done.returncode != expected:
            raise JourneyError(
                f"oscar-sync {' '.join(args)}: exit {done.returncode}, expected was {expected}\n"
                f"{done.stdout}{done.stderr}"
            )
        return done.stdout

    def command(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run a command, however it ends."""
        return subprocess.run(
            [sys.executable, "-m", "oscar_sync", *args],
            cwd=self.folder,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def write(self, memory: str = "256Mi") -> None:
        """Write the service, its script, a file to seed and the settings."""
        (self.folder / "models").mkdir(exist_ok=True)
        (self.folder / "models" / "model.txt").write_text("weights, as it were\n")
        (self.folder / "run.sh").write_text(_SCRIPT)
        (self.folder / "leaf.txt").write_text("green and veined\n")
        fdl = _FDL.format(name=self.name, image=self.image, memory=memory)
        (self.folder / "service.yaml").write_text(fdl)
        settings = f"{_SETTINGS}{_SEEDS}".format(name=self.name, url=self.url)
        (self.folder / "oscar-sync.yaml").write_text(settings)

    def has_all(self, *keys: str) -> None:
        """Hold the bucket to its files.

        Raises:
            JourneyError: one is missing.
        """
        shown = self.run("storage", "ls", self.name)
        missing = [key for key in keys if key not in shown]
        if missing:
            raise JourneyError(f"bucket {self.name} lacks {', '.join(missing)}:\n{shown}")

    def job_ends(self, output: str) -> None:
        """Wait until a job has written *output*.

        Raises:
            JourneyError: it has not within the time.
        """
        end = time.monotonic() + self.wait_s
        while output not in self.command("storage", "ls", self.name).stdout:
            if time.monotonic() > end:
                logs = self.command("service", "logs", self.name).stdout
                raise JourneyError(f"no {output} within {self.wait_s:g} s\n{logs}")
            time.sleep(1.0)

    def play(self) -> None:
        """Plan, apply, seed, run a job, review and update, remove with data kept, take up again."""
        self.write()
        self.run("validate")
        self.run("plan", "--detailed-exitcode", expected=2)
        self.run("apply", "--yes")
        self.run("plan", "--detailed-exitcode")
        self.run("storage", "put", "leaf.txt", f"{self.name}/in/")
        self.job_ends("leaf.txt.count")
        self.write(memory="300Mi")
        self.run("plan", "-o", "json=plan.json")
        self.run("apply", "--yes", "--expect", "plan.json")
        self.run("plan", "--detailed-exitcode")
        self.run("drift")
        self.run("remove", self.name, "--yes")
        self.has_all("in/leaf.txt", "out/leaf.txt.count", "models/model.txt")
        self.run("apply", "--yes")
        self.run("plan", "--detailed-exitcode")
        self.has_all("in/leaf.txt", "out/leaf.txt.count", "models/model.txt")

    def leave(self) -> None:
        """Delete the service and its bucket, both named, and look that they are gone.

        Raises:
            JourneyError: something is left.
        """
        (self.folder / "service.yaml").unlink(missing_ok=True)
        text = f"{_SETTINGS}{_ERASED}".format(name=self.name, url=self.url)
        (self.folder / "oscar-sync.yaml").write_text(text)
        self.run("apply", "--yes")
        listed = json.loads(self.run("service", "list", "-o", "json"))
        buckets = self.run("storage", "ls")
        if self.name in json.dumps(listed) or self.name in buckets:
            raise JourneyError(f"{self.name} is still there: delete the service and the bucket")


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Play the journey, and leave nothing behind, whatever happens."""
    url = environ.get("OSCAR_SYNC_LIVE_URL", "")
    if not url:
        print("set OSCAR_SYNC_LIVE_URL to the address of a cluster that may be written to")
        return 64
    with tempfile.TemporaryDirectory(prefix="oscar-sync-live-") as folder:
        journey = Journey(
            name=f"live-{secrets.token_hex(4)}",
            url=url,
            image=environ.get("OSCAR_SYNC_LIVE_IMAGE", IMAGE),
            wait_s=float(environ.get("OSCAR_SYNC_LIVE_WAIT_S", "600")),
            folder=Path(folder),
            environ={**environ, "OSCAR_SYNC_ENDPOINTS": url, "XDG_CACHE_HOME": f"{folder}/.cache"},
        )
        print(f"{journey.name} on {url}", flush=True)
        problems = []
        for part in (journey.play, journey.leave):
            try:
                part()
            except JourneyError as error:
                problems.append(str(error))
    print(*problems or ["the journey holds, and nothing is left"], sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
