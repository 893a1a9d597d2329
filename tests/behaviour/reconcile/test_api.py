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
        assert " sandbox " in shown
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
    permitted = {"allow_outside": [str(script)], "secret_env": ["TOKEN"]}
    found = oscar_sync.plan(str(project), environ=environ, **permitted)
    assert not found.plan.blocked
    assert "hunter-22" not in str(found)
    assert oscar_sync.drift(str(project), environ=environ, **permitted).plan.actions


def test_credentials_go_only_to_the_origins_that_are_named(project, environ):
    with pytest.raises(InputError, match="not among the addresses that may have credentials"):
        oscar_sync.plan(
            str(project), environ=environ, endpoints_allowed=["https://other.example.org"]
        )


def test_wrong_files_raise_every_finding(project, environ):
    (project / "hello.yaml").write_text("functions: {oscar: [{a: {name: x}}]}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        oscar_sync.plan(str(project), environ=environ)
    assert len(caught.value.diagnostics) >= 2


def test_there_is_nothing_else_at_the_front_door():
    with pytest.raises(AttributeError):
        _ = importlib.import_module("oscar_sync").destroy
