"""Settings, clusters, credentials and options become one desired state, or every error."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from oscar_sync.errors import InputError, UsageError
from oscar_sync.model.cluster import (
    AgentLogin,
    BasicLogin,
    Login,
    RefreshLogin,
    TokenFileLogin,
    TokenLogin,
)
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings_fields import SETTINGS
from oscar_sync.model.state import DesiredState
from oscar_sync.reconcile.desire import explain_settings
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.settings.consents import consent_of
from oscar_sync.settings.durations import duration_s
from oscar_sync.settings.entries import identity_of
from tests.support.desired import EDGE, ENTRY, FDL, state


def refused(folder: Path, *arguments: Any, **options: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        state(folder, *arguments, **options)
    return sorted(one.code for one in caught.value.diagnostics if one.severity is Severity.ERROR)


def noted(found: DesiredState, severity: Severity) -> list[str]:
    return [one.code for one in found.diagnostics if one.severity is severity]


def keys(found: DesiredState) -> list[str]:
    return [str(one.key) for one in found.services]


def cli_file(folder: Path, text: str) -> None:
    (folder / "home" / ".oscar-cli").mkdir(parents=True)
    (folder / "home" / ".oscar-cli" / "config.yaml").write_text(text)


LATEST = FDL.format(key="edge", name="plants").replace("i:1", "i:latest")


@pytest.mark.parametrize(
    ("level", "severity"),
    [("off", []), ("warning", [Severity.WARNING]), ("error", [Severity.ERROR])],
)
def test_rules_turn_a_warning_off_or_raise_it(
    tmp_path: Path, level: str, severity: list[Severity]
) -> None:
    (tmp_path / "a.yaml").write_text(LATEST)
    try:
        found = state(tmp_path, f"{EDGE}rules: {{OSY182: {level}}}\n", {}).diagnostics
    except InputError as error:
        found = error.diagnostics
    assert [one.severity for one in found if one.code == "OSY182"] == severity
    counted = [one.message for one in found if one.code == "OSY217"]
    assert counted == ([] if severity else ["rules turn off OSY182 (1)"])


def test_rules_leave_an_error_of_their_code_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        FDL.format(key="edge", name="1st").replace(
            "script:",
            "expose: {api_port: 80, min_scale: 1, max_scale: 1, cpu_threshold: 80}, script:",
        )
    )
    assert refused(tmp_path, f"{EDGE}rules: {{OSY127: off}}\n", {}) == ["OSY127"]


def test_rules_raise_what_a_command_without_manifests_would_let_pass_to_a_warning_only(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.yaml").write_text(LATEST)
    rules = f"{EDGE}rules: {{OSY182: error}}\n"
    assert noted(state(tmp_path, rules, {}, needs_manifests=False), Severity.WARNING) == ["OSY182"]


def test_settings_shape_a_run(tmp_path: Path) -> None:
    settings = """\
set: imaging
clusters:
  edge-1: {endpoint: "https://x.org/p/", auth_user: "${U}", auth_password: "${P:-pw}", identity: me}
  oscar-cluster: edge-1
  "*": edge-1
max_removals: 5
owners: [a, b]
removed:
- old
- {service: oscar-cluster/older, erase: [b, "bucket:empty"], because: "#1"}
- {service: theirs, forget: true}
- {service: open, close_access: true}
services:
  plants: {protect: true, allow: [replace, "attach:b", "erase:volume"], ignore: [vo], wait: 1h30m}
  edge-1/plants:
    close_access: true
    seeds:
    - {from: models/, to: "minio:data/models"}
"""
    (tmp_path / "models").mkdir()
    found = state(tmp_path, settings, {"plants": "oscar-cluster"}, {"U": "me"}).settings
    (cluster,) = found.clusters
    assert (cluster.id, cluster.endpoint, cluster.identity) == ("edge-1", "https://x.org/p", "me")
    assert isinstance(cluster.login, BasicLogin)
    assert (cluster.login.user, cluster.login.password.reveal()) == ("me", "pw")
    assert (found.set_name, found.max_removals, found.owners) == ("imaging", 5, ("a", "b"))
    assert [str(one.which) for one in found.removed] == ["old", "edge-1/older", "theirs", "open"]
    assert [one.close_access for one in found.removed] == [False, False, False, True]
    assert found.removed[1].origin.line == 10
    first, second = found.services
    assert (first.protect, first.wait_s, first.ignore) == (True, 5400.0, ("vo",))
    assert [str(one) for one in first.allow] == [
        "replace:plants",
        "attach:plants=b",
        "erase:plants/volume",
    ]
    assert (first.close_access, second.close_access) == (False, True)
    (seed,) = second.seeds
    assert (seed.provider, seed.bucket, seed.prefix) == ("minio.default", "data", "models")
    assert seed.source == str(tmp_path / "models")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("a: [", "OSY201"),
        ("- a", "OSY205"),
        ("set: a\nset: b\n", "OSY202"),
        ("sets: a", "OSY204"),
        ("clusters: {edge: {endpiont: x}}", "OSY204"),
        ("removed: [{service: a, eras: [b]}]", "OSY204"),
        ("services: {a: {protects: true}}", "OSY204"),
        ("prune: yes\nset: a", "OSY205"),
        ("max_removals: '3'", "OSY205"),
        ("max_removals: -1", "OSY205"),
        ("removed: [{erase: [b]}]", "OSY205"),
        ("removed: [{service: a, erase: [b], forget: true}]", "OSY205"),
        ("removed: [{service: a, close_access: true, forget: true}]", "OSY205"),
        ("services: {a: {close_access: 1}}", "OSY205"),
        ("set: Imaging", "OSY206"),
        ("services: {plants: {wait: 5}}", "OSY207"),
        ("services: {plants: {allow: [erase]}}", "OSY208"),
        ("env_file: ${NOWHERE}", "OSY205"),
        (
            "services: {plants: {seeds: [{from: '${NOWHERE}', to: 'minio.default:bucket'}]}}",
            "OSY209",
        ),
        ("prune: true", "OSY213"),
        ("services: {plants: {seeds: [{from: none, to: 'minio:data/x'}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: ., to: 'rucio.x:data/x'}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: ., to: 'webdav.x:'}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: ., to: 'webdav.x:a/../b'}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: ., to: 's3.x:data/x'}]}}", "OSY174"),
        ("services: {plants: {seeds: [{from: ., to: 'webdav.x:data/x'}]}}", "OSY174"),
        ("services: {plants: {seeds: [{from: ., to: 'minio:data/a//b'}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: ., to: 'minio:data/../b'}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: .., to: 'minio:data'}]}}", "OSY212"),
        ("services: {plants: {seeds: [{from: ., to: data/x}]}}", "OSY211"),
        ("services: {plants: {seeds: [{from: ., to: 'minio:Not_A_Bucket/x'}]}}", "OSY211"),
        (r'services: {plants: {seeds: [{from: ., to: "minio:data/a\ab"}]}}', "OSY211"),
        ("clusters: {a: b, b: a}", "OSY310"),
        ("set: plants\n---\nset: animals", "OSY201"),
        ("clusters: {a: {endpoint: 'https://a.example', token_file: ~/token}}", "OSY314"),
        ("clusters: {a: {endpoint: 'https://a.example', ca_bundle: ~/ca.pem}}", "OSY314"),
    ],
)
def test_settings_are_strict(tmp_path: Path, settings: str, code: str) -> None:
    assert code in refused(tmp_path, settings, needs_clusters=False)


def test_settings_are_read_up_to_4_mib(tmp_path: Path) -> None:
    comment = f"# {'x' * (4 << 20)}"
    assert refused(tmp_path, f"set: plants {comment}", needs_clusters=False) == ["OSY203"]


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_no_text_of_settings_raises_anything_else(tmp_path: Path, text: str) -> None:
    try:
        text.encode()
        state(tmp_path, text, needs_clusters=False)
    except (InputError, UnicodeEncodeError):
        return


def test_a_removed_service_that_is_wanted_is_an_error_at_both_places(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, EDGE + "removed: [edge/plants]\n")
    places = {(one.file, one.line) for one in caught.value.diagnostics if one.code == "OSY210"}
    assert places == {("oscar-sync.yaml", 3), ("plants.yaml", 3)}


def test_the_nearest_settings_up_to_the_work_tree_s_root_are_used(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (tmp_path / "oscar-sync.yaml").write_text(EDGE)
    found = state(folder, None)
    assert found.settings.file == str(tmp_path / "oscar-sync.yaml")
    assert found.narrowing.is_full


def test_outside_of_a_work_tree_only_the_path_s_folder_counts(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (tmp_path / "oscar-sync.yaml").write_text(EDGE)
    assert state(folder, None, needs_clusters=False).settings.file == ""


def test_a_run_without_fdl_is_an_error_unless_something_is_removed(tmp_path: Path) -> None:
    assert refused(tmp_path, EDGE, {}) == ["OSY109"]
    assert keys(state(tmp_path, EDGE + "removed: [old]\n", {})) == []


def test_faulty_settings_do_not_say_as_well_that_there_is_no_fdl(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, EDGE + "buckets: [atlas]\n", {})
    assert [one.code for one in caught.value.diagnostics] == ["OSY205"]


def test_the_only_cluster_known_is_used_with_a_note(tmp_path: Path) -> None:
    found = state(tmp_path, EDGE, {"plants": "oscar-cluster"})
    assert keys(found) == ["edge/plants"]
    assert noted(found, Severity.NOTE) == ["OSY308"]


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        (EDGE, {}),
        (None, {"OSCAR_ENDPOINT": "https://edge.example.org"}),
        (None, {"OSCAR_ENDPOINT": "https://edge.example.org", "OSCAR_CONFIG": "cli.yaml"}),
    ],
)
@pytest.mark.parametrize("key", ["oscar-cluster", "a b"])
def test_the_remedy_for_an_assumed_cluster_is_what_the_settings_take(
    tmp_path: Path, settings: str | None, environ: dict[str, str], key: str
) -> None:
    environ = {**environ, "OSCAR_USERNAME": "u", "OSCAR_PASSWORD": "p"}
    options: dict[str, Any] = {}
    if environ.pop("OSCAR_CONFIG", ""):
        (tmp_path / "cli.conf").write_text(f"oscar:\n  far: {ENTRY.format('far')}\n")
        options["config"] = str(tmp_path / "cli.conf")
    services = {"plants": key}
    notes = state(tmp_path, settings, services, environ, **options).diagnostics
    (note,) = [one for one in notes if one.code == "OSY308"]
    line = note.remedy.split("`")[1]
    text = f"{settings}  {line}\n" if settings else f"{line}\n"
    found = state(tmp_path, text, services, environ, **options)
    assert "OSY308" not in [one.code for one in found.diagnostics]
    assert len(found.services) == 1


def test_no_cluster_is_assumed_aloud_for_a_key_that_no_file_has_or_beside_an_error(
    tmp_path: Path,
) -> None:
    environ = {"OSCAR_ENDPOINT": "https://edge.example.org", "OSCAR_TOKEN": "t"}
    for settings, services in (
        (None, {}),
        ("clusters: {home: 'https://edge.example.org'}\n", {"plants": "a"}),
    ):
        with pytest.raises(InputError) as caught:
            state(tmp_path, settings, services, environ)
        assert "OSY308" not in [one.code for one in caught.value.diagnostics]


def test_a_key_that_occurs_twice_is_the_only_fault_told(tmp_path: Path) -> None:
    assert refused(tmp_path, EDGE + "clusters: {oscar-cluster: edge}\n") == ["OSY202"]


@pytest.mark.parametrize("key", ["cluster:", "Clusters:", "home:"])
def test_variables_below_a_misspelt_key_do_not_ask_for_the_password_in_the_file(
    tmp_path: Path, key: str
) -> None:
    settings = f"{key}\n  edge: {{endpoint: 'https://e', auth_password: '${{PASSWORD}}'}}\n"
    with pytest.raises(InputError) as caught:
        state(tmp_path, settings)
    first, *more = caught.value.diagnostics
    assert first.code == "OSY204"
    assert {one.code for one in more} <= {"OSY301"}
    assert "write the value" not in str(caught.value.diagnostics)


def test_several_keys_without_a_cluster_are_an_error_that_lists_both_sides(
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, EDGE, {"plants": "one", "trees": "two"})
    found = [one for one in caught.value.diagnostics if one.code == "OSY301"]
    assert len(found) == 2
    assert "keys of the manifests: one, two; clusters known: edge" in found[0].message


def test_flags_come_first_and_read_only_their_clusters(tmp_path: Path) -> None:
    settings = f"clusters:\n  a: {ENTRY.format('a')}\n  b: {ENTRY.format('b')}\n"
    services = {"plants": "a", "trees": "b"}
    both = state(tmp_path, settings, services)
    assert keys(both) == ["a/plants", "b/trees"]
    assert [one.id for one in both.settings.clusters] == ["a", "b"]
    only = state(tmp_path, settings, services, clusters=("a=a",))
    assert keys(only) == ["a/plants"]
    assert [one.id for one in only.settings.clusters] == ["a"]
    assert keys(state(tmp_path, settings, services, clusters=("*=b",))) == ["b/plants", "b/trees"]


def test_a_cluster_of_the_settings_means_that_cluster_alone(tmp_path: Path) -> None:
    settings = f"clusters:\n  a: {ENTRY.format('a')}\n  b: {ENTRY.format('b')}\n  x: a\n"
    services = {"plants": "a", "trees": "b"}
    only = state(tmp_path, settings, services, clusters=("b",))
    assert keys(only) == ["b/trees"]
    assert [one.id for one in only.settings.clusters] == ["b"]
    assert keys(state(tmp_path, settings, services, clusters=("x",))) == ["a/plants"]
    assert keys(state(tmp_path, settings, services, clusters=("a", "b"))) == [
        "a/plants", "b/trees"
    ]  # fmt: skip
    assert keys(state(tmp_path, settings, services, clusters=("b", "a=a"))) == [
        "a/plants", "b/trees"
    ]  # fmt: skip
    (tmp_path / "trees.yaml").unlink()
    none = state(tmp_path, settings, {"plants": "a"}, clusters=("b",))
    assert keys(none) == []
    assert noted(none, Severity.NOTE) == ["OSY315"]


def test_another_cluster_is_where_the_only_key_goes(tmp_path: Path) -> None:
    settings = f"clusters:\n  a: {ENTRY.format('a')}\n"
    there = ("https://other.org",)
    environ = {"OSCAR_ENDPOINT": there[0], "OSCAR_TOKEN": "t"}
    found = state(tmp_path, settings, {"plants": "a"}, environ=environ, clusters=there)
    assert [name.rpartition("/")[2] for name in keys(found)] == ["plants"]
    assert [one.endpoint for one in found.settings.clusters] == ["https://other.org"]
    with pytest.raises(UsageError, match="is not in oscar-sync"):
        state(tmp_path, settings, {"plants": "a", "trees": "b"}, environ=environ, clusters=there)


@pytest.mark.parametrize("flags", [("none",), ("=a",), ("x=",)])
def test_flags_that_cannot_be_used_are_wrong_usage(tmp_path: Path, flags: tuple[str, ...]) -> None:
    settings = f"clusters:\n  a: {ENTRY.format('a')}\n  b: {ENTRY.format('b')}\n"
    with pytest.raises(UsageError):
        state(tmp_path, settings, {"plants": "a", "trees": "b"}, clusters=flags)


def test_oscar_cli_s_file_is_read_and_its_default_used(tmp_path: Path) -> None:
    cli_file(
        tmp_path,
        "oscar:\n  mine: {endpoint: 'https://m.org', auth_user: u, auth_password: p, "
        "memory: 256Mi}\n  other: {endpoint: 'https://o.org', auth_user: u, auth_password: p, "
        "ssl_verify: false}\ndefault: mine\n",
    )
    services = {"plants": "default-cluster", "trees": "other", "rocks": "oscar_service"}
    found = state(tmp_path, None, services)
    assert keys(found) == ["mine/plants", "mine/rocks", "other/trees"]
    assert [one.ssl_verify for one in found.settings.clusters] == [True, False]
    assert noted(found, Severity.WARNING) == ["OSY306"]
    assert noted(found, Severity.NOTE) == ["OSY307"]


@pytest.mark.parametrize("text", ["- a\n", "oscar: [a]\n", "oscar:\n  mine: plain\n"])
def test_a_file_that_oscar_cli_did_not_write_is_an_error(tmp_path: Path, text: str) -> None:
    cli_file(tmp_path, text)
    assert "OSY309" in refused(tmp_path, None, {"plants": "mine"})


def test_of_several_clusters_each_needs_the_key_whose_services_go_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="write KEY=ID for each"):
        state(tmp_path, None, {"plants": "a"}, clusters=("https://x.org", "https://y.org"))


def test_the_settings_star_comes_before_oscar_cli_s_file(tmp_path: Path) -> None:
    cli_file(tmp_path, "oscar:\n  plain: {endpoint: 'https://m.org', auth_user: u}\n")
    settings = EDGE + '  "*": edge\n'
    assert keys(state(tmp_path, settings, {"plants": "plain"})) == ["edge/plants"]


@pytest.mark.parametrize(
    ("environ", "login", "source"),
    [
        ({"OSCAR_TOKEN": "t"}, TokenLogin, "OSCAR_TOKEN"),
        ({"OIDC_ACCESS_TOKEN": "t"}, TokenLogin, "OIDC_ACCESS_TOKEN"),
        (
            {"OSCAR_USERNAME": "u", "OSCAR_PASSWORD": "p"},
            BasicLogin,
            "OSCAR_USERNAME and OSCAR_PASSWORD",
        ),
        ({"TOKEN_FILE_PATH": "/t"}, TokenFileLogin, "TOKEN_FILE_PATH"),
        ({"OSCAR_TOKEN": "t", "OSCAR_USERNAME": "u", "OSCAR_PASSWORD": "p"}, TokenLogin,
         "OSCAR_TOKEN"),
    ],
)  # fmt: skip
def test_without_any_file_the_environment_logs_in(
    tmp_path: Path, environ: dict[str, str], login: type, source: str
) -> None:
    ways: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({"OSCAR_ENDPOINT": "https://x.org:8443/o"}, {}),
        ({}, {"clusters": ("https://x.org:8443/o",)}),
    ]
    for extra, options in ways:
        found = state(tmp_path, None, environ={**environ, **extra}, **options)
        (cluster,) = found.settings.clusters
        assert (cluster.id, cluster.identity) == ("x.org:8443", "x.org:8443/o")
        assert isinstance(cluster.login, login)
        assert cluster.login_source == source


def test_a_token_file_comes_before_the_environment(tmp_path: Path) -> None:
    found = state(
        tmp_path, None, environ={"OSCAR_TOKEN": "t"}, clusters=("https://x.org",),
        token_file="tok",
    )  # fmt: skip
    assert found.settings.clusters[0].login == TokenFileLogin(str(tmp_path / "tok"))


def test_a_bare_address_takes_the_login_of_oscar_cli_s_entry(tmp_path: Path) -> None:
    cli_file(tmp_path, "oscar: {m: {endpoint: 'https://x.org/', auth_user: u, auth_password: p}}")
    found = state(tmp_path, None, clusters=("https://x.org",))
    assert isinstance(found.settings.clusters[0].login, BasicLogin)


@pytest.mark.parametrize(
    ("fields", "login"),
    [
        ("oidc_account_name: egi", AgentLogin("egi")),
        ("oidc_refresh_token: hush", RefreshLogin(Secret("hush"))),
        ("oidc_account_name: egi, oidc_refresh_token: hush", AgentLogin("egi")),
        ("oidc_refresh_token: hush, auth_user: u, auth_password: p", RefreshLogin(Secret("hush"))),
        ("oidc_account_name: egi, token: t", TokenLogin(Secret("t"))),
    ],
)
def test_of_several_ways_in_an_entry_oscar_cli_s_order_decides(
    tmp_path: Path, fields: str, login: Login
) -> None:
    settings = f"clusters: {{edge: {{endpoint: 'https://x.org', {fields}}}}}"
    found = state(tmp_path, settings, environ={"OSCAR_TOKEN": "t"}).settings.clusters[0]
    assert found.login == login
    assert found.login_source.startswith(fields.partition(":")[0]) or "token" in fields


def test_the_agent_s_account_of_the_environment_comes_last(tmp_path: Path) -> None:
    environ = {"OIDC_AGENT_ACCOUNT": "egi"}
    bare = "clusters: {edge: {endpoint: 'https://x.org'}}"
    found = state(tmp_path, bare, environ=environ).settings.clusters[0]
    assert (found.login, found.login_source) == (AgentLogin("egi"), "OIDC_AGENT_ACCOUNT")
    cli_file(tmp_path, "oscar: {m: {endpoint: 'https://x.org/', auth_user: u, auth_password: p}}")
    assert isinstance(state(tmp_path, bare, environ=environ).settings.clusters[0].login, BasicLogin)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{endpoint: 'https://x.org'}", "OSY304"),
        ("{endpoint: x.org, token: t}", "OSY303"),
        ("{endpoint: 'https://u:p@x.org', token: t}", "OSY303"),
        ("{endpoint: 'https://[x', token: t}", "OSY303"),
        ("{token: t}", "OSY303"),
        ("{endpoint: 'https://x.org', token: '${NOWHERE}'}", "OSY209"),
    ],
)
def test_an_entry_that_cannot_be_used_is_an_error(tmp_path: Path, entry: str, code: str) -> None:
    settings = f"clusters: {{edge: {entry}}}"
    assert refused(tmp_path, settings) == [code]
    assert keys(state(tmp_path, settings, needs_clusters=False)) == ["edge/plants"]


@pytest.mark.parametrize(
    ("key", "written", "remedy"),
    [
        ("endpoint", "https://x.org/ui/#/services", "write https://x.org"),
        ("endpoint", "https://x.org:8443/oscar/ui/", "write https://x.org:8443/oscar"),
        ("endpoint", "http://x.org/system/services", "write http://x.org"),
        ("endpoint", "https://x.org?a=b", "write https://x.org"),
        ("endpoint", "x.org:8080", "write https://x.org:8080"),
        ("endpoint", "https://u:p@x.org", "write it in auth_user and auth_password"),
        ("endpoint", "https://x.org:0", "write https://HOST or https://HOST:PORT"),
        ("endpoint", "ftp://x.org", "write https://HOST"),
        ("endpoint", "$OSCAR_ENDPOINT", 'write "${OSCAR_ENDPOINT}", in braces and quotes'),
        ("endpoint", "https://$HOST:8443", 'write "${HOST}", in braces and quotes'),
        ("s3_endpoint", "https://store.$(ZONE)", 'write "${ZONE}", in braces and quotes'),
        (
            "endpoint",
            "${E}/ui",
            "correct the variable: https://HOST, with the path of the API if it has one",
        ),
        ("s3_endpoint", "x.org:9000", "write https://x.org:9000"),
    ],
)
def test_what_is_not_the_address_of_a_server_says_what_to_write(
    tmp_path: Path, key: str, written: str, remedy: str
) -> None:
    fields = {"endpoint": "https://y.org", key: written, "token": "t"}
    entry = ", ".join(f"{name}: '{value}'" for name, value in fields.items())
    with pytest.raises(InputError) as caught:
        state(tmp_path, f"clusters: {{edge: {{{entry}}}}}", environ={"E": "https://z.org"})
    (found,) = caught.value.diagnostics
    assert (found.code, found.remedy) == ("OSY303", remedy)
    assert "z.org" not in found.message + found.remedy


@pytest.mark.parametrize(
    ("written", "name"), [("$OSCAR_TOKEN", "OSCAR_TOKEN"), ("$(X)", "NAME"), ("$X", "NAME")]
)
def test_a_variable_without_braces_is_a_warning_that_shows_no_value(
    tmp_path: Path, written: str, name: str
) -> None:
    entry = f"{{endpoint: 'https://x.org', token: {written}}}"
    found = state(tmp_path, f"clusters: {{edge: {entry}}}", environ={"OSCAR_TOKEN": "hush"})
    (warning,) = [one for one in found.diagnostics if one.code == "OSY218"]
    assert f'write "${{{name}}}", in braces and quotes' in warning.remedy
    assert "hush" not in str(warning)


def test_a_variable_that_is_not_set_says_how_to_set_it_and_which_was_meant(tmp_path: Path) -> None:
    entry = "{endpoint: 'https://x.org', auth_user: u, auth_password: '${OSCAR_PASWORD}'}"
    with pytest.raises(InputError) as caught:
        state(tmp_path, f"clusters: {{edge: {entry}}}", environ={"OSCAR_PASSWORD": "hush"})
    (found,) = caught.value.diagnostics
    assert found.remedy == "set it: export OSCAR_PASWORD=VALUE; did you mean OSCAR_PASSWORD?"


@pytest.mark.parametrize(
    ("clusters", "code", "words"),
    [
        ("edge: https://x.org", "OSY205", "write `edge: {endpoint: https://x.org}`"),
        ("edge: '${E}'", "OSY205", "write `edge: {endpoint: ${E}}`"),
        ("edge: https://u:p@x.org", "OSY205", "write `edge: {endpoint: ADDRESS}`"),
        ("{edge: labb, lab: {endpoint: 'https://x.org', token: t}}", "OSY301", "or add an entry"),
    ],
)
def test_a_cluster_that_is_a_bare_text_says_what_to_write(
    tmp_path: Path, clusters: str, code: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        state(tmp_path, f"clusters:\n  {clusters}\n")
    (found,) = caught.value.diagnostics
    assert (found.code, words in found.remedy) == (code, True)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ('set: "a\n', "OSY201"),
        ("clusters: https://x.org", "OSY205"),
        ("clusters: {edge: lab, lab: edge}", "OSY310"),
        ("clusters: {'*': https://x.org}", "OSY205"),
    ],
)
def test_what_settings_that_cannot_be_read_would_say_is_not_guessed(
    tmp_path: Path, settings: str, code: str
) -> None:
    assert set(refused(tmp_path, settings)) == {code}


@pytest.mark.parametrize(
    ("flag", "hint"),
    [
        ("egde", "known are: edge; did you mean edge?"),
        ("x.org", "an address begins with https://, as in --cluster https://x.org"),
        ("other", "known are: edge"),
    ],
)
def test_a_cluster_that_is_not_known_says_which_was_meant(
    tmp_path: Path, flag: str, hint: str
) -> None:
    with pytest.raises(UsageError) as caught:
        state(tmp_path, clusters=(flag,))
    assert str(caught.value).endswith(hint)


def test_two_entries_of_one_cluster_are_an_error(tmp_path: Path) -> None:
    settings = f"clusters:\n  edge: {ENTRY.format('x')}\n  twin: {ENTRY.format('x')}\n"
    assert refused(tmp_path, settings) == ["OSY311"]


def test_an_unreadable_manifest_is_a_warning_where_none_is_needed(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("a: [")
    assert refused(tmp_path) == ["OSY101"]
    found = state(tmp_path, needs_manifests=False)
    assert noted(found, Severity.WARNING) == ["OSY101"]
    assert keys(found) == ["edge/plants"]


def test_only_narrows_to_services_or_to_a_cluster(tmp_path: Path) -> None:
    settings = f"clusters:\n  a: {ENTRY.format('a')}\n  b: {ENTRY.format('b')}\n"
    services = {"plants": "a", "trees": "b"}
    one = state(tmp_path, settings, services, only=("trees",))
    assert (keys(one), one.narrowing.is_full) == (["b/trees"], False)
    cluster = state(tmp_path, settings, services, only=("a/",))
    assert (keys(cluster), cluster.narrowing.is_full) == (["a/plants"], True)
    assert [one.id for one in cluster.settings.clusters] == ["a"]
    with pytest.raises(UsageError, match="did you mean plants"):
        state(tmp_path, settings, services, only=("plnts",))


def test_strict_makes_a_warning_an_error(tmp_path: Path) -> None:
    settings = EDGE + "services: {nobody: {protect: true}}\n"
    assert noted(state(tmp_path, settings), Severity.WARNING) == ["OSY214"]
    with pytest.raises(InputError):
        state(tmp_path, settings, strict=True)


def test_explained_settings_mask_secrets_and_name_their_line(tmp_path: Path) -> None:
    (tmp_path / "oscar-sync.yaml").write_text("set: a\n" + EDGE)
    rows = explain_settings(DesireRequest(cwd=str(tmp_path)), {})
    assert ("set", "a", "oscar-sync.yaml:1") in rows
    assert ("prune", "false", "default") in rows
    assert ("clusters.edge.auth_password", "(sensitive)", "oscar-sync.yaml:3") in rows


EVERY_KEY = """\
set: lab
clusters: {edge: {endpoint: https://e.example.org, token: hush}, old: edge}
prune: true
max_removals: 0
env_file: values.env
secrets_from_env: [TOKEN]
owners: [a, b]
removed: [gone, {service: edge/other, erase: [data], because: done}]
moved: [{from: ferns, to: plants}]
waves: [[edge], ["*"]]
services:
  edge/plants:
    allow: [replace]
    ignore: [labels.team]
    wait: 90s
    seeds: [{from: files, to: "minio.default:plants/in", trigger: true}]
buckets: {edge/atlas: {visibility: restricted, allowed_users: [a@x], because: shared}}
volumes: {models: {size: 20Gi}}
rules: {OSY182: off}
window: Mon-Fri 08:00-18:00 Europe/Madrid
"""


def test_every_key_of_the_settings_is_explained_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "oscar-sync.yaml").write_text(EVERY_KEY)
    rows = explain_settings(DesireRequest(cwd=str(tmp_path)), {})
    found = {name: (value, source.rpartition(":")[2]) for name, value, source in rows}
    seed, plants = "services.edge/plants.seeds[0]", "services.edge/plants"
    assert found == {
        "settings": ("oscar-sync.yaml", "found"),
        "set": ("lab", "1"),
        "clusters.edge.endpoint": ("https://e.example.org", "2"),
        "clusters.edge.token": ("(sensitive)", "2"),
        "clusters.edge.ssl_verify": ("true", "default"),
        "clusters.edge.login": ("token", "token in oscar-sync.yaml"),
        "clusters.old": ("edge", "2"),
        "prune": ("true", "3"),
        "max_removals": ("0", "4"),
        "env_file": (str(tmp_path / "values.env"), "5"),
        "secrets_from_env": ("TOKEN", "6"),
        "owners": ("a, b", "7"),
        "removed[0].service": ("gone", "8"),
        "removed[0].forget": ("false", "default"),
        "removed[0].close_access": ("false", "default"),
        "removed[1].service": ("edge/other", "8"),
        "removed[1].erase": ("data", "8"),
        "removed[1].forget": ("false", "default"),
        "removed[1].close_access": ("false", "default"),
        "removed[1].because": ("done", "8"),
        "moved[0].from": ("ferns", "9"),
        "moved[0].to": ("plants", "9"),
        "waves": ("edge; *", "10"),
        f"{plants}.protect": ("false", "default"),
        f"{plants}.allow": ("replace", "13"),
        f"{plants}.ignore": ("labels.team", "14"),
        f"{plants}.close_access": ("false", "default"),
        f"{plants}.wait": ("90s", "15"),
        f"{seed}.from": ("files", "16"),
        f"{seed}.to": ("minio.default:plants/in", "16"),
        f"{seed}.trigger": ("true", "16"),
        f"{seed}.delete_extra": ("false", "default"),
        "buckets.edge/atlas.visibility": ("restricted", "17"),
        "buckets.edge/atlas.allowed_users": ("a@x", "17"),
        "buckets.edge/atlas.because": ("shared", "17"),
        "volumes.models.size": ("20Gi", "18"),
        "rules": ("OSY182: off", "19"),
        "window": ("Mon-Fri 08:00-18:00 Europe/Madrid", "20"),
    }


def test_without_settings_every_key_has_its_default(tmp_path: Path) -> None:
    rows = explain_settings(DesireRequest(cwd=str(tmp_path)), {})
    assert [name for name, _, _ in rows] == ["settings", *(field.name for field in SETTINGS)]
    assert {source for _, _, source in rows} == {"default"}


@pytest.mark.parametrize(
    "text",
    [
        "erase:b", "erase:empty", "erase:bucket:empty", "erase:edge/b", "erase:s/volume",
        "erase:edge/s/volume", "replace:s", "replace:edge/s", "attach:s=b", "attach:edge/s=b",
        "take-over:s", "push-secrets:s",
    ],
)  # fmt: skip
def test_a_consent_reads_as_it_is_printed(text: str) -> None:
    assert str(consent_of(text)) == text


@pytest.mark.parametrize(
    "text", ["", "erase", "erase:", "erase:/b", "delete:b", "attach:s", "attach:=b", "replace:a b"]
)
def test_what_is_no_consent_is_none(tmp_path: Path, text: str) -> None:
    assert consent_of(text) is None
    with pytest.raises(UsageError):
        state(tmp_path, allow=(text,))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h", 3600), ("1h30m", 5400), ("5", None), ("", None), ("m", None)],
)
def test_durations_have_units(text: str, seconds: float | None) -> None:
    assert duration_s(text) == seconds


def test_an_identity_is_the_same_for_every_spelling_of_an_address() -> None:
    assert identity_of("https://X.org:443/p/") == identity_of("https://x.org/p") == "x.org/p"


LABELLED = FDL.format(key="edge", name="plants").replace("script:", "labels: {team: a}, script:")


def test_a_name_that_nothing_has_is_noted_with_what_may_be_meant(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        LABELLED.replace("script:", "environment: {secrets: {TOKEN: ''}}, script:")
    )
    settings = EDGE + (
        "secrets_from_env: [TOKN]\n"
        "services: {plnts: {protect: true}, plants: {ignore: [labels.taem, labels.cost]}}\n"
    )
    found = state(tmp_path, settings, {}, clusters=("egde=edge", "edge=edge"))
    assert sorted(one.message for one in found.diagnostics) == [
        "TOKN: no service has such a secret; did you mean TOKEN?",
        "no manifest has the cluster key egde; did you mean edge?",
        "no manifest of plants has labels.taem; did you mean labels.team?",
    ]
    assert noted(found, Severity.WARNING) == ["OSY315", "OSY216", "OSY221"]
    everywhere = state(tmp_path, settings, {})
    assert "no manifest has a service plnts; did you mean plants?" in [
        one.message for one in everywhere.diagnostics
    ]


def messages(folder: Path, *arguments: Any, **options: Any) -> list[tuple[int, str]]:
    with pytest.raises(InputError) as caught:
        state(folder, *arguments, **options)
    return [(one.line, one.message) for one in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("aliases", "line"), [("'*': hme", 3), ("edge: hme", 3), ("edge: a\n  a: hme", 4)]
)
def test_an_alias_that_goes_nowhere_is_the_fault_at_its_place(
    tmp_path: Path, aliases: str, line: int
) -> None:
    settings = f"clusters:\n  home: {ENTRY.format('home')}\n  {aliases}\n"
    fault = "goes to hme, which is not a known cluster; did you mean home?"
    assert messages(tmp_path, settings) == [(line, fault)]
    validated = state(tmp_path, settings, needs_clusters=False)
    assert [(one.line, one.message) for one in validated.diagnostics] == [(line, fault)]
    with pytest.raises(UsageError, match=r"--cluster x=hme: no such cluster; known are: home"):
        state(tmp_path, settings, clusters=("x=hme",))
    with pytest.raises(UsageError, match=r"--cluster \*=hme: .*; did you mean home\?"):
        state(tmp_path, settings, clusters=("*=hme",))


def test_an_alias_of_nobody_is_a_warning_where_oscar_clis_file_has_no_such_cluster(
    tmp_path: Path,
) -> None:
    settings = EDGE + "  other: elsewhere\n"
    assert noted(state(tmp_path, settings), Severity.WARNING) == ["OSY317"]
    assert not state(tmp_path, settings, needs_clusters=False).diagnostics
    with pytest.raises(UsageError, match=r"--cluster other: clusters.other goes to elsewhere"):
        state(tmp_path, settings, clusters=("other",))
    cli_file(tmp_path, "oscar: {elsewhere: {endpoint: https://x.example.org}}\n")
    assert not noted(state(tmp_path, settings), Severity.WARNING)


@pytest.mark.parametrize(
    ("login", "environ", "why"),
    [
        ("auth_user: u, auth_password: '${P}'", {"P": ""},
         ": auth_password is empty, as is the environment variable P"),
        ("auth_user: '${U}', auth_password: p", {"U": ""},
         ": auth_user is empty, as is the environment variable U"),
        ("token: '${T}'", {"T": ""}, ": token is empty, as is the environment variable T"),
        ("oidc_refresh_token: '${A}${B}'", {"A": "", "B": ""}, ": oidc_refresh_token is empty"),
        ("auth_user: u", {}, ": auth_user has no auth_password beside it"),
        ("auth_user: u, auth_password: ''", {}, ": auth_user has no auth_password beside it"),
        ("auth_password: p", {}, ": auth_password has no auth_user beside it"),
        ("identity: e", {"OSCAR_USERNAME": "u", "OSCAR_PASSWORD": ""}, ": OSCAR_PASSWORD is empty"),
        ("identity: e", {"OSCAR_PASSWORD": "p"}, ": OSCAR_USERNAME is not set"),
        ("identity: e", {"OSCAR_TOKEN": ""}, ": OSCAR_TOKEN is empty"),
        ("identity: e", {"TOKEN_FILE_PATH": ""}, ": TOKEN_FILE_PATH is empty"),
        ("identity: e", {}, ""),
    ],
)  # fmt: skip
def test_a_login_that_is_empty_or_half_is_named(
    tmp_path: Path, login: str, environ: dict[str, str], why: str
) -> None:
    settings = f"clusters:\n  edge: {{endpoint: 'https://e.example.org', {login}}}\n"
    assert messages(tmp_path, settings, None, environ) == [
        (2, f"cluster edge has no credentials{why}")
    ]


def test_an_address_that_a_variable_leaves_empty_is_said_to_be_empty(tmp_path: Path) -> None:
    settings = "clusters:\n  edge: {endpoint: '${E}'}\n"
    assert messages(tmp_path, settings, None, {"E": ""}) == [(2, "`${E}` is empty")]


@pytest.mark.parametrize("text", ["", "# set: lab\n", "---\n", "null\n"])
def test_settings_without_a_key_are_a_warning(tmp_path: Path, text: str) -> None:
    found = state(tmp_path, text, needs_clusters=False)
    assert [(one.code, one.severity) for one in found.diagnostics] == [("OSY222", Severity.WARNING)]
