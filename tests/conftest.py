"""What all tests share: reproducible dice, the order of workers, and `--update-golden`."""

import gc
import os
import re
from pathlib import Path

import pytest
from hypothesis import settings

from tests.order import collected_from, longest_first

# No deadline: a busy machine is not a bug. The same examples each time: a change is judged by the
# laws, not by luck. Who says a number of them (as `make soak` does) searches, with new ones.
IS_SEARCH = "LAWS_EXAMPLES" in os.environ
settings.register_profile("laws", deadline=None, derandomize=not IS_SEARCH)
settings.load_profile("laws")


# Whoever runs the tests may be logged in to a cluster: it is none of theirs.
for name in [*os.environ]:
    if name.startswith(("OSCAR_", "OIDC_")) and name != "OSCAR_SYNC_CORPUS":
        del os.environ[name]
for name in ("TOKEN_FILE_PATH", "CI"):  # in CI there is a warning more
    os.environ.pop(name, None)
# With these, files go another way than without, and plans say so.
for name in [*os.environ]:
    if name.startswith("AWS_") or name.lower() in {"http_proxy", "https_proxy", "all_proxy"}:
        del os.environ[name]


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing"
    )


WORKER, WORKERS = (os.environ.get(f"PYTEST_XDIST_WORKER{end}", "") for end in ("", "_COUNT"))


def pytest_configure(config):
    if WORKER and config.args == ["tests"]:
        folders = sorted(path for path in (config.rootpath / "tests").iterdir() if path.is_dir())
        order = collected_from(folders, int(WORKER.removeprefix("gw")), int(WORKERS))
        config.args = [str(folder) for folder in order]


def pytest_collection(session):
    gc.disable()  # what is imported and collected stays: to look for garbage there finds none


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Let all workers have one list, which they compare."""
    if WORKER:
        items.sort(key=lambda item: item.path.relative_to(config.rootpath).parts[:2])
        items[:] = longest_first(items, int(WORKERS))


def pytest_collection_finish(session):
    gc.freeze()
    gc.enable()


@pytest.fixture
def golden(request):
    """Compares text with a file: `golden(path, text)`; writes it with `--update-golden`.

    A digest is left out: it covers the cluster's address, which is another one each time.
    """

    def matches(path: Path, text: str) -> None:
        text = re.sub(r"Digest [0-9a-f]{8}\b", "Digest ........", text)
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert path.is_file(), f"{path} does not exist: make golden writes it"
        assert text == path.read_bytes().decode()

    return matches
