"""A file that cannot be understood is no removal: with `prune` it blocks pruning alone (B9)."""

import os
import socket
import subprocess

import pytest

SOPS = """\
data: ENC[AES256_GCM,data:x,type:str]
sops: {mac: "ENC[AES256_GCM,data:x,type:str]", version: 3.9.0}
"""
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"
TEXTS = {
    "empty": "",
    "blank": "\n \n",
    "comments": "# was: functions\n",
    "dashes": "---\n",
    "null": "null\n",
    "keys without values": "a:\n  b:\n",
    "two colons": "::\n",
    "brackets": "{}\n",
    "a list of nothing": "- {}\n- \n",
    "no functions in it": "functions: {}\n",
    "an empty list": "functions: {oscar: []}\n",
    "oscars": "oscars:\n- any: {name: hello}\n",
    "sops": SOPS,
    "an LFS pointer": LFS,
    "ansible-vault": "$ANSIBLE_VAULT;1.1;AES256\n62313365396662343061393464336163\n3633653937\n",
    "age": "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVu\n-----END AGE ENCRYPTED FILE-----\n",
    "transcrypt": "U2FsdGVkX1/3a0xYk6zP\n",
    "a link that git wrote as a file": "../shared/hello.yaml",
    "over the limit": "# " + "x" * (2 << 20) + "\n",
}
RENAMED = ("hello.YAML", "hello.yaml.bak", "hello.yml~", "hello.fdl", "hello", "hello.txt")


@pytest.fixture
def pruning(project):
    """A set with `prune`, whose service `hello` runs."""
    project.settings("prune: true\n")
    assert project.run("apply", "--yes")[0] == 0
    return project


def assert_kept(project, file):
    """The service that left stays, with the reason; another one is made all the same."""
    project.write("other")
    code, out, err = project.run("apply", "--yes")
    assert code == 7, out + err
    assert "source-incomplete" in out
    assert str(file) in out
    assert sorted(project.live()) == ["hello", "other"]


@pytest.mark.parametrize("kind", TEXTS)
def test_a_file_without_anything_that_can_be_read_removes_nothing(pruning, kind):
    (pruning.folder / "hello.yaml").write_text(TEXTS[kind])
    assert_kept(pruning, "hello.yaml")


def test_a_misspelt_platform_stops_the_run(pruning):
    (pruning.folder / "hello.yaml").write_text("functions: {oscars: []}\n")
    assert pruning.run("apply", "--yes")[0] == 3
    assert sorted(pruning.live()) == ["hello"]


@pytest.mark.parametrize(
    "text",
    ["functions:\n", SOPS.replace("data", "functions", 1), "functions: {oscar: [{any: }]}\n"],
)
def test_a_file_that_is_plainly_broken_stops_the_run(pruning, text):
    (pruning.folder / "hello.yaml").write_text(text)
    pruning.write("other")
    assert pruning.run("apply", "--yes")[0] == 3
    assert sorted(pruning.live()) == ["hello"]


@pytest.mark.parametrize("kind", ["empty", "an LFS pointer", "sops", "over the limit", "renamed"])
def test_neither_does_one_beside_the_path_that_is_planned(pruning, kind):
    """`plan services/` with everything in it is a full run: what lies beside counts too."""
    (pruning.folder / "hello.yaml").unlink()
    name = "beside.YAML" if kind == "renamed" else "beside.yaml"
    text = TEXTS.get(kind) if kind in TEXTS else "functions: {oscar: [{any: {name: hello}}]}\n"
    (pruning.folder / name).write_text(text)
    inner = pruning.folder / "services"
    inner.mkdir()
    (pruning.folder / ".git").mkdir()  # the settings above PATH count inside a work tree
    pruning.write("other")
    (pruning.folder / "other.yaml").rename(inner / "other.yaml")
    (pruning.folder / "run.sh").rename(inner / "run.sh")
    code, out, err = pruning.run("apply", "services", "--yes")
    assert sorted(pruning.live()) == ["hello", "other"], (code, out + err)
    assert name in out + err


@pytest.mark.parametrize("name", RENAMED)
def test_a_file_that_is_not_read_by_its_name_removes_nothing(pruning, name):
    (pruning.folder / "hello.yaml").rename(pruning.folder / name)
    assert_kept(pruning, name)


@pytest.mark.parametrize("kind", ["pipe", "socket", "link to nothing", "folder"])
def test_what_is_not_a_regular_file_removes_nothing(pruning, kind):
    file = pruning.folder / "hello.yaml"
    file.unlink()
    match kind:
        case "pipe":
            os.mkfifo(file)
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind("hello.yaml")  # from the folder: a path has 107 bytes
        case "link to nothing":
            file.symlink_to("/dev/null")
        case "folder":
            file.mkdir()
            (pruning.folder / ".gitmodules").write_text('[submodule "x"]\n\tpath = hello.yaml\n')
        case _:
            raise AssertionError(kind)
    assert_kept(pruning, "hello.yaml")


def test_a_submodule_that_is_not_checked_out_removes_nothing(pruning):
    folder = pruning.folder / "teams" / "imaging"
    folder.mkdir(parents=True)
    (pruning.folder / "hello.yaml").unlink()
    (pruning.folder / ".gitmodules").write_text(
        '[submodule "imaging"]\n\tpath = teams/imaging\n\turl = https://git.example.org/imaging\n'
    )
    assert_kept(pruning, "teams/imaging")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("compose.yaml", "services: {web: {image: nginx}}\n"),
        ("scar.yaml", "functions: {aws: [{lambda: {name: x}}]}\n"),
        ("cli.yaml", "oscar: {edge: {endpoint: 'https://a.example'}}\ndefault: edge\n"),
        ("notes.txt", "how functions: are written for oscar\n"),
        ("README", "See docs.\n"),
        (".hidden.yaml", ""),
        ("ignored/x.yaml", ""),
    ],
)
def test_what_is_plainly_something_else_blocks_nothing(pruning, name, text):
    (pruning.folder / "hello.yaml").unlink()
    (pruning.folder / ".oscar-syncignore").write_text("ignored/\n")
    file = pruning.folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    pruning.write("other")
    code, out, err = pruning.run("apply", "--yes")
    assert code == 0, out + err
    assert sorted(pruning.live()) == ["other"]


def test_an_empty_folder_that_is_no_submodule_blocks_nothing(pruning):
    (pruning.folder / "hello.yaml").unlink()
    (pruning.folder / "logs").mkdir()
    pruning.write("other")
    assert pruning.run("apply", "--yes")[0] == 0
    assert sorted(pruning.live()) == ["other"]


def test_what_removed_names_goes_all_the_same(pruning):
    (pruning.folder / "hello.yaml").write_text("")
    pruning.write("other")
    pruning.settings("prune: true\nremoved: [hello]\n")
    code, out, err = pruning.run("apply", "--yes")
    assert code == 0, out + err
    assert sorted(pruning.live()) == ["other"]


def test_git_itself_leaves_such_a_submodule_empty(tmp_path):
    """The premise: after a plain clone a submodule's folder is there, and empty."""
    git = [
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "-c",
        "protocol.file.allow=always",
    ]
    inner, outer, clone = (tmp_path / name for name in ("inner", "outer", "clone"))
    for folder in (inner, outer):
        subprocess.run([*git, "init", "-q", str(folder)], check=True)
        (folder / "f").write_text("")
        subprocess.run([*git, "add", "f"], cwd=folder, check=True)
        subprocess.run([*git, "commit", "-qm", "f"], cwd=folder, check=True)
    subprocess.run([*git, "submodule", "--quiet", "add", str(inner), "sub"], cwd=outer, check=True)
    subprocess.run([*git, "commit", "-qm", "sub"], cwd=outer, check=True)
    subprocess.run([*git, "clone", "-q", str(outer), str(clone)], check=True)
    assert list((clone / "sub").iterdir()) == []
    assert "path = sub" in (clone / ".gitmodules").read_text()
