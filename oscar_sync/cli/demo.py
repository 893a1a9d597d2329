"""``oscar-sync demo``: the whole story against the embedded emulator, each command as typed."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click
from msgspec import Struct

from oscar_sync.cli import options as given
from oscar_sync.cli.border import say
from oscar_sync.cli.output import show, show_line
from oscar_sync.documents.on_disk import real_path
from oscar_sync.errors import MissingExtraError
from oscar_sync.model.exits import Exit
from oscar_sync.render.paint import Paint

_FILES: Final = {
    "oscar-sync.yaml": """\
set: garden
clusters:
  demo:
    endpoint: "${OSCAR_ENDPOINT}"
    auth_user: "${OSCAR_USERNAME}"
    auth_password: "${OSCAR_PASSWORD}"
  "*": demo
services:
  plants:
    seeds:
      - {from: models, to: "minio.default:plants/models"}
""",
    "plants.yaml": """\
functions:
  oscar:
  - oscar-cluster:
      name: plants
      image: ghcr.io/grycap/plants:1.0
      memory: 1Gi
      cpu: 0.5
      script: plants.sh
      input:
      - storage_provider: minio.default
        path: plants/in
      output:
      - storage_provider: minio.default
        path: plants/out
""",
    "plants.sh": """\
#!/bin/sh
name=$(basename "$INPUT_FILE_PATH")
echo "counting the words of $name"
wc -w < "$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/$name.count"
""",
    "models/model.txt": "weights, as it were\n",
}

_BY_HAND: Final = """\
import os
import requests
api = os.environ["OSCAR_ENDPOINT"]
login = os.environ["OSCAR_USERNAME"], os.environ["OSCAR_PASSWORD"]
service = requests.get(f"{api}/system/services/plants", auth=login).json()
service["memory"] = "4Gi"
print(requests.put(f"{api}/system/services", auth=login, json=service).status_code)
"""
_NEXT: Final = """\
oscar-sync init my-services                     # settings and a first service
oscar-sync emulator                             # an OSCAR on this machine to try them on
oscar-sync help plan                            # options and examples; docs/tutorial.md explains
"""
_PATIENCE_S: Final = 60.0


class Story(Struct):
    """Types commands in *folder*, and counts those that do not end as expected."""

    folder: Path
    environ: dict[str, str]
    paint: Paint
    failures: int = 0

    def tell(self, text: str) -> None:
        show_line("\n" + self.paint(f"# {text}", "cyan"))

    def run(self, words: str, *, expected: int = 0) -> None:
        show_line(self.paint(f"$ {words}", "bold"))
        args = shlex.split(words)
        self._execute([sys.executable, "-m", "oscar_sync", *args[1:]], expected)

    def wait(self, words: str, text: str) -> None:
        """Type a command that only asks, until it shows *text*: a job needs its time."""
        show_line(self.paint(f"$ {words}", "bold"))
        args = [sys.executable, "-m", "oscar_sync", *shlex.split(words)[1:]]
        deadline = time.monotonic() + _PATIENCE_S
        shown = ""
        while text not in shown and time.monotonic() < deadline:
            shown = subprocess.run(  # noqa: S603 - our own program and words
                args, cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False
            ).stdout
        show(shown)
        self.failures += text not in shown

    def python(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
        show_line(self.paint(f"$ cat {name}", "bold"))
        show(text)
        show_line(self.paint(f"$ python {name}", "bold"))
        self._execute([sys.executable, name], 0)

    def shell(self, words: str) -> None:
        show_line(self.paint(f"$ {words}", "bold"))
        self._execute(["/bin/sh", "-c", words], 0)

    def _execute(self, args: list[str], expected: int) -> None:
        sys.stdout.flush()
        done = subprocess.run(  # noqa: S603 - our own program and words
            args, cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode != expected:
            self.failures += 1
            say(f"(exit {done.returncode}, expected was {expected})")


@given.command("demo", "oscar-sync demo", "oscar-sync demo --keep story/")
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Keep the files of the demo in FOLDER.",
)
def command(keep: Path | None) -> int:
    """Run the main steps on an emulated cluster: plan, apply, seed, drift, remove, delete.

    On a terminal it ends with a board of that cluster, which Enter ends.
    """
    try:
        from oscar_sync.emulator.server import Emulator, EmulatorOptions
    except ImportError as error:
        say(f"error: {MissingExtraError(error.name or 'moto', 'emulator')}")
        return Exit.USAGE
    with tempfile.TemporaryDirectory(prefix="oscar-sync-demo-") as temporary:
        folder = Path(temporary)
        with Emulator(EmulatorOptions(port=0, s3_port=0, run_scripts=True)) as emulator:
            story = begin(folder, emulator.url, emulator.user, emulator.password)
            _play(story)
            show_board(story)
        if keep is not None:
            shutil.copytree(folder, keep, dirs_exist_ok=True)
    return Exit.UNEXPECTED if story.failures else Exit.OK


def begin(folder: Path, url: str, user: str, password: str) -> Story:
    """Return the story of *folder*, whose files are written, on the cluster at *url*."""
    from oscar_sync.cli.showing import stdout_paint

    _write_files(folder)
    package = str(Path(real_path(__file__)).parents[2])
    environ = {name: value for name, value in os.environ.items() if "OSCAR" not in name}
    environ |= {
        "OSCAR_ENDPOINT": url, "OSCAR_USERNAME": user, "OSCAR_PASSWORD": password,
        "XDG_CACHE_HOME": str(folder / ".cache"), "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", "")))),
    }  # fmt: skip
    return Story(folder, environ, stdout_paint("auto"))


def _write_files(folder: Path) -> None:
    for name, text in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def show_board(story: Story) -> None:
    """Serve a board of the first files until Enter or Ctrl-C, if there is a terminal to read it."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("CI"):
        return
    if find_spec("uvicorn") is None:
        story.tell("A page shows all of it, live: pip install 'oscar-sync[board]'")
        return
    _write_files(story.folder)
    story.tell("A page shows all of it, live. Open the address of the board; Enter ends it:")
    words = "oscar-sync watch --apply --yes --listen 127.0.0.1:0"
    show_line(story.paint(f"$ {words}", "bold"))
    sys.stdout.flush()
    board = subprocess.Popen(  # noqa: S603 - our own program and words
        [sys.executable, "-m", "oscar_sync", *words.split()[1:]],
        cwd=story.folder,
        env=story.environ,
        stdin=subprocess.DEVNULL,
    )
    with suppress(KeyboardInterrupt):
        sys.stdin.readline()
    board.terminate()
    board.wait()


def _play(story: Story) -> None:
    story.tell("A folder with one FDL file, its script, a file to seed and the settings:")
    story.shell("ls -R; cat oscar-sync.yaml plants.yaml")
    story.tell("Check the files, offline:")
    story.run("oscar-sync validate")
    story.tell("Show what apply would change:")
    story.run("oscar-sync plan")
    story.tell("Apply exactly that plan and verify it; the seed is uploaded too:")
    story.run("oscar-sync apply --yes")
    story.tell("A second plan finds nothing to do, and the seed is there already:")
    story.run("oscar-sync plan --detailed-exitcode")
    story.run("oscar-sync seed --yes")
    story.tell("Call the service:")
    story.run("oscar-sync service run plants -i 'green and veined'")
    story.tell("An upload below plants/in starts a job, whose result lands in plants/out:")
    story.shell("echo green and veined >leaf.txt")
    story.run("oscar-sync storage put leaf.txt plants/in/")
    story.wait("oscar-sync storage ls plants/out/", "leaf.txt.count")
    story.run("oscar-sync service jobs plants")
    story.tell("Somebody changes the service by hand:")
    story.python("by_hand.py", _BY_HAND)
    story.run("oscar-sync drift", expected=2)
    story.run("oscar-sync apply --yes")
    story.tell("Remove the service. OSCAR's own DELETE would delete its buckets; here they stay:")
    story.run("oscar-sync remove plants --yes")
    story.tell("The manifest still exists: apply creates the service again, with its data:")
    story.run("oscar-sync apply --yes")
    story.run("oscar-sync storage put leaf.txt plants/in/root.txt")
    story.wait("oscar-sync storage ls plants/out/", "root.txt.count")
    story.run("oscar-sync plan --detailed-exitcode")
    _play_erasure(story)


def _play_erasure(story: Story) -> None:
    story.tell("Data is deleted only if somebody names it. Another service uses the bucket:")
    story.shell(
        "sed 's/name: plants/name: gallery/; s#plants/in#gallery/in#' plants.yaml >gallery.yaml"
    )
    story.shell("rm plants.yaml; sed -i.old '/^services/,$d' oscar-sync.yaml")
    story.shell("echo 'removed: [{service: plants, erase: [plants]}]' >>oscar-sync.yaml")
    story.tell("So the deletion is blocked; everything else is done:")
    story.run("oscar-sync apply --yes", expected=7)
    story.tell("With that service removed as well, the plan counts what will be deleted:")
    story.shell("rm gallery.yaml; sed -i.old '/^removed/d' oscar-sync.yaml")
    story.shell("echo 'removed: [{service: plants, erase: [plants]}, gallery]' >>oscar-sync.yaml")
    story.run("oscar-sync plan")
    story.run("oscar-sync apply --yes")
    story.tell("Next:")
    show(_NEXT)
