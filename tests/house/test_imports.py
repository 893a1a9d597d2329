"""What is imported, where, and when."""

import ast
import os
import re
import subprocess
import sys
import tomllib

import pytest

from tests.house.tree import PACKAGE, ROOT, imported_names, place, python_files, syntax_tree

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
MODULES = python_files("oscar_sync")

# Where the name of the package to install is not the name to import.
IMPORT_NAMES = {
    "pyyaml": "yaml",
    "pysocks": "socks",
    "flask-cors": "flask_cors",
    "prometheus-client": "prometheus_client",
    "pyjwt": "jwt",
}
# Imported not by us but by what is named here: moto's server is written with them.
NEEDED_BY = {"flask": "moto", "flask-cors": "moto", "werkzeug": "moto"}
# They come with a package that is named, and belong to what it offers.
COME_WITH = {"boto3": "moto", "botocore": "moto", "markupsafe": "jinja2"}
# What is written for pytest's users finds pytest there.
OFFERED_TO_PYTEST = "oscar_sync/emulator/pytest_plugin.py:"
EVERYWHERE = {"msgspec"}  # all values are its structs
# pathlib and realpath raise for some paths that a user may write. An entry of a folder is there;
# `net`, which may not ask `documents`, catches what it gets.
RAISING = re.compile(r"os\.path\.realpath|(?<!entry)\.(exists|is_dir|is_file|resolve)\(\)")
TOO_SLOW_FOR_HELP = {
    "asyncio",
    "deepdiff",
    "http",
    "httpx",
    "jinja2",
    "minio",
    "moto",
    "obstore",
    "prometheus_client",
    "requests",
    "rich",
    "starlette",
    "urllib3",
    "uvicorn",
    "watchdog",
    "webdav4",
    "werkzeug",
    "yaml",
}


def _declared():
    extras = PROJECT["optional-dependencies"]
    requirements = [
        *PROJECT["dependencies"],
        *(line for extra in extras.values() for line in extra),
    ]
    names = {re.split(r"[^\w-]", requirement)[0] for requirement in requirements}
    return sorted(names - {PROJECT["name"]})


def _behind_doors():
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    return {*next(one for one in contracts if one["id"] == "doors")["forbidden_modules"]}


def _third_party_imports():
    for module in MODULES:
        for name, line in imported_names(module):
            root = name.partition(".")[0]
            if root not in sys.stdlib_module_names and root != PACKAGE.name:
                yield root, place(module, line)


@pytest.mark.parametrize("dependency", _declared())
def test_every_dependency_is_imported_by_a_door_of_its_own(dependency):
    imported = {root for root, _ in _third_party_imports()}

    name = IMPORT_NAMES.get(dependency, dependency)
    importer = NEEDED_BY.get(dependency, dependency)
    assert IMPORT_NAMES.get(importer, importer) in imported
    assert name in EVERYWHERE | _behind_doors()


def test_every_import_is_a_dependency_that_pyproject_names():
    declared = {IMPORT_NAMES.get(name, name) for name in _declared()}

    unnamed = {
        (root, where)
        for root, where in _third_party_imports()
        if COME_WITH.get(root, root) not in declared
        if not (root == "pytest" and where.startswith(OFFERED_TO_PYTEST))
    }

    assert unnamed == set()


def test_no_module_has_a_block_for_the_type_checker_alone():
    blocks = [
        place(module, line)
        for module in MODULES
        for name, line in imported_names(module)
        if name == "typing.TYPE_CHECKING"
    ]

    assert blocks == []


def test_tests_neither_sleep_nor_mock():
    shortcuts = [
        f"{place(module, line)}: {name}"
        for module in python_files("tests")
        for name, line in [*imported_names(module), *_attributes(module)]
        if name == "pytest_mock"
        or name.startswith(("unittest.mock", "mock."))
        # What starts another program may wait for it; a test waits for nothing.
        or (name == "time.sleep" and module.name not in {"conftest.py", "servers.py"})
    ]

    assert shortcuts == []


def test_flags_that_windows_lacks_are_asked_for_by_getattr():
    lacking = {"os.O_NOFOLLOW", "os.O_CLOEXEC", "os.O_NONBLOCK", "os.O_DIRECTORY"}
    named = [
        f"{place(module, line)}: {name}"
        for module in MODULES
        for name, line in _attributes(module)
        if name in lacking
    ]

    assert named == []


def _attributes(path):
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}", node.lineno


def _modules_loaded_by(*arguments):
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        cwd=ROOT,
    )
    return {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in run.stderr.splitlines()
        if line.startswith("import time:")
    }


_AS_TEXT = [
    f"cli.{name}"
    for name in ("plan", "apply", "watch", "drift", "seed", "remove", "adopt", "forget", "validate",
                 "explain", "graph", "narrow", "applying")
]  # fmt: skip


@pytest.mark.parametrize("module", _AS_TEXT)
def test_what_is_shown_as_text_needs_no_pydantic(module):
    """`published` is imported where a document is asked for: --help, plan and apply do without."""
    loaded = _modules_loaded_by("-c", f"import oscar_sync.{module}")

    assert "pydantic" not in loaded


def test_commands_speak_to_clusters_without_requests():
    """Its import is a tenth of a short plan: only the drop-in client hands out its answers."""
    loaded = _modules_loaded_by("-c", "import oscar_sync.cli.apply, oscar_sync.net.pool")

    assert "urllib3" in loaded
    assert "requests" not in loaded


@pytest.mark.skipif(not (PACKAGE / "__main__.py").exists(), reason="there is no command line yet")
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_slow(option):
    loaded = _modules_loaded_by("-m", "oscar_sync", option) - _modules_loaded_by("-c", "pass")

    assert loaded & TOO_SLOW_FOR_HELP == set()


def test_importing_the_package_loads_nothing_slow():
    loaded = _modules_loaded_by("-c", "import oscar_sync") - _modules_loaded_by("-c", "pass")

    assert loaded & TOO_SLOW_FOR_HELP == set()


def test_what_tests_share_lives_in_no_test_module():
    """`tests/support` holds it: who moves or deletes a test breaks no other one. A law that is run
    again elsewhere is imported with its module."""
    shared = [
        place(module, line)
        for module in python_files("tests")
        for name, line in imported_names(module)
        if re.match(r"tests\..*\btest_\w+\.", name)
    ]

    assert shared == []


def test_what_is_at_a_path_is_asked_by_what_never_raises():
    found = [
        place(path, line)
        for path in MODULES
        if not path.is_relative_to(PACKAGE / "emulator")
        and path.name not in {"on_disk.py", "trust.py"}
        for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if RAISING.search(text)
    ]
    assert found == []
