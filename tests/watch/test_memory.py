"""What is kept between passes changes no plan: it equals the one of a process that just began."""

import itertools
import os

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oscar_sync.errors import InputError
from oscar_sync.manifests.load.files import ReadScope
from oscar_sync.manifests.load.reader import RememberingReader
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.memory import WatchMemory
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from oscar_sync.render.plan_text import plan_text
from oscar_sync.semantics.live import live_service

FDL = """\
functions:
  oscar:
  - edge:
      name: {name}
      image: ghcr.io/x/hello:1.0
      memory: {memory}
      script: {script}
      environment:
        variables: {{MODE: fast}}
"""
SETTINGS = "set: memory\nclusters:\n  edge: {{endpoint: 'https://oscar.example.org'}}\n{more}"
PATHS = {"a.yaml": "a", "b.yaml": "b", "sub/c.yaml": "c"}


def _fdl(file):
    names = st.just(PATHS[file]) | st.sampled_from(["a", "z"])
    return st.builds(
        FDL.format, name=names, memory=st.sampled_from(["1Gi", "2Gi", "3Xi"]),
        script=st.sampled_from(["run.sh", "other.sh", "gone.sh"]),
    ) | st.sampled_from(["functions: [", "note: no FDL\n"])  # fmt: skip


TEXTS = {
    **{file: _fdl(file) for file in PATHS},
    "run.sh": st.sampled_from(["echo 1\n", "echo 2\n", ""]),
    "other.sh": st.sampled_from(["echo 3\n"]),
    "sub/run.sh": st.sampled_from(["echo 4\n", "echo 5\n"]),
    "values.env": st.sampled_from(["MODE=slow\n", "MODE=late\n", "no line"]),
    "overlays/big.yaml": st.sampled_from(
        ["services: {a: {memory: 8Gi}}\n", "services: {b: {memory: 9Gi}}\n"]
    ),
    "oscar-sync.yaml": st.sampled_from(
        [SETTINGS.format(more=""), SETTINGS.format(more="env_file: values.env\n")]
    ),
    ".oscar-syncignore": st.sampled_from(["sub/\n", "# none\n"]),
}
EDITS = st.lists(
    st.sampled_from(sorted(TEXTS)).flatmap(
        lambda file: st.tuples(st.just(file), st.none() | TEXTS[file])
    ),
    min_size=1,
    max_size=3,
)
ENVIRON = {"OSCAR_USERNAME": "me", "OSCAR_PASSWORD": "word", "HOME": "/nowhere"}


def _begin(folder):
    for file, name in PATHS.items():
        _edit(folder, file, FDL.format(name=name, memory="1Gi", script="run.sh"))
    _edit(folder, "run.sh", "echo 1\n")
    _edit(folder, "sub/run.sh", "echo 4\n")
    _edit(folder, "oscar-sync.yaml", SETTINGS.format(more=""))


def _edit(folder, file, text):
    path = folder / file
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _seen(request, memory=None):
    """Everything that a plan is made from: services with their places, settings, findings."""
    try:
        state = desire(request, ENVIRON, memory)
    except InputError as error:
        return error.diagnostics
    services = [
        (one.key, one.form, one.secrets, one.locate(("memory",)), one.locate(("script",)))
        for one in state.services
    ]
    return services, state.settings, state.file_count, state.diagnostics


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.tuples(EDITS, st.booleans()), min_size=1, max_size=5))
def test_a_pass_from_memory_equals_a_cold_one_after_any_edits(tmp_path_factory, rounds):
    folder = tmp_path_factory.mktemp("project")
    _begin(folder)
    memory = WatchMemory()
    for edits, has_overlay in rounds:
        for file, text in edits:
            _edit(folder, file, text)
        overlays = ("big",) if has_overlay else ()
        request = DesireRequest((str(folder),), overlays=overlays, cwd=str(folder))
        assert _seen(request, memory) == _seen(request)


@pytest.fixture
def project(tmp_path):
    _begin(tmp_path)
    return tmp_path


def _request(folder):
    return DesireRequest((str(folder),), cwd=str(folder))


def _age(folder):
    """Let the files be old enough to be known by their times."""
    for path in folder.rglob("*.*"):
        os.utime(path, (1, 1))


class Counting(RememberingReader):
    """Counts how often something was made anew, by what."""

    def __init__(self):
        later = itertools.count(10**20)  # far behind every change: what is read is settled
        super().__init__(lambda: next(later))
        self.anew = []

    def made(self, key, inputs, found, make):
        def counted():
            self.anew.append(key[0])
            return make()

        return super().made(key, inputs, found, counted)


def test_only_what_was_saved_is_made_anew(project):
    files = Counting()
    memory = WatchMemory(files)
    first = desire(_request(project), ENVIRON, memory)
    files.anew.clear()
    _edit(project, "b.yaml", FDL.format(name="b", memory="2Gi", script="run.sh"))
    second = desire(_request(project), ENVIRON, memory)
    assert files.anew == ["file"]
    assert [one.form.memory for one in second.services] == ["1Gi", "2Gi", "1Gi"]
    assert second.services[0].form is first.services[0].form


def test_a_script_that_was_saved_is_read_for_its_services_alone(project):
    files = Counting()
    memory = WatchMemory(files)
    desire(_request(project), ENVIRON, memory)
    files.anew.clear()
    _edit(project, "sub/run.sh", "echo other\n")
    state = desire(_request(project), ENVIRON, memory)
    assert files.anew == ["file"]
    assert state.services[2].form.script == "echo other\n"


def test_a_file_written_again_with_the_same_content_is_not_parsed_again(project):
    files = Counting()
    memory = WatchMemory(files)
    desire(_request(project), ENVIRON, memory)
    files.anew.clear()
    for file in PATHS:
        text = (project / file).read_text()
        (project / file).unlink()
        (project / file).write_text(text)
    desire(_request(project), ENVIRON, memory)
    assert files.anew == []


def test_a_young_file_is_read_again_although_its_times_are_the_same(project):
    """A clock of the file system may tick more slowly than an editor saves."""
    file = project / "a.yaml"
    changed_ns = file.stat().st_ctime_ns
    memory = RememberingReader(lambda: changed_ns + 1_000_000)
    memory.enter(ReadScope(str(project), ()), "setting")
    real = memory.read(str(file), 1 << 20)
    memory._contents[str(file)] = replace(memory._contents[str(file)], content=b"old")
    assert memory.read(str(file), 1 << 20) == real


LOOP = """
      input: [{storage_provider: minio, path: bucket/in}]
      output: [{storage_provider: minio, path: bucket/OUT}]
"""


def test_what_is_wrong_side_by_side_is_said_as_long_as_it_is(project):
    memory = WatchMemory()
    right = FDL.format(name="b", memory="1Gi", script="run.sh") + LOOP.strip("\n")

    def save(folder):
        _edit(project, "b.yaml", right.replace("OUT", folder) + "\n")
        return desire(_request(project), ENVIRON, memory)

    for _ in range(2):
        assert not save("out").diagnostics
        for _ in range(2):
            with pytest.raises(InputError, match="trigger loop"):
                save("in")


def test_another_environment_forgets_everything(project):
    files = Counting()
    memory = WatchMemory(files)
    desire(_request(project), ENVIRON, memory)
    files.anew.clear()
    desire(_request(project), {**ENVIRON, "MODE": "else"}, memory)
    assert files.anew.count("file") == 3


def test_what_a_pass_read_is_known_also_where_it_could_not_be_used(project):
    memory = WatchMemory()
    _edit(project, "a.yaml", FDL.format(name="a", memory="1Gi", script="gone.sh"))
    with pytest.raises(InputError):
        desire(_request(project), ENVIRON, memory)
    files = memory.files.files
    assert files[str(project / "gone.sh")] is None
    assert files[str(project / "b.yaml")] is not None
    assert files[str(project / "oscar-sync.yaml")] is not None
    assert {str(project), str(project / "sub")} <= memory.files.folders


class Answers:
    """A list of services as a server would write it, byte for byte."""

    def __init__(self):
        self.listed = [{"name": name, "namespace": "oscar-svc"} for name in "ab"]

    def services_content(self):
        return repr(self.listed).encode()

    def services_in(self, content):
        del content
        return [dict(raw) for raw in self.listed]


def test_services_that_the_server_shows_as_before_are_not_brought_to_normal_form_again():
    edge, answers, memory = ClusterId("edge"), Answers(), WatchMemory()
    first = memory.services(edge, answers)
    assert memory.services(edge, answers) is first
    answers.listed[1]["memory"] = "4Gi"
    second = memory.services(edge, answers)
    assert second[0] is first[0]
    assert second == tuple(live_service(edge, raw) for raw in answers.listed)


GOOD = {
    **{
        file: st.builds(
            FDL.format, name=st.just(name), memory=st.sampled_from(["1Gi", "2Gi", "4Gi"]),
            script=st.sampled_from(["run.sh", "other.sh"] if "/" not in file else ["run.sh"]),
        )
        for file, name in PATHS.items()
    },
    "run.sh": st.sampled_from(["echo 1\n", "echo 2\n"]),
    "other.sh": st.sampled_from(["echo 3\n", "echo 4\n"]),
    "oscar-sync.yaml": st.sampled_from(
        [
            SETTINGS.format(more=""),
            SETTINGS.format(more="services: {a: {ignore: [memory]}}\n"),
            SETTINGS.format(more="prune: true\n"),
        ]
    ),
}  # fmt: skip
GOOD_EDITS = st.lists(
    st.sampled_from(sorted(GOOD)).flatmap(lambda file: st.tuples(st.just(file), GOOD[file])),
    min_size=1, max_size=3,
)  # fmt: skip
LIVE = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1Gi", "2Gi", "4Gi"])), max_size=2
)


def _move(emulator, name, memory):
    """Change a service by hand, as somebody else would, if the cluster has it."""
    login = (emulator.user, emulator.password)
    url = f"{emulator.url}/system/services"
    found = requests.get(f"{url}/{name}", auth=login, timeout=60)
    if found.status_code == 200:
        moved = {**found.json(), "memory": memory}
        requests.put(url, json=moved, auth=login, timeout=60).raise_for_status()


def _plan(request, environ, memory=None):
    """Everything that people are told of a plan, and what its steps would send."""
    connections = Connections(environ)
    try:
        desired = desire(request, environ, memory)
        draft = plan_once(desired, PlanOptions(), connections, memory).draft
    except InputError as error:
        return error.diagnostics
    finally:
        connections.close()
    materials = draft.materials.items()
    forms = {name: (getattr(item, "form", None), item.secrets) for name, item in materials}
    return draft.plan, plan_text(draft.plan), forms


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.tuples(GOOD_EDITS | EDITS, LIVE), min_size=2, max_size=5))
def test_a_plan_from_memory_equals_a_cold_one_after_any_edits_on_both_sides(
    tmp_path_factory, oscar_emulator, rounds
):
    oscar_emulator.reset()
    folder = tmp_path_factory.mktemp("project")
    _begin(folder)
    _edit(folder, "other.sh", "echo 3\n")
    environ = {
        "OSCAR_USERNAME": oscar_emulator.user, "OSCAR_PASSWORD": oscar_emulator.password,
        "HOME": "/nowhere", "XDG_CACHE_HOME": str(folder),
    }  # fmt: skip
    request = replace(_request(folder), clusters=(oscar_emulator.url,))
    first = plan_once(desire(request, environ), PlanOptions(), connections := Connections(environ))
    apply_once(first, ApplyOptions(), connections)
    connections.close()
    memory = WatchMemory()
    for edits, moves in rounds:
        for file, text in edits:
            _edit(folder, file, text)
        for name, size in moves:
            _move(oscar_emulator, name, size)
        assert _plan(request, environ, memory) == _plan(request, environ)
