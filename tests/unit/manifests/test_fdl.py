"""Every shape of FDL that users write is read, or refused with place and remedy."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.fdl_fields import SERVICE
from tests.unit.manifests.reading import codes, read, said, service

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


def test_a_service_is_read_in_normal_form(tmp_path: Path) -> None:
    (plants,) = read(tmp_path, service("cpu: 1.0\nmemory: 1Gi\nenable_gpu: true")).services
    assert (plants.cluster_key, plants.name) == ("oscar-cluster", "plants")
    assert plants.form.cpu == "1.0"
    assert plants.form.enable_gpu is True
    assert plants.form.script == "#!/bin/sh\necho hi\n"


def test_values_hold_no_trace_of_the_reader(tmp_path: Path) -> None:
    (plants,) = read(tmp_path, service("environment:\n  variables: {DEBUG: yes}")).services
    value = plants.form.environment.variables["DEBUG"]
    assert (value, type(value)) == ("yes", str)


@pytest.mark.parametrize(("written", "value"), [("null", ""), ("~", ""), ("", ""), ("'~'", "~")])
def test_null_in_a_text_field_is_the_empty_text(tmp_path: Path, written: str, value: str) -> None:
    text = service(f"environment:\n  variables:\n    X: {written}")
    (plants,) = read(tmp_path, text).services
    assert plants.form.environment.variables == {"X": value}


@pytest.mark.parametrize("written", ["'true'", "yes", "on", "1"])
def test_a_flag_is_true_or_false_without_quotes(tmp_path: Path, written: str) -> None:
    assert said(read(tmp_path, service(f"enable_gpu: {written}"))) == [
        "enable_gpu must be true or false, without quotes"
    ]


@pytest.mark.parametrize("written", ["'1'", "1.0", "one", "99999999999", "[1]"])
def test_an_integer_is_plain_digits(tmp_path: Path, written: str) -> None:
    text = service(f"synchronous:\n  min_scale: {written}")
    assert codes(read(tmp_path, text)) == ["OSY121"]


def test_ports_are_a_list_or_one_number_and_0_is_none(tmp_path: Path) -> None:
    expose = "expose: {min_scale: 1, max_scale: 1, cpu_threshold: 80, api_port: 80, nodePort: 0}"
    (plants,) = read(tmp_path, service(expose)).services
    assert plants.form.expose.api_port == (80,)
    assert plants.form.expose.nodePort == ()


def test_both_spellings_of_variables_are_merged_with_a_warning(tmp_path: Path) -> None:
    text = service("environment:\n  Variables: {A: 1, B: 2}\n  variables: {B: 3}")
    manifests = read(tmp_path, text)
    assert manifests.services[0].form.environment.variables == {"A": "1", "B": "3"}
    assert codes(manifests, WARNING) == ["OSY118"]


def test_the_old_spelling_of_variables_is_shown_as_written(tmp_path: Path) -> None:
    manifests = read(tmp_path, service("environment:\n  Variables:\n    A: [x]"))
    assert said(manifests) == ["environment.Variables.A is a list, a string is required"]
    assert "placeholder [x]" in manifests.diagnostics[0].remedy
    assert manifests.diagnostics[0].line == 9


def test_minio_means_minio_default_in_any_case(tmp_path: Path) -> None:
    text = service("input:\n- {storage_provider: MinIO, path: /plants/in/}")
    (plants,) = read(tmp_path, text).services
    assert plants.form.input[0].storage_provider == "minio.default"
    assert plants.form.input[0].path == "plants/in"


def test_a_flat_entry_has_no_cluster_key(tmp_path: Path) -> None:
    text = "functions:\n  oscar:\n  - name: a\n    image: i:1\n    script: script.sh\n"
    assert read(tmp_path, text).services[0].cluster_key == ""


def test_one_entry_may_have_several_clusters(tmp_path: Path) -> None:
    text = service() + "    other:\n      {name: b, image: 'i:1', script: script.sh}\n"
    assert [one.cluster_key for one in read(tmp_path, text).services] == ["oscar-cluster", "other"]


def test_fields_beside_the_cluster_key_are_a_clear_error(tmp_path: Path) -> None:
    text = "functions:\n  oscar:\n  - edge:\n    name: a\n    image: i\n"
    assert said(read(tmp_path, text)) == ["the fields of the service are beside edge, not below it"]


@pytest.mark.parametrize(
    "text",
    [
        "functions:\n  oscar:\n  - edge:\n",
        "functions:\n  oscar:\n    edge: {name: a}\n",
        "functions: [1]\n",
        "functions:\n  oscar:\n  - x\n",
        "functions:\n  oscar:\n  - edge: [1]\n",
    ],
)
def test_a_wrong_shape_is_an_error(tmp_path: Path, text: str) -> None:
    assert codes(read(tmp_path, text)) == ["OSY113"]


def test_a_dashboard_export_is_read_without_what_the_server_set(tmp_path: Path) -> None:
    text = """\
functions:
  oscar:
  - oscar_service:
      name: a
      image: i:1
      script: script.sh
      token: abc
      owner: x
      namespace: oscar-svc
      bucket_list: []
      storage_providers:
        minio:
          default: {endpoint: https://m, access_key: hidden, secret_key: hidden, verify: true}
"""
    manifests = read(tmp_path, text)
    assert codes(manifests) == codes(manifests, WARNING) == []
    assert codes(manifests, NOTE) == ["OSY117"] * 4
    assert manifests.services[0].form.storage_providers == {}


def test_shared_providers_stand_below_the_service_s_own(tmp_path: Path) -> None:
    text = (
        service(
            "output:\n- {storage_provider: s3.x, path: some-bucket/out}\n"
            "storage_providers:\n  s3:\n    x: {region: own}\n"
        )
        + "storage_providers:\n  s3:\n    x: {access_key: a, secret_key: b, region: shared}\n"
    )
    manifests = read(tmp_path, text)
    account = manifests.services[0].form.storage_providers["s3"]["x"]
    assert (account["region"], account["access_key"].reveal()) == ("own", "a")
    locate = manifests.services[0].locate
    assert locate(("storage_providers", "s3", "x", "region")).line == 11
    assert locate(("storage_providers", "s3", "x", "access_key")).line == 14


def test_functions_for_another_platform_are_ignored_with_a_warning(tmp_path: Path) -> None:
    text = "functions:\n  aws:\n  - lambda: {name: x}\n  oscar: []\n"
    assert said(read(tmp_path, text), WARNING) == ["functions.aws is not for OSCAR and is ignored"]


@pytest.mark.parametrize("key", ["unctions", "function", "Functions", "fuctions"])
def test_a_key_close_to_functions_is_an_error(tmp_path: Path, key: str) -> None:
    manifests = read(tmp_path, service().replace("functions", key))
    assert said(manifests) == [f"top-level key {key}; did you mean functions?"]


def test_other_yaml_is_skipped_with_a_note(tmp_path: Path) -> None:
    text = "kind: Pod\nmetadata: {annotations: {}}\n---\nkind: Service\n"
    manifests = read(tmp_path, text)
    assert (codes(manifests), codes(manifests, NOTE)) == ([], ["OSY112"])


SERVERLESS = "service: s\nprovider: {name: aws}\nfunctions:\n  hello: {handler: handler.hello}\n"
OTHERS = {
    "Serverless": SERVERLESS,
    "OpenFaaS": "version: 1.0\nprovider: {name: openfaas}\n"
    "functions:\n  hello: {lang: python3, handler: ./hello, image: hello:latest}\n",
    "Knative": "specVersion: 0.36.0\nname: hello\nruntime: python\nbuild: {builder: pack}\n",
    "Nuclio": "apiVersion: nuclio.io/v1\nkind: NuclioFunction\nspec: {runtime: python}\n",
    "DigitalOcean": "packages:\n- functions:\n  - {name: hello, runtime: 'nodejs:default'}\n",
    "docker compose": "services:\n  web: {image: nginx}\n",
    "CloudFormation": "Resources:\n  A: {Type: 'AWS::S3::Bucket', Name: !Ref X}\n",
    "Ansible": "- hosts: all\n  tasks: []\n",
    "GitHub": "on: push\njobs: {test: {runs-on: x, steps: [{run: make}]}}\n",
    "MkDocs": "site_name: x\nemoji: !!python/name:material.extensions.emoji.twemoji\n",
}


@pytest.mark.parametrize("tool", OTHERS)
def test_a_file_of_another_tool_is_skipped_with_a_note(tmp_path: Path, tool: str) -> None:
    manifests = read(tmp_path, OTHERS[tool])
    assert [one.code for one in manifests.diagnostics] == ["OSY112"]
    assert manifests.gaps == ()


@pytest.mark.parametrize(
    "text",
    [
        SERVERLESS.replace("hello:", "oscar:"),
        SERVERLESS.replace("hello:", "osacr:"),
        SERVERLESS.replace("handler:", "script:"),
        SERVERLESS.replace("{handler: handler.hello}", "[{edge: {name: hello}}]"),
        SERVERLESS.replace("  hello", "  oscar: []\n  hello"),
        SERVERLESS.replace("provider", "providers"),
        "provider: x\nfunctions: {}\n",
        "provider: x\nfunctions: [{handler: x}]\n",
        f"functions:\n  oscar: [{{edge: {{name: hello}}}}]\n{SERVERLESS}",
    ],
)
def test_an_fdl_with_a_mistake_is_not_taken_for_another_tools_file(
    tmp_path: Path, text: str
) -> None:
    assert "OSY112" not in [one.code for one in read(tmp_path, text).diagnostics]


def test_no_yaml_names_the_ignore_file(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "a: [\n").diagnostics
    assert found.code == "OSY101"
    assert ".oscar-syncignore" in found.remedy


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (service("memroy: 1Gi\n"), 7, "unknown key memroy; did you mean memory?"),
        (service("CPU: 1\n"), 7, "unknown key CPU; did you mean cpu?"),
        (service("inputs: []\n"), 7, "unknown key inputs; did you mean input?"),
        (service("expose: {api_prot: 80}\n"), 7,
         "unknown key expose.api_prot; did you mean api_port?"),
        (service("input:\n- storage_provider: minio.default\n  path: plants/in\n  sufix: []\n"),
         10,
         "unknown key input[0].sufix; did you mean suffix?"),
        (service("storage_providers:\n  minoi: {}\n"), 8,
         "unknown key storage_providers.minoi; did you mean minio?"),
        (service("environment:\n  varaibles: {A: b}\n"), 8,
         "unknown key environment.varaibles; did you mean variables?"),
        (service() + "storage_provider: {}\n", 7,
         "unknown key storage_provider; did you mean storage_providers?"),
        ("functions:\n  osacr: []\n  oscar: []\n", 2,
         "unknown key functions.osacr; did you mean oscar?"),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_an_error_at_its_place(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    (found,) = [one for one in read(tmp_path, text).diagnostics if one.severity is ERROR]
    assert (found.code, found.line, found.message) == ("OSY184", line, words)


def test_a_key_that_is_like_no_other_is_a_warning(tmp_path: Path) -> None:
    manifests = read(tmp_path, service("colour: red\n") + "x-team: a\nowner_of_file: me\n")
    assert (codes(manifests), codes(manifests, WARNING)) == ([], ["OSY115", "OSY115"])


def test_a_second_document_with_functions_is_an_error(tmp_path: Path) -> None:
    assert codes(read(tmp_path, service() + "---\n" + service())) == ["OSY111"]
    assert codes(read(tmp_path, "a: 1\n---\n" + service())) == ["OSY111"]


def test_a_template_that_was_not_rendered_is_named(tmp_path: Path) -> None:
    quoted = service().replace("script.sh", "'{{ file \"x\" }}'")
    assert codes(read(tmp_path, quoted)) == ["OSY153"]
    (found,) = read(tmp_path, service().replace("script.sh", '{{ file "x" }}')).diagnostics
    assert "template" in found.remedy


def test_removed_keys_are_warned_of_with_their_release(tmp_path: Path) -> None:
    manifests = read(tmp_path, service("replicas: []\nexpose: {port: 80}"))
    assert said(manifests, WARNING) == [
        "replicas is unknown to servers since 4.1.0 and is ignored",
        "expose.port is unknown to servers since 3.1.0 and is ignored",
    ]


def test_a_duplicate_key_is_an_error_at_both_places(tmp_path: Path) -> None:
    (found,) = read(tmp_path, service("memory: 1Gi\nmemory: 2Gi")).diagnostics
    assert (found.code, found.line) == ("OSY102", 8)
    assert "line 7" in found.message


@pytest.mark.parametrize("field", ["name", "image", "script"])
def test_a_required_field_is_named_when_it_is_missing_or_blank(tmp_path: Path, field: str) -> None:
    lines = [line for line in service().splitlines() if f" {field}:" not in line]
    for text in ("\n".join(lines), "\n".join([*lines, f"      {field}: ''"])):
        assert f"{field} is required by the server" in said(read(tmp_path, text))


def test_anchors_merge_keys_crlf_tabs_and_a_bom_change_nothing(tmp_path: Path) -> None:
    plain = read(tmp_path, service("memory: 2Gi\ncpu: '1'")).services[0].form
    text = "\ufeffx-base: &base\r\n  memory: 2Gi\t\r\n" + service("<<: *base\ncpu: '1'").replace(
        "\n", "\r\n"
    )
    manifests = read(tmp_path, text)
    assert manifests.services[0].form == plain
    assert manifests.services[0].locate(("memory",)).line == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.booleans())
def test_no_text_raises_anything(tmp_path: Path, text: str, below: bool) -> None:
    source = service() + text if below else text
    try:
        source.encode()
    except UnicodeEncodeError:
        return
    read(tmp_path, source)


values = st.recursive(
    st.one_of(st.text(max_size=6), st.integers(), st.booleans(), st.none(), st.floats()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "path", "minio", "variables", "members", "size", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([field.name for field in SERVICE]),
        values,
    )
)
def test_no_shape_of_a_service_raises_anything(tmp_path: Path, fields: dict) -> None:
    text = json.dumps({"functions": {"oscar": [{"c": {**fields, "image": "i:1"}}]}})
    read(tmp_path, {"a.fdl.json": text})


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (
            "functions:\n- oscar: []\n",
            "functions must be a mapping, not a list",
            "write `oscar:` below it without `- `, and the services below that",
        ),
        (
            "functions:\n",
            "functions must be a mapping",
            "write `oscar:` below it, indented further, and the services below that",
        ),
    ],
)
def test_functions_that_are_no_mapping_say_what_to_write(
    tmp_path: Path, text: str, message: str, remedy: str
) -> None:
    found = [one for one in read(tmp_path, text).diagnostics if one.code == "OSY113"]
    assert [(one.message, one.remedy) for one in found] == [(message, remedy)]
