"""`--only` and `--label` select services; what they leave out is neither touched nor pruned."""

import json

import pytest

FDL = """\
functions:
  oscar:
  - {key}:
      name: {name}
      image: ghcr.io/x/{name}:1.0
      memory: {memory}
      script: run.sh
      labels: {labels}
"""
TEAMS = {"proj1-a": "bio", "proj1-b": "geo", "other": "bio"}


@pytest.fixture
def garden(project):
    """Three services of two teams; `lab` is another name of the cluster."""
    (project.folder / "hello.yaml").unlink()
    project.settings("  lab: edge\n")
    for name, team in TEAMS.items():
        write(project, name, team)
    return project


def write(project, name, team, memory="1Gi", key="any"):
    labels = json.dumps({"team": team, "tier": "one"})
    text = FDL.format(name=name, labels=labels, memory=memory, key=key)
    (project.folder / f"{name}.yaml").write_text(text)


def planned(project, *args):
    code, out, err = project.run("plan", "-o", "json", *args)
    assert code == 0, err
    plan = json.loads(out)
    return {action["service"] for action in plan["actions"]}, plan["source"]["narrowed"]


@pytest.mark.parametrize(
    ("args", "names"),
    [
        (["--only", "proj1-*"], {"proj1-a", "proj1-b"}),
        (["--only", "proj1-?", "--only", "other"], set(TEAMS)),
        (["--only", "edge/proj1-a"], {"proj1-a"}),
        (["--only", "*/other"], {"other"}),
        (["--only", "e*/proj1-*"], {"proj1-a", "proj1-b"}),
        (["--only", "lab/*-b"], {"proj1-b"}),
        (["-l", "team=bio"], {"proj1-a", "other"}),
        (["-l", "team!=bio"], {"proj1-b"}),
        (["-l", "team", "--label", "team==bio", "-l", "tier"], {"proj1-a", "other"}),
        (["-l", "team=bio,tier=one", "--only", "proj1-*"], {"proj1-a"}),
    ],
)
def test_only_and_label_select_services(garden, args, names):
    found, narrowed = planned(garden, *args)
    assert found == names
    assert narrowed.startswith("narrowed to ")
    assert "nothing is pruned" in narrowed


@pytest.mark.parametrize("selector", ["edge/", "edge/*", "lab/", "e*/", "*/*"])
def test_a_whole_cluster_is_a_full_run(garden, selector):
    assert planned(garden, "--only", selector) == (set(TEAMS), "narrowed to edge/")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--only", "proj1-c"], "did you mean proj1-"),
        (["--only", "porj1-*"], "did you mean proj1-"),
        (["--only", "edge/proj1-c"], "did you mean edge/proj1-"),
        (["--only", "zzz"], "known are: "),
        (["--only", "egde/*"], "no cluster is called egde; did you mean edge?"),
        (["--only", "egde/"], "no cluster is called egde; did you mean edge?"),
        (["--only", "/plants"], "no cluster before `/`; write SERVICE or CLUSTER/SERVICE"),
        (["-l", "team=boi"], "did you mean team=bio?"),
        (["-l", "taem"], "did you mean team?"),
        (["-l", "team=geo", "--only", "other"], "no service in the manifests is all of that"),
        (["-l", "team in (bio)"], "write KEY=VALUE, KEY!=VALUE, KEY or !KEY"),
        (["-l", "=bio"], "write KEY=VALUE"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "validate"])
def test_a_selector_that_matches_nothing_is_wrong_usage(garden, command, args, said):
    code, _, err = garden.run(command, *args)
    assert code == 64
    assert said in err


def test_a_file_that_is_wrong_comes_before_a_selector_that_matches_nothing(garden):
    """The service that it names may be in that file, or the pattern was given without quotes."""
    code, _, err = garden.run("plan", "--only", "proj1-a.yaml", "proj1-b.yml")
    assert code == 3
    assert "proj1-b.yml: error OSY108" in err
    assert "did you mean proj1-b.yaml?" in err


@pytest.mark.parametrize(
    ("selector", "said"),
    [
        ("atlas", "atlas is a bucket that the settings declare"),
        ("edge/at*", "its whole cluster: --only edge/"),
        ("lab/models", "edge/models is a volume that the settings declare"),
        ("other-data", "or its whole cluster: --only edge/other or --only edge/"),
    ],
)
@pytest.mark.parametrize("command", ["plan", "status"])
def test_a_declared_bucket_is_selected_by_its_services_or_its_cluster(
    garden, command, selector, said
):
    text = (
        "  lab: edge\nbuckets: {atlas: {}, other-data: {}}\nvolumes: {edge/models: {size: 1Gi}}\n"
    )
    garden.settings(text)
    used = "      output: [{storage_provider: minio, path: other-data/x}]\n"
    with (garden.folder / "other.yaml").open("a") as file:
        file.write(used)
    code, _, err = garden.run(command, "--only", selector)
    assert code == 64
    assert said in " ".join(err.split())


def test_what_a_variable_put_into_a_label_is_not_named(garden, monkeypatch):
    monkeypatch.setenv("SECRET", "planted-4711")
    (garden.folder / "overlays").mkdir()
    overlay = "services: {other: {labels: {team: 'x${SECRET}'}}}\n"
    (garden.folder / "overlays" / "lab.yaml").write_text(overlay)
    assert planned(garden, "--overlay", "lab", "-l", "team=xplanted-4711")[0] == {"other"}
    for command in ("plan", "validate", "status"):
        code, out, err = garden.run(command, "--overlay", "lab", "-l", "team=xplanted-471")
        assert (code, "planted-4711" in out + err) == (64, False), err


def test_a_selection_that_matches_everything_still_prunes_nothing(garden):
    assert garden.run("apply", "-y")[0] == 0
    (garden.folder / "other.yaml").unlink()
    garden.settings("  lab: edge\nprune: true\nremoved: [proj1-x]\n")
    for args in (["--only", "*"], ["-l", "tier"], ["--only", "edge/p*", "--only", "*"]):
        code, out, _ = garden.run("apply", "-y", *args)
        assert code == 0
        assert "nothing is pruned; `removed` is not looked at: proj1-x" in out
        assert garden.run("plan", "--prune", *args)[0] == 64
    assert set(garden.live()) == set(TEAMS)


def test_live_services_are_selected_by_the_labels_that_the_cluster_shows(garden, tmp_path):
    assert garden.run("apply", "-y")[0] == 0
    live = garden.live()["proj1-b"]
    garden.put({**live, "labels": {**live["labels"], "team": "bio"}})
    (garden.folder / "other.yaml").unlink()
    write(garden, "proj1-new", "bio")
    code, out, _ = garden.run("status", "-l", "team=bio")
    assert code == 0
    assert out.startswith("narrowed to label team=bio, as the clusters show it\n")
    rows = {
        line.split()[0]
        for line in out.splitlines()
        if line.split()[1:2] in (["ready"], ["missing"])
    }
    assert rows == {"proj1-a", "proj1-b", "proj1-new", "other"}
    document = json.loads(garden.run("status", "-o", "json", "--only", "proj1-*", "-l", "!x")[1])
    assert document["narrowed"] == "narrowed to proj1-*, label !x"
    (cluster,) = document["clusters"]
    assert {one["service"] for one in cluster["services"]} == {"proj1-a", "proj1-b", "proj1-new"}
    code, out, _ = garden.run("export", tmp_path / "out", "-l", "team=bio", "--only", "p*")
    assert (code, "2 services written" in out, "narrowed to p*" in out) == (0, True, True)
    assert {path.stem for path in tmp_path.glob("out/*/*.yaml")} == {"proj1-a", "proj1-b"}


@pytest.mark.parametrize("command", [["status"], ["export", "out"], ["remove", "--all"]])
def test_a_selector_that_matches_nothing_live_is_wrong_usage(garden, command):
    garden.run("apply", "-y")
    for args in (["--only", "proj2-*"], ["-l", "team=boi"]):
        code, _, err = garden.run(*command, *args)
        assert code == 64
        assert "on the clusters or in the manifests" in err


def test_removing_all_takes_what_is_selected_and_nothing_else(garden):
    """Before, `--only` narrowed it to the cluster of the service alone."""
    garden.run("apply", "-y")
    assert garden.run("remove", "--all", "--only", "proj1-a", "-y")[0] == 0
    assert set(garden.live()) == {"proj1-b", "other"}
    assert garden.run("remove", "--all", "-l", "team=bio", "-y")[0] == 0
    assert set(garden.live()) == {"proj1-b"}


@pytest.mark.parametrize("command", ["remove", "forget"])
def test_a_name_that_is_not_selected_is_wrong_usage(garden, command):
    garden.run("apply", "-y")
    before = garden.live()
    code, _, err = garden.run(command, "other", "-y", "-l", "team=geo")
    assert code == 64
    assert "there is no service other on edge (" in err
    assert "), narrowed to label team=geo" in err
    assert garden.live() == before


def test_drift_says_that_it_was_narrowed(garden):
    garden.run("apply", "-y")
    for name in ("text", "markdown", "html", "json", "junit", "sarif", "gitlab"):
        _, out, _ = garden.run("drift", "-l", "team=geo", "-o", name)
        assert "narrowed to label team=geo" in out, name


def test_a_graph_draws_what_is_selected(garden):
    _, out, _ = garden.run("graph", "-l", "team=geo")
    assert "proj1-b" in out
    assert "other" not in out
