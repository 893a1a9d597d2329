"""The git program, run so that nothing a repository names is run, in bounds of time and size."""

import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

# No hook, filter, monitor or transport is run, no object is fetched, no replacement is followed,
# and whose folder it is does not matter where nothing of it is executed.
_OPTIONS: Final = (
    "--no-replace-objects", "--no-optional-locks", "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false", "-c", "protocol.allow=never", "-c", "safe.directory=*",
)  # fmt: skip
_ENVIRONMENT: Final = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_SLOWEST_S: Final = 60.0
_MOST: Final = 1 << 30
_MOST_SAID: Final = 1 << 14
_READ_AT_ONCE: Final = 1 << 16


class GitRun(Struct, frozen=True):
    """What became of a run: ``said`` is the end of its messages. One that was killed has failed."""

    output: bytes = b""
    said: str = ""
    is_done: bool = False


def has_git() -> bool:
    return shutil.which("git") is not None


def run_git(
    words: Sequence[str],
    *,
    given: bytes = b"",
    environ: Mapping[str, str] | None = None,
    slowest_s: float = _SLOWEST_S,
    held: tuple[int, ...] = (),
) -> GitRun:
    """Return what git makes of *words*, of which none is an option that a repository may name.

    *environ* is put into its environment, which is not that of this process. Git and what it
    starts keep the descriptors *held* open.
    """
    program = shutil.which("git")
    if program is None:
        return GitRun(said="git is not installed")
    variables = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath), **(environ or {})}
    try:
        with tempfile.TemporaryFile() as source:
            source.write(given)
            source.seek(0)
            with subprocess.Popen(  # noqa: S603 - runs nothing of a repository; see the options
                [program, *_OPTIONS, *words],
                env=variables,
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=held,
            ) as process:
                return _finished(process, time.monotonic() + slowest_s)
    except TimeoutError:
        return GitRun(said=f"git did not end within {slowest_s:.0f} s")
    except OverflowError:
        return GitRun(said=f"git gave more than {_MOST >> 20} MiB")
    except OSError as error:
        return GitRun(said=error.strerror or str(error))


def _finished(process: subprocess.Popen[bytes], until: float) -> GitRun:
    """Return what *process* came to; whatever else happens, it and what it started are ended.

    Raises:
        TimeoutError: it still runs at the time *until*.
        OverflowError: it writes too much.
    """
    try:
        output, said = _gathered(process, until)
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        _kill(process)
        raise TimeoutError from None
    except BaseException:
        _kill(process)
        raise
    return GitRun(output, said.decode(errors="replace"), process.returncode == 0)


def _gathered(process: subprocess.Popen[bytes], until: float) -> tuple[bytes, bytes]:
    output, said = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        for stream, content in ((process.stdout, output), (process.stderr, said)):
            if stream is not None:
                selector.register(stream, selectors.EVENT_READ, content)
        while selector.get_map():
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            for key, _ in selector.select(left_s):
                read = os.read(key.fd, _READ_AT_ONCE)
                if not read:
                    selector.unregister(key.fileobj)
                key.data.extend(read)
            if len(output) > _MOST:
                raise OverflowError
            del said[:-_MOST_SAID]
    return bytes(output), bytes(said)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
