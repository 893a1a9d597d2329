"""plan, apply and drift from Python do what the commands do."""

import importlib

import pytest

import oscar_sync
from oscar_sync.errors import InputError
from oscar_sync.model.exits import Exit


def test_a_plan_is_applied_and_the_next_one_is_empty(project, environ):
    found = oscar_sync.plan(str(project), environ=environ)
    assert found.exit_code is Exit.CHANGES
    assert oscar_sync.apply(found).exit_code is Exit.OK
    assert oscar_sync.plan(str(project), environ=environ).exit_code is Exit.OK


def test_what_a_plan_shows_is_what_the_command_prints(project, environ):
    found = oscar_sync.plan(str(project), environ=environ)
    assert "+ edge/hello" in str(found)
    assert found.document.digest == found.digest


def test_a_notebook_shows_the_page_in_a_frame_without_scripts(project, environ):
    found = oscar_sync.plan(str(project), environ=environ)
    for item in (found, oscar_sync.apply(found), oscar_sync.drift(str(project), environ=environ)):
        shown = item._repr_html_()
        assert shown.startswith("<iframe")
        assert ' sandbox="allow-same-origin" ' in shown
        assert shown.count("<") == 2


def test_drift_is_what_someone_else_changed(project, environ, oscar_emulator):
    oscar_sync.apply(oscar_sync.plan(str(project), environ=environ))
    assert oscar_sync.drift(str(project), environ=environ).exit_code is Exit.OK
    oscar_emulator.reset()
    assert oscar_sync.drift(str(project), environ=environ).exit_code is Exit.CHANGES


def test_a_consent_is_given_to_the_plan(project, environ):
    found = oscar_sync.plan(str(project), allow=["replace:hello"], environ=environ)
    assert "no step needs the permission replace:hello" in str(found)


SECRET = """\
functions:
  oscar:
  - edge:
      name: hello
      image: ghcr.io/x/hello:1.0
      script: {script}
      environment: {{secrets: {{TOKEN: ""}}}}
"""


def test_what_an_operator_permits_on_the_command_line_is_an_argument(
    project, environ, tmp_path_factory
):
    script = tmp_path_factory.mktemp("elsewhere") / "run.sh"
    script.write_text("#!/bin/sh\n", encoding="utf-8")
    (project / "hello.yaml").write_text(SECRET.format(script=script), encoding="utf-8")
    environ = {**environ, "TOKEN": "hunter-22"}
    with pytest.raises(InputError):
        oscar_sync.plan(str(project), environ=environ)
    permitted: dict[str, list[str]] = {"allow_outside": [str(script)], "secret_env": ["TOKEN"]}
    found = oscar_sync.plan(str(project), environ=environ, **permitted)
    assert not found.plan.blocked
    assert "hunter-22" not in str(found)
    assert oscar_sync.drift(str(project), environ=environ, **permitted).plan.actions


def test_credentials_go_only_to_the_origins_that_are_named(project, environ):
    with pytest.raises(InputError, match="not among the addresses that may have credentials"):
        oscar_sync.plan(
            str(project), environ=environ, endpoints_allowed=["https://other.example.org"]
        )


@pytest.mark.parametrize("path", [b".", 3, None, ["."]])
def test_a_path_that_is_none_is_told_by_name(path):
    for run in (oscar_sync.plan, oscar_sync.drift):
        with pytest.raises(TypeError, match="path must be text or a path"):
            run(path)


def test_wrong_files_raise_every_finding(project, environ):
    (project / "hello.yaml").write_text("functions: {oscar: [{a: {name: x}}]}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        oscar_sync.plan(str(project), environ=environ)
    assert len(caught.value.diagnostics) >= 2


def test_what_a_failure_says_is_one_line_a_fault_and_warnings_stand_apart(project, environ):
    with pytest.raises(InputError) as none:
        oscar_sync.plan(project / "nothing", environ=environ)
    assert str(none.value).startswith(f"{project / 'nothing'}: ")
    (project / "hello.yaml").write_text(
        "functions: {oscar: [{a: {name: x, log_level: LOUD}}]}", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        oscar_sync.plan(project, environ=environ)
    faults, _, warnings = str(caught.value).partition("\nwarnings:\n")
    assert "image is required" in faults
    assert "log_level" in warnings
    assert ":0:0" not in str(caught.value)


def test_paths_are_taken_as_text_or_path(project, environ, tmp_path):
    assert oscar_sync.plan(project, environ=environ, allow_outside=[tmp_path]).plan.actions
    assert oscar_sync.drift(project, environ=environ).plan.actions


def test_a_drift_takes_overlays(project, environ):
    (project / "overlays").mkdir()
    text = "services: {hello: {memory: 3Gi}}"
    (project / "overlays" / "big.yaml").write_text(text, encoding="utf-8")
    applied = oscar_sync.apply(oscar_sync.plan(project, overlay=["big"], environ=environ))
    assert applied.exit_code is Exit.OK
    assert oscar_sync.drift(project, overlay=["big"], environ=environ).exit_code is Exit.OK
    assert oscar_sync.drift(project, environ=environ).exit_code is Exit.OK
    assert oscar_sync.plan(project, environ=environ).exit_code is Exit.CHANGES


@pytest.mark.parametrize("function", [oscar_sync.plan, oscar_sync.drift])
@pytest.mark.parametrize(
    "name", ["only", "overlay", "allow_outside", "secret_env", "endpoints_allowed"]
)
def test_a_text_where_a_list_is_wanted_is_refused(function, name, project, environ):
    """Else each letter would be taken for a name."""
    with pytest.raises(TypeError, match=rf"write {name}=\['hello'\]"):
        function(project, environ=environ, **{name: "hello"})


def test_the_front_door_shows_what_it_has():
    assert {"apply", "drift", "plan", "__version__"} <= set(dir(oscar_sync))


def test_there_is_nothing_else_at_the_front_door():
    with pytest.raises(AttributeError):
        _ = importlib.import_module("oscar_sync").destroy
