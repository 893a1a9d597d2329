"""Which files are read, what lies over them, and what is wrong only side by side."""

import os
import tracemalloc
from pathlib import Path

import pytest

from oscar_sync.manifests.checks.together import check
from oscar_sync.manifests.load import Manifests
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import Seed, Which
from oscar_sync.model.state import DesiredService
from tests.machine import computing
from tests.unit.manifests.reading import codes, read, said, service

WARNING = Severity.WARNING


def named(name: str, fields: str = "") -> str:
    return service(fields).replace("name: plants", f"name: {name}")


def names(manifests: Manifests) -> list[str]:
    return [str(one.name) for one in manifests.services]


def test_manifests_are_found_in_sorted_order_below_a_folder(tmp_path: Path) -> None:
    files = {
        "b.yml": named("b", "").replace("script.sh", "../script.sh"),
        "a/z.yaml": named("z").replace("script.sh", "../script.sh"),
        "c.fdl.json": '{"functions": {"oscar": [{"k": {"name": "j", "image": "i:1", '
        '"script": "script.sh"}}]}}',
        "other.json": "{",
        "notes.txt": "no",
    }
    files["b.yml"] = named("b")
    assert names(read(tmp_path, files)) == ["z", "b", "j"]


@pytest.mark.parametrize(
    "left_out",
    [
        ".hidden/x.yaml",
        ".x.yaml",
        "overlays/x.yaml",
        "node_modules/p/x.yaml",
        "lib/site-packages/x.yaml",
        "oscar-sync.yaml",
        "ignored/x.yaml",
        "deep/skip-me.yaml",
    ],
)
def test_what_is_no_manifest_is_left_out(tmp_path: Path, left_out: str) -> None:
    files = {
        "a.yaml": service(),
        left_out: "a: [",
        ".oscar-syncignore": "ignored/\n**/skip-*.yaml\n!keep.yaml\n",
    }
    manifests = read(tmp_path, files)
    assert (names(manifests), said(manifests)) == (["plants"], [])


@pytest.mark.parametrize("pattern", ["*a" * 30 + "b", "**/a/" * 30 + "b", "x" + "*" * 60 + "b"])
def test_a_pattern_of_many_stars_is_matched_or_refused_in_bounded_time(
    tmp_path: Path, pattern: str
) -> None:
    deep = f"{'a/' * 40}{'a' * 200}.yaml"
    with computing(most_s=20):
        manifests = read(tmp_path, {deep: service(), ".oscar-syncignore": f"{pattern}\n"})
    assert ("OSY105" in codes(manifests)) == ("x**" not in pattern)


def test_an_ignore_file_that_would_take_seconds_is_refused(tmp_path: Path) -> None:
    files = {"a.yaml": service(), ".oscar-syncignore": "a/b\n" * 16384}
    assert said(read(tmp_path, files)) == []
    files[".oscar-syncignore"] += "\n"
    assert said(read(tmp_path, files)) == ["cannot be read: over the limit of 64 KiB"]


def test_three_stars_in_a_part_and_runs_of_them_match_as_gitignore_has_it(tmp_path: Path) -> None:
    files = {
        "a.yaml": service(),
        "one-two-three.yaml": "a: [",
        "deep/er/skip.yaml": "a: [",
        ".oscar-syncignore": "# **** **** ****\n*-*-*.yaml\n**/er/s****p.yaml\n",
    }
    assert said(read(tmp_path, files)) == []


def test_a_virtual_environment_is_left_out(tmp_path: Path) -> None:
    files = {"a.yaml": service(), "env/pyvenv.cfg": "", "env/x.yaml": "a: ["}
    assert said(read(tmp_path, files)) == []


def test_a_symbolic_link_to_a_folder_above_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert codes(read(tmp_path, service())) == ["OSY107"]


def test_two_links_that_lead_to_each_other_end(tmp_path: Path) -> None:
    for here, there in (("one", "two"), ("two", "one")):
        (tmp_path / here).mkdir()
        (tmp_path / here / "link").symlink_to(tmp_path / there, target_is_directory=True)
    assert set(codes(read(tmp_path, service()))) == {"OSY107"}


@pytest.mark.parametrize("link", ["a-link", "z-link"])
def test_a_folder_that_links_lead_to_is_read_once_under_its_own_name(
    tmp_path: Path, link: str
) -> None:
    (tmp_path / "services").mkdir()
    for name in (link, f"{link}2"):
        (tmp_path / name).symlink_to("services", target_is_directory=True)
    manifests = read(tmp_path, {"services/a.yaml": service().replace("script.sh", "../script.sh")})
    assert (codes(manifests), manifests.file_count) == ([], 1)
    assert manifests.services[0].locate(("name",)).file == "services/a.yaml"
    paths = {"paths": (f"{link}/a.yaml", "services", link)}
    assert read(tmp_path, {}, **paths).file_count == 1


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a-link/a.yaml", ["OSY107"]),
        ("a-link/inner/", ["OSY107"]),
        ("a-link/deep/b.yaml", ["OSY107"]),
        ("z-link/a.yaml", []),
        ("a-link/", []),
        ("a.yaml", []),
        ("inner\ndeep", []),
    ],
)
def test_what_the_ignore_file_leaves_out_of_one_link_is_not_hidden_below_another(
    tmp_path: Path, rows: str, expected: list[str]
) -> None:
    """Else a service leaves the manifests without a word, and `prune` removes it."""
    for name in (".shared/inner", ".deep"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".shared" / "deep").symlink_to("../.deep", target_is_directory=True)
    for link in ("a-link", "z-link"):
        (tmp_path / link).symlink_to(".shared", target_is_directory=True)
    for path in ("a.yaml", "c.yaml", "inner/d.yaml", "deep/b.yaml"):
        (tmp_path / ".shared" / path).write_text("kind: Pod\n")
    manifests = read(tmp_path, {"own.yaml": service(), ".oscar-syncignore": f"{rows}\n"})
    assert codes(manifests) == expected


def test_folders_full_of_links_to_each_other_are_walked_once_each(tmp_path: Path) -> None:
    hidden = [tmp_path / f".{number}" for number in range(12)]
    for folder in hidden:
        folder.mkdir()
        (folder / f"{folder.name[1:]}.yaml").write_text("kind: Pod\n")
    for folder in (tmp_path, *hidden):
        for other in hidden:
            if other != folder:
                (folder / f"to{other.name[1:]}").symlink_to(other, target_is_directory=True)
    manifests = read(tmp_path, service())
    assert (set(codes(manifests)), manifests.file_count) == ({"OSY107"}, 1)
    assert [one.code for one in manifests.diagnostics].count("OSY112") == len(hidden)


def test_a_link_out_of_the_folder_must_be_allowed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
    (outside / "x.yaml").write_text(named("x"))
    (outside / "script.sh").write_text("echo")
    (root / "link").symlink_to(outside, target_is_directory=True)
    (root / "x.yaml").symlink_to(outside / "x.yaml")
    assert codes(read(root, service())) == ["OSY151", "OSY151"]
    allowed = read(root, service(), allow_outside=(str(outside),))
    assert said(allowed) == []


def test_a_large_file_is_named_in_a_warning_and_not_parsed(tmp_path: Path) -> None:
    manifests = read(tmp_path, {"a.yaml": service(), "big.yaml": "[" * (2 << 20) + "x"})
    assert (codes(manifests), codes(manifests, WARNING)) == ([], ["OSY106"])


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert codes(read(tmp_path, service(), paths=("nowhere",))) == ["OSY108"]


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("a.yml", "did you mean a.yaml?"),
        ("*.yml", "write the pattern without quotes"),
        ("nowhere/x", "check the PATH"),
    ],
)
def test_a_path_that_is_not_there_gets_the_one_that_is_meant(
    tmp_path: Path, path: str, remedy: str
) -> None:
    (found,) = read(tmp_path, service(), paths=(path,)).diagnostics
    assert found.remedy.startswith(remedy)


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    assert names(read(tmp_path, service(), paths=("a.yaml", ".", "./a.yaml"))) == ["plants"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(service())
    (tmp_path / "b.yaml").chmod(0)
    assert codes(read(tmp_path, service())) == ["OSY105"]


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_bytes(b"a: \xff\n")
    assert codes(read(tmp_path, service())) == ["OSY104"]


def test_a_script_is_a_path_beside_its_file_an_absolute_one_or_inline(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "own.sh").write_bytes(b"a\r\nb\r")
    files = {
        "sub/a.yaml": named("a").replace("script.sh", "own.sh"),
        "sub/b.yaml": named("b").replace("script.sh", str(tmp_path / "script.sh")),
        "sub/c.yaml": named("c").replace("script.sh", "|\n        echo in\n        line"),
    }
    manifests = read(tmp_path, files)
    assert [one.form.script for one in manifests.services] == [
        "a\nb\n",
        "#!/bin/sh\necho hi\n",
        "echo in\nline\n",
    ]
    places = [str(one.locate(("script",))) for one in manifests.services]
    assert places == ["sub/own.sh:1", "script.sh:1", "sub/c.yaml:6"]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("nowhere.sh", "OSY150"),
        ("/nowhere/x.sh", "OSY151"),
        ("../outside.sh", "OSY151"),
        ("linked.sh", "OSY151"),
        (".", "OSY152"),
        ("/dev/zero", "OSY152"),
        ("pipe", "OSY152"),
        ("latin.sh", "OSY104"),
        ("empty.sh", "OSY124"),
        ("nul\\0.sh", "OSY152"),
    ],
)
def test_a_script_that_cannot_be_used_is_an_error(tmp_path: Path, script: str, code: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.sh").write_text("echo")
    (root / "linked.sh").symlink_to(tmp_path / "outside.sh")
    (root / "latin.sh").write_bytes(b"ok\n\xe9")
    (root / "empty.sh").write_text("")
    os.mkfifo(root / "pipe")
    manifests = read(
        root,
        service().replace("script.sh", f'"{script}"'),
        allow_outside=("/dev",) if script.startswith("/dev") else (),
    )
    assert codes(manifests) == [code]


def test_a_script_outside_may_be_allowed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.sh").write_text("echo")
    text = service().replace("script.sh", "../outside.sh")
    assert said(read(root, text, allow_outside=("../outside.sh",))) == []


OVERLAY = """\
services:
  plants:
    memory: ${MEM:-4Gi}
    cpu: null
    environment:
      Variables: {B: over}
    allowed_users: [z]
"""


def test_an_overlay_patches_and_remembers_what_it_set(tmp_path: Path) -> None:
    fields = "memory: 1Gi\ncpu: '2'\nallowed_users: [a, b]\nenvironment: {variables: {A: 1, B: 2}}"
    files = {"a.yaml": service(fields), "overlays/prod.yaml": OVERLAY}
    (plants,) = read(tmp_path, files, overlays=("prod",)).services
    assert (plants.form.memory, plants.form.cpu) == ("4Gi", "0.2")
    assert plants.form.environment.variables == {"A": "1", "B": "over"}
    assert plants.form.allowed_users == ("z",)
    assert plants.locate(("memory",)) == Origin("overlays/prod.yaml", 3, 5, "overlay prod")
    assert plants.locate(("environment", "variables", "A")).layer == "fdl"
    assert plants.locate(("environment", "variables", "B")).layer == "overlay prod"


def test_a_script_of_an_overlay_is_relative_to_it(tmp_path: Path) -> None:
    files = {
        "a.yaml": service(),
        "overlays/prod.yaml": "services: {oscar-cluster/plants: {script: prod.sh}}",
        "overlays/prod.sh": "echo prod",
    }
    (plants,) = read(tmp_path, files, overlays=("prod",)).services
    assert plants.form.script == "echo prod"


@pytest.mark.parametrize(
    ("overlay", "code"),
    [
        ("services: {plnts: {memory: 1Gi}}", "OSY160"),
        ("service: {plants: {}}", "OSY160"),
        ("services: {plants: 1}", "OSY160"),
        ("services: {plants: {memory: '${NOWHERE}'}}", "OSY161"),
        ("a: [", "OSY101"),
    ],
)
def test_an_overlay_that_cannot_be_used_is_an_error(
    tmp_path: Path, overlay: str, code: str
) -> None:
    files = {"a.yaml": service(), "overlays/o.yaml": overlay}
    assert codes(read(tmp_path, files, overlays=("o",))) == [code]


def test_an_overlay_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert codes(read(tmp_path, service(), overlays=("none",))) == ["OSY160"]


def test_env_file_and_environment_give_declared_values_only(tmp_path: Path) -> None:
    fields = "environment:\n  variables: {A: fdl, B: fdl}\n  secrets: {S: , T: , U: fdl}"
    files = {"a.yaml": service(fields), ".env": "A=file\nS=one\nNEW=x\n"}
    manifests = read(
        tmp_path,
        files,
        env_file=str(tmp_path / ".env"),
        environ={"T": "two", "U": "x", "A": "x"},
        secrets_from_env=frozenset({"T", "U", "A"}),
    )
    (plants,) = manifests.services
    assert plants.form.environment.variables == {"A": "file", "B": "fdl"}
    assert {name: one.reveal() for name, one in plants.secrets.items()} == {
        "S": "one",
        "T": "two",
        "U": "fdl",
    }
    assert plants.locate(("environment", "variables", "A")) == Origin(".env", 1, 1, "env_file")
    assert plants.locate(("environment", "secrets", "T")).layer == "environment"
    assert said(manifests, WARNING) == [
        "a secret value stands in plain text: environment.secrets.U"
    ]


def test_an_env_file_that_is_not_there_or_broken_is_an_error(tmp_path: Path) -> None:
    missing = str(tmp_path / "none")
    assert codes(read(tmp_path, service(), env_file=missing)) == ["OSY162"]
    assert said(read(tmp_path, service(), env_file=missing, is_resolving=False)) == []
    files = {"a.yaml": service(), ".env": "no line"}
    assert codes(read(tmp_path, files, env_file=str(tmp_path / ".env"))) == ["OSY162"]


def placed(folder: Path, *texts: str) -> list[DesiredService]:
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    return [one.on(ClusterId("edge")) for one in read(folder, files).services]


def io(name: str, source: str, *targets: str) -> str:
    outputs = ", ".join(f"{{storage_provider: minio, path: {path}}}" for path in targets)
    return named(name, f"input: [{{storage_provider: minio, path: {source}}}]\noutput: [{outputs}]")


def test_a_service_twice_on_one_cluster_is_an_error_at_both_places(tmp_path: Path) -> None:
    found = check(placed(tmp_path, service(), service()))
    assert [(one.code, one.file, one.line) for one in found] == [
        ("OSY170", "1.yaml", 4),
        ("OSY170", "0.yaml", 4),
    ]


@pytest.mark.parametrize(
    "texts",
    [
        [io("one", "aaa/in", "aaa/in")],
        [io("one", "aaa/in", "aaa/in/deeper")],
        [io("one", "aaa/in", "bbb/in"), io("two", "bbb/in", "aaa/in/x")],
        [
            io("one", "aaa/in", "ccc/in"),
            io("two", "bbb/in", "aaa/in"),
            io("three", "ccc/in", "bbb/in"),
        ],
    ],
)
def test_an_output_that_feeds_its_own_input_is_a_loop(tmp_path: Path, texts: list[str]) -> None:
    (found,) = [one for one in check(placed(tmp_path, *texts)) if one.severity == "error"]
    assert found.code == "OSY171"


@pytest.mark.parametrize(
    "texts",
    [
        [io("one", "aaa/in", "aaa/out")],
        [io("one", "aaa/in", "aaa/input")],
        [io("one", "aaa/in/deep", "aaa/in")],
        [io("one", "aaa/in", "bbb/in"), io("two", "bbb/in", "ccc/in", "bbb/out")],
    ],
)
def test_a_chain_is_no_loop(tmp_path: Path, texts: list[str]) -> None:
    assert check(placed(tmp_path, *texts)) == []


def test_a_chain_of_a_thousand_services_is_walked(tmp_path: Path) -> None:
    texts = [io(f"s{n}", f"bucket-{n}/in", f"bucket-{(n + 1) % 1000}/in") for n in range(1000)]
    assert [one.code for one in check(placed(tmp_path, *texts))] == ["OSY171"]


def test_two_services_with_nested_input_folders_are_a_warning(tmp_path: Path) -> None:
    found = check(placed(tmp_path, io("one", "aaa/in", "x1y/o"), io("two", "aaa/in/sub", "x1y/o")))
    assert [(one.code, one.severity) for one in found] == [("OSY172", WARNING)]


def test_a_path_of_ten_thousand_folders_is_no_reason_to_run_out_of_memory(tmp_path: Path) -> None:
    services = placed(tmp_path, io("one", "aaa/" + "../" * 10_000 + "in", "x1y/o"))
    tracemalloc.start()
    check(services)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_each_input_that_shares_a_folder_is_told_of_once_beside_the_first(tmp_path: Path) -> None:
    inputs = ("aaa/in", "aaa/in/sub", "aaa/in", "aaa/in/sub/deep", "aaa/other", "aaa/inner")
    texts = [io(f"s{n}", path, "x1y/o") for n, path in enumerate(inputs)]
    found = check(placed(tmp_path, *texts))
    assert [one.message.partition(" (")[0] for one in found] == [
        "the input aaa/in/sub of s1 and aaa/in of s0",
        "the input aaa/in of s2 and aaa/in of s0",
        "the input aaa/in/sub/deep of s3 and aaa/in of s0",
    ]


def test_two_inputs_of_one_service_in_one_folder_are_no_others(tmp_path: Path) -> None:
    two = "input: [{storage_provider: minio, path: a/in}, {storage_provider: minio, path: a/in/b}]"
    found = check(placed(tmp_path, named("one", two)))
    assert [one for one in found if one.code == "OSY172"] == []


@pytest.mark.parametrize(("prefix", "trigger", "count"), [
    ("in", False, 1), ("in/x", False, 1), ("", False, 1), ("other", False, 0), ("in", True, 0),
])  # fmt: skip
def test_a_seed_under_an_input_must_say_trigger(
    tmp_path: Path, prefix: str, trigger: bool, count: int
) -> None:
    services = placed(tmp_path, io("one", "aaa/in", "aaa/out"))
    seed = Seed(
        Which("one"), "/m", "m", "minio.default", "aaa", prefix, Origin("s"), is_trigger=trigger
    )
    assert len(check(services, [seed])) == count


def test_a_service_on_another_cluster_shares_nothing(tmp_path: Path) -> None:
    one, two = placed(tmp_path, io("one", "aaa/in", "bbb/in"), io("two", "bbb/in", "aaa/in"))
    other = DesiredService(
        ServiceKey(ClusterId("other"), ServiceName("two")), two.form, two.secrets, two.locate
    )
    assert check([one, other]) == []


def test_a_fault_of_an_env_file_has_its_place_and_shows_no_value(tmp_path: Path) -> None:
    files = {"a.yaml": service(), ".env": "A=1\nB: hush\n  C='hush\n"}
    found = read(tmp_path, files, env_file=str(tmp_path / ".env")).diagnostics
    assert [(one.file, one.line, one.column) for one in found] == [(".env", 2, 1), (".env", 3, 3)]
    assert "hush" not in str(found)
    assert not any(one.snippet for one in found)


def test_a_file_of_another_program_is_not_counted(tmp_path: Path) -> None:
    files = {"a.yaml": service(), "compose.yaml": "services: {a: {image: i}}\n", "b.yaml": "a: ["}
    assert read(tmp_path, files).file_count == 2
