"""What the server refuses, damages or cannot build is found before anything is sent."""

import json
from pathlib import Path

import pytest

from oscar_sync.model.diagnostic import Severity
from tests.unit.manifests.reading import codes, read, said, service

EXPOSED = "expose: {{min_scale: {0}, max_scale: {1}, cpu_threshold: {2}, api_port: 80}}"
USER_ISOLATION = (
    "isolation_level: USER\nallowed_users: [{0}]\ninput:\n"
    "- {{storage_provider: minio, path: plants/in}}"
)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("cpu: 1 core", "OSY126"),
        ("memory: 1GB", "OSY126"),
        ("memory: -1Gi", "OSY126"),
        ("kserve: {type: inference, storage_uri: s3://x, cpu: many}", "OSY126"),
        ("visibility: Public", "OSY125"),
        ("visibility: users", "OSY125"),
        ("annotations: {oscar.grycap/origin-cluster: x}", "OSY134"),
        ("annotations: {oscar-sync.io/owner: x}", "OSY134"),
        ("annotations: {'bad key!': x}", "OSY135"),
        ("labels: {team: 'two words'}", "OSY135"),
        ("labels: {'bad key!': x}", "OSY135"),
        ("environment: {variables: {X: '- x'}}", "OSY128"),
        ("environment: {variables: {X: ' lead'}}", "OSY128"),
        ("environment: {variables: {'? x': v}}", "OSY128"),
        ("annotations: {team: '- x'}", "OSY128"),
        ("vo: 'trail '", "OSY128"),
        ("environment: {variables: {'': v}}", "OSY127"),
        ("environment: {secrets: {A B: }}", "OSY127"),
        ("environment: {secrets: {a/b: }}", "OSY127"),
        ("environment: {secrets: {..a: }}", "OSY127"),
        (f"environment: {{secrets: {{{'A' * 254}: }}}}", "OSY127"),
        (f"annotations: {{big: {'x' * 262_142}}}", "OSY135"),
        ("input: [{storage_provider: minio, path: abc/../in}]", "OSY129"),
        ("mount: {storage_provider: minio, path: abc/../in}", "OSY129"),
        (f"input: [{{storage_provider: minio, path: abc/{'y' * 1001}}}]", "OSY129"),
        (f"output: [{{storage_provider: minio, path: abc/{'é' * 501}}}]", "OSY129"),
        (f"mount: {{storage_provider: minio, path: abc/{'y' * 1001}}}", "OSY129"),
        ("input: [{storage_provider: minio, path: a-b//c}]", "OSY129"),
        ("input: [{storage_provider: minio, path: ' / '}]", "OSY129"),
        ("output: [{storage_provider: minio, path: a-b/../c}]", "OSY129"),
        ("input: [{storage_provider: minio, path: Bad_Name/in}]", "OSY130"),
        ("output: [{storage_provider: minio, path: ab/in}]", "OSY130"),
        ("mount: {storage_provider: minio, path: /NO}", "OSY130"),
        ("input: [{storage_provider: s3.x, path: a/b}]", "OSY131"),
        ("output: [{storage_provider: ftp.x, path: a/b}]", "OSY131"),
        ("output: [{storage_provider: minio.other, path: abc/b}]", "OSY131"),
        ("mount: {storage_provider: minio.other, path: abc}", "OSY131"),
        ("input: [{path: a/b}]", "OSY124"),
        ("input: [{storage_provider: minio}]", "OSY124"),
        (
            (
                "input:\n- {storage_provider: minio, path: abc/x}\n"
                "- {storage_provider: minio.default, path: /abc/x/}"
            ),
            "OSY133",
        ),
        (EXPOSED.format(0, 1, 80), "OSY137"),
        (EXPOSED.format(1, 0, 80), "OSY137"),
        (EXPOSED.format(1, 1, 0), "OSY137"),
        (EXPOSED.format(2, 1, 80), "OSY137"),
        (
            (
                "expose: {min_scale: 1, max_scale: 1, cpu_threshold: 1, api_port: [80], "
                "nodePort: [0, 0]}"
            ),
            "OSY137",
        ),
        (EXPOSED.format(1, 1, 80).replace("80}", "80, nodePort: 8080}"), "OSY137"),
        (EXPOSED.format(1, 1, 80).replace("80}", "80, nodePort: 32768}"), "OSY137"),
        (
            "expose: {min_scale: 1, max_scale: 1, cpu_threshold: 1, api_port: 80, auth_type: x}",
            "OSY137",
        ),
        ("synchronous: {min_scale: 3, max_scale: 2}", "OSY138"),
        ("synchronous: {min_scale: -1}", "OSY138"),
        ("volume: {mount_path: /d}", "OSY139"),
        ("volume: {mount_path: d, size: 1Gi}", "OSY139"),
        ("volume: {mount_path: /d, size: x}", "OSY139"),
        ("volume: {mount_path: /d, size: '0'}", "OSY139"),
        ("volume: {mount_path: /d, size: 1Gi, lifecycle_policy: keep}", "OSY139"),
        ("volume: {mount_path: /d, name: v, lifecycle_policy: retain}", "OSY139"),
        ("volume: {mount_path: /d, name: V_1}", "OSY139"),
        ("volume: {mount_path: /oscar/config/x, size: 1Gi}", "OSY139"),
        ("volume: {mount_path: /, size: 1Gi}", "OSY139"),
        ("volume: {size: 1Gi}", "OSY124"),
        ("federation: {members: [{type: oscar, cluster_id: x, service_name: b}]}", "OSY140"),
        ("kserve: {type: inference}", "OSY124"),
        ("kserve: {type: weird, storage_uri: s3://x}", "OSY141"),
        ("kserve: {type: inference, storage_uri: s3://x, inference: {runtime: r}}", "OSY141"),
        (USER_ISOLATION.format("short"), "OSY142"),
        (
            f"{USER_ISOLATION.format('x' * 62)}\n- {{storage_provider: minio, path: animals/in}}",
            "OSY142",
        ),
        (
            (
                "environment: {secrets: {refresh_token: }}\n"
                "federation:\n  members:\n"
                "  - {type: oscar, cluster_id: x, service_name: b, priority: -1}"
            ),
            "OSY140",
        ),
        ("mount: {path: /abc}", "OSY143"),
        ("mount: {storage_provider: minio, path: /abc, options: 'a;b'}", "OSY143"),
        ("input: {storage_provider: minio}", "OSY122"),
        ("allowed_users: me", "OSY122"),
        ("mount: x", "OSY123"),
    ],
)
def test_a_definition_that_cannot_work_is_an_error(tmp_path: Path, fields: str, code: str) -> None:
    manifests = read(tmp_path, service(fields))
    assert codes(manifests) == [code]
    (found,) = [one for one in manifests.diagnostics if one.code == code]
    assert found.remedy
    assert found.line >= 4


@pytest.mark.parametrize(
    "fields",
    [
        "cpu: 500m\nmemory: 1.5Gi",
        EXPOSED.format(1, 1, 80).replace("80}", "80, nodePort: 30000}"),
        f"environment: {{secrets: {{{'A' * 253}: , a-b.c_D: , .a: }}}}",
        f"annotations: {{big: {'x' * 262_141}}}",
        f"input: [{{storage_provider: minio, path: abc/{'y' * 1000}}}]",
        "visibility: restricted",
        "expose: {min_scale: 0, max_scale: 0, cpu_threshold: 0}",
        "expose: {min_scale: 1, max_scale: 10 , api_port: [80, 81], cpu_threshold: 50}",
        (
            "input: [{storage_provider: webdav.d, path: a/b}]\n"
            "storage_providers: {webdav: {d: {hostname: h, login: l, password: p}}}"
        ),
        (
            "output: [{storage_provider: s3.x, path: some-bucket/b}]\n"
            "storage_providers: {s3: {x: {access_key: a, secret_key: b}}}"
        ),
        "mount: {storage_provider: minio.default, path: home}",
        (
            "input:\n- {storage_provider: minio, path: abc/x}\n"
            "- {storage_provider: minio.default, path: abc/x/y}"
        ),
        "volume: {name: v, mount_path: /data}",
        "volume: {size: 1Gi, mount_path: /oscar-data, lifecycle_policy: retain}",
        "federation: {}",
        USER_ISOLATION.format("a-long-user-id@egi.eu"),
        "environment: {secrets: {T: }}\nannotations: {a.b/c: 'x: y'}",
        "kserve: {type: inference, storage_uri: s3://x, inference: {model_format: onnx}}",
        "interlink_node_name: ",
        "image_pull_secrets: []\ninput:\noutput: null\nexpose:\nmount:\nvolume:",
    ],
)
def test_a_definition_that_works_has_no_error(tmp_path: Path, fields: str) -> None:
    assert said(read(tmp_path, service(fields))) == []


def test_a_quantity_in_other_units_gets_a_guess(tmp_path: Path) -> None:
    (found,) = read(tmp_path, service("memory: 1GB")).diagnostics
    assert found.remedy == "did you mean 1G?"


@pytest.mark.parametrize("name", ["A", "a_b", "-a", "a" * 40, "a-"])
def test_a_name_that_no_server_takes_is_an_error(tmp_path: Path, name: str) -> None:
    manifests = read(tmp_path, service().replace("plants\n", f"{name}\n"))
    assert codes(manifests) == ["OSY127"]


def test_a_name_that_only_knative_refuses_is_a_warning(tmp_path: Path) -> None:
    manifests = read(tmp_path, service().replace("name: plants", "name: 1a"))
    assert (codes(manifests), codes(manifests, Severity.WARNING)) == ([], ["OSY127"])


@pytest.mark.parametrize("name", ["1dd", "a.b"])
def test_a_name_that_no_kubernetes_service_has_is_an_error_where_one_is_exposed(
    tmp_path: Path, name: str
) -> None:
    """Recorded: 138."""
    exposed = service(EXPOSED.format(1, 1, 80))
    assert codes(read(tmp_path, exposed.replace("name: plants", f"name: {name}"))) == ["OSY127"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            (
                "output: [{storage_provider: minio.eu, path: abc/b}]\n"
                "storage_providers: {minio: {eu: {endpoint: , access_key: , secret_key: }}}"
            ),
            (
                "storage_providers.minio.eu is used by an output but its endpoint, access_key and "
                "secret_key are empty"
            ),
        ),
        (
            "mount: {storage_provider: s3.a, path: abc}\nstorage_providers: {s3: {a: }}",
            "storage_providers.s3.a is used by mount but its access_key and secret_key are empty",
        ),
    ],
)
def test_a_used_provider_needs_its_credentials(tmp_path: Path, fields: str, message: str) -> None:
    assert said(read(tmp_path, service(fields))) == [message]


def test_blank_keys_of_a_provider_with_an_endpoint_mean_keep(tmp_path: Path) -> None:
    fields = (
        "output: [{storage_provider: minio.eu, path: abc/b}]\n"
        "storage_providers: {minio: {eu: {endpoint: 'https://m', access_key: , secret_key: }}}"
    )
    manifests = read(tmp_path, service(fields))
    assert (codes(manifests), codes(manifests, Severity.WARNING)) == ([], ["OSY132"])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("log_level: verbose", "OSY125"),
        ("isolation_level: team", "OSY125"),
        ("federation: {topology: ring}", "OSY125"),
        (EXPOSED.format(1, 1, 80).replace("80}", "80, probe_mode: fast}"), "OSY125"),
        ("kserve: {type: inference, storage_uri: s3://x, api_version: v3}", "OSY141"),
        ("environment: {secrets: {T: hush}}", "OSY180"),
        ("input: [{storage_provider: minio, path: abc/in, suffix: [.jpg]}]", "OSY181"),
        (
            (
                "input: [{storage_provider: minio.x, path: abc/in}]\n"
                "storage_providers: {minio: {x: {endpoint: e, access_key: , secret_key: b}}}"
            ),
            "OSY183",
        ),
        ("expose: {min_scale: 1}", "OSY137"),
    ],
)
def test_what_deserves_care_is_a_warning(tmp_path: Path, fields: str, code: str) -> None:
    manifests = read(tmp_path, service(fields))
    assert codes(manifests) == []
    assert code in codes(manifests, Severity.WARNING)


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        ("environment: {secrets: {T: '${T}'}}", "secrets_from_env"),
        (
            (
                "input: [{storage_provider: minio.x, path: abc/in}]\n"
                "storage_providers: {minio: {x: {endpoint: 'https://e', region: r, "
                "access_key: '${ID}', secret_key: '${KEY}'}}}"
            ),
            "overlay",
        ),
    ],
)
def test_a_variable_that_an_fdl_file_does_not_substitute_is_a_warning(
    tmp_path: Path, fields: str, remedy: str
) -> None:
    found = [one for one in read(tmp_path, service(fields)).diagnostics if one.code == "OSY180"]
    assert found
    assert all("is sent as written" in one.message and remedy in one.remedy for one in found)


@pytest.mark.parametrize("image", ["ubuntu", "ubuntu:latest", "host:5000/x/y"])
def test_a_moving_tag_is_a_warning(tmp_path: Path, image: str) -> None:
    manifests = read(tmp_path, service().replace("ghcr.io/x/plants:1", image))
    assert codes(manifests, Severity.WARNING) == ["OSY182"]


@pytest.mark.parametrize("image", ["x:1", "host:5000/x:1", f"x@sha256:{'ab' * 32}"])
def test_a_fixed_tag_is_none(tmp_path: Path, image: str) -> None:
    manifests = read(tmp_path, service().replace("ghcr.io/x/plants:1", image))
    assert codes(manifests, Severity.WARNING) == []


def test_a_secret_in_plain_text_is_not_shown(tmp_path: Path) -> None:
    text = service(
        "environment: {secrets: {T: ' planted '}}\nstorage_providers:\n  s3:\n    x:\n"
        "      access_key: ' planted'\n      region: r"
    )
    for found in read(tmp_path, text).diagnostics:
        assert "planted" not in f"{found.message} {found.remedy} {found.snippet}"


def test_a_definition_larger_than_a_configmap_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "big.sh").write_text("#" * 900_000)
    fits = read(tmp_path, service().replace("script.sh", "big.sh"))
    assert codes(fits) == []
    annotation = "annotations: {a: " + "x" * 200_000 + "}"
    assert codes(read(tmp_path, service(annotation).replace("script.sh", "big.sh"))) == ["OSY136"]
    (tmp_path / "big.sh").write_text("#" * 1_200_000)
    assert codes(read(tmp_path, service().replace("script.sh", "big.sh"))) == ["OSY136"]


@pytest.mark.parametrize(
    "image", ["a b", "UPPER/x:1", "http://x/y:1", "'${IMAGE}'", "'{{ image }}'", "'Y :1'"]
)
def test_an_image_that_no_node_can_pull_is_an_error(tmp_path: Path, image: str) -> None:
    manifests = read(tmp_path, service().replace("ghcr.io/x/plants:1", image))
    (found,) = [one for one in manifests.diagnostics if one.severity is Severity.ERROR]
    assert (found.code, found.line, found.path) == ("OSY144", 5, "image")
    assert "it cannot be pulled" in found.message
    assert "HOST/PATH:TAG" in found.remedy


def test_an_image_of_apptainer_is_one_for_interlink(tmp_path: Path) -> None:
    text = service("interlink_node_name: node").replace("ghcr.io/x/plants:1", "docker://x/y:v1")
    assert codes(read(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"environment": {"variables": {"A": "x\ud83dy"}}}, "environment.variables.A"),
        ({"environment": {"variables": {"A": "x\0y"}}}, "environment.variables.A"),
        ({"environment": {"secrets": {"A": "x\ud83dy"}}}, "environment.secrets.A"),
        ({"environment": {"secrets": {"A": "x\0y"}}}, "environment.secrets.A"),
        ({"annotations": {"a": "\udc00"}}, "annotations.a"),
        ({"allowed_users": ["\ud800"]}, "allowed_users"),
        ({"vo": "\ud800"}, "vo"),
        ({"script": "#!/bin/sh\necho \ud83d"}, "script"),
        ({"script": "#!/bin/sh\necho \0"}, "script"),
    ],
)
def test_half_a_character_and_a_nul_are_errors_where_they_are_written(
    tmp_path: Path, fields: dict[str, object], path: str
) -> None:
    """They were valid, and an apply ended with a UnicodeEncodeError."""
    definition = {"name": "alpha", "image": "i:1", "script": "#!/bin/sh\necho\n", **fields}
    text = json.dumps({"functions": {"oscar": [{"edge": definition}]}}, indent=1)
    manifests = read(tmp_path, {"alpha.json": text}, paths=("alpha.json",))
    found = [one for one in manifests.diagnostics if one.severity is Severity.ERROR]
    assert found[0].path.startswith(path)
    assert found[0].line > 1
    assert "write it in whole characters" in found[0].remedy
    shown = f"{found[0].message}{found[0].snippet}"
    assert "\0" not in shown
    assert shown.encode()


@pytest.mark.parametrize("is_inline", [True, False])
def test_a_byte_order_mark_before_a_script_is_an_error(tmp_path: Path, is_inline: bool) -> None:
    (tmp_path / "bom.sh").write_bytes(b"\xef\xbb\xbf#!/bin/sh\necho\n")
    script = '"\\uFEFF#!/bin/sh\\necho\\n"' if is_inline else "bom.sh"
    manifests = read(tmp_path, service().replace("script.sh", script))
    (found,) = [one for one in manifests.diagnostics if one.severity is Severity.ERROR]
    assert "begins with a byte order mark (BOM)" in found.message
    command = "" if is_inline else r": sed -i '1s/^\xEF\xBB\xBF//' bom.sh"
    assert found.remedy == f"save it as UTF-8 without BOM{command}"


def test_a_nul_in_a_script_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "nul.sh").write_bytes(b"#!/bin/sh\n\necho \0\n")
    assert said(read(tmp_path, service().replace("script.sh", "nul.sh"))) == [
        "nul.sh:3: the script contains a NUL character"
    ]


@pytest.mark.parametrize(
    ("name", "value", "is_warned"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("apiToken", "abc", True),
        ("DB_PASSWORD", "", False),
        ("USE_TOKEN", "true", False),
        ("PASSWORD", "${DB_PASSWORD}", False),
        ("MAX_TOKENS", "many", False),
        ("TOKEN_FILE", "/run/token", False),
    ],
)
def test_a_variable_that_is_called_like_a_secret_is_a_warning(
    tmp_path: Path, name: str, value: str, is_warned: bool
) -> None:
    manifests = read(tmp_path, service(f"environment: {{variables: {{{name}: '{value}'}}}}"))
    found = [one for one in manifests.diagnostics if one.code == "OSY180"]
    assert bool(found) is is_warned
    for one in found:
        assert "move it to environment.secrets" in one.remedy
        assert value not in f"{one.message}{one.snippet}"


@pytest.mark.parametrize(
    ("field", "message", "remedy"),
    [
        ("memory: 512", "memory 512 is 512 bytes: no pod can start in them", "512Mi"),
        ("memory: 2", "memory 2 is 2 bytes: no pod can start in them", "2Gi"),
        ("memory: 512m", "memory 512m is 0.512 bytes: no pod can start in them", "512Mi"),
        ("memory: 512k", "memory 512k is 512000 bytes: no pod can start in them", "512Mi"),
        ("cpu: 2000", "cpu 2000 is 2000 cores: no node has as many", "2000m"),
    ],
)
def test_an_amount_that_no_pod_can_have_is_a_warning_with_the_unit(
    tmp_path, field, message, remedy
):
    (found,) = read(tmp_path, service(field)).diagnostics
    assert (found.code, found.severity) == ("OSY185", Severity.WARNING)
    assert (found.message, found.remedy) == (message, f"did you mean {remedy}?")


@pytest.mark.parametrize("field", ["memory: 4Mi", "cpu: 128", "cpu: 500m", "memory: 1e9"])
def test_an_amount_that_a_pod_can_have_is_said_nothing_of(tmp_path, field):
    assert codes(read(tmp_path, service(field))) == []


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("cpu: 1,5", "1.5"),
        ("memory: 512 MiB", "512Mi"),
        ("memory: 1gb", "1G"),
        ("memory: 2gi", "2Gi"),
        ("memory: 100K", "100k"),
    ],
)
def test_a_quantity_as_other_tools_and_languages_write_it_gets_the_one_that_is_meant(
    tmp_path, field, meant
):
    (found,) = read(tmp_path, service(field)).diagnostics
    assert (found.code, found.remedy) == ("OSY126", f"did you mean {meant}?")


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("s3://plants/in", "write plants/in"),
        ("./plants/in", "write the path without them"),
        ("plants//in", "write single slashes"),
    ],
)
def test_a_path_that_cannot_be_used_is_one_finding(tmp_path, path, remedy):
    text = f"input: [{{storage_provider: minio, path: '{path}'}}]"
    (found,) = read(tmp_path, service(text)).diagnostics
    assert (found.code, found.remedy) == ("OSY129", remedy)
