"""Commands against a cluster whose every answer is hostile: words, an exit code, no write."""

import json

import pytest

from oscar_sync.model.exits import Exit
from tests.support.terminals import is_harmless
from tests.unit.wire.stub import Reply, running

TERMINAL = "a\x1b]0;gone\x07\x1b[2J\x9b31m\u202e\u2028\x85\x00\rb"
SERVICE = {
    "name": "hello", "image": TERMINAL, "script": TERMINAL, "memory": TERMINAL, "owner": TERMINAL,
    "annotations": {TERMINAL: TERMINAL, "oscar-sync.io/owner": TERMINAL},
    "environment": {"variables": {TERMINAL: TERMINAL}, "secrets": {TERMINAL: TERMINAL}},
    "input": [{"storage_provider": TERMINAL, "path": TERMINAL}],
    "labels": {TERMINAL: TERMINAL}, "bucket_list": [TERMINAL], "token": TERMINAL,
}  # fmt: skip
HOSTILE = {
    "deep": b"[" * 500 + b"]" * 500,
    "no JSON": b"<html><script>alert(1)</script>",
    "nothing": b"",
    "escapes": json.dumps([SERVICE]).encode(),
    "escapes, as one": json.dumps(SERVICE).encode(),
    "names that leave": json.dumps(
        [{**SERVICE, "name": name} for name in ("../../x", "/etc/x", "CON", "a\x00", TERMINAL, "")]
    ).encode(),
    "other types": json.dumps(
        [{"name": "hello", "image": [1], "script": {}, "memory": [], "input": {"a": 1}}]
    ).encode(),
    "long": json.dumps([{**SERVICE, "image": "x" * 3_000_000, "script": "y\n" * 500_000}]).encode(),
    "many": json.dumps([{"name": f"s{number}", "image": "i"} for number in range(3000)]).encode(),
}
SAID = {Exit.OK, Exit.CHANGES, Exit.INVALID, Exit.PARTIAL, Exit.UNREACHABLE, Exit.BLOCKED}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("status", [200, 500])
def test_commands_survive_a_hostile_cluster(project, kind, status):
    target = project.folder.parent / "target"
    before = sorted(project.folder.parent.rglob("*"))
    with running() as stub:
        stub.replies = [Reply(status, HOSTILE[kind])]
        settings = (project.folder / "oscar-sync.yaml").read_text()
        (project.folder / "oscar-sync.yaml").write_text(
            settings.replace(project.emulator.url, stub.url)
        )
        for args in (
            ["plan"],
            ["drift"],
            ["status"],
            ["doctor"],
            ["export", target, "--all-owners"],
        ):
            code, out, err = project.run(*args, "--timeout", "5")
            assert code in SAID, (args, err[-500:])
            assert is_harmless(out + err)
            assert "Traceback" not in out + err
        assert {asked.method for asked in stub.asked} <= {"GET", "HEAD"}
    made = {path for path in project.folder.parent.rglob("*") if target not in path.parents}
    assert made - {target, *before} == set()


@pytest.mark.parametrize("kind", ["deep", "no JSON", "nothing", "other types"])
def test_an_apply_to_a_hostile_cluster_erases_nothing(project, kind):
    with running() as stub:
        stub.replies = [Reply(body=HOSTILE[kind])]
        project.settings("prune: true\n")
        file = project.folder / "oscar-sync.yaml"
        file.write_text(file.read_text().replace(project.emulator.url, stub.url))
        code, out, err = project.run("apply", "--yes", "--timeout", "5")
        assert "DELETE" not in {asked.method for asked in stub.asked}
    assert code not in {Exit.OK, Exit.UNEXPECTED}, out + err


HOSTILE_FILES = {
    "bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "deep": "a: " + "[" * 5000,
    "a tag": "clusters: !!python/object/apply:os.system ['touch made']\n",
    "escapes": f'"{TERMINAL.encode("unicode_escape").decode()}": "\\e[2J\\u202e"\n',
    "no text": "\udcff\udcfe\x00",
    "a line of a million": "A=" + "x" * 1_000_000,
    "unset": "set: ${NOT_SET}\nB=${NOT_SET}\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE_FILES)
@pytest.mark.parametrize("name", ["oscar-sync.yaml", ".env", "overlays/x.yaml", "hello.yaml"])
def test_hostile_settings_env_files_and_overlays_are_refused_in_words(project, kind, name):
    project.settings("env_file: .env\n")
    (project.folder / "overlays").mkdir()
    (project.folder / ".env").write_text("A=b\n")
    (project.folder / "overlays" / "x.yaml").write_text("services: {}\n")
    (project.folder / name).write_bytes(HOSTILE_FILES[kind].encode(errors="surrogateescape"))
    code, out, err = project.run("plan", "--overlay", "x", "--timeout", "5")
    assert code in {*SAID, Exit.USAGE}, err[-500:]
    assert is_harmless(out + err)
    assert len(out + err) < 100_000
    assert not (project.folder / "made").exists()
