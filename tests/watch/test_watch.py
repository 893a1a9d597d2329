"""watch plans on each save, applies only what is safe, and ends without anything half done."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
import requests
from minio import Minio

from oscar_sync.cli.request import connections_of
from oscar_sync.cli.run_record import RunRecord
from oscar_sync.cli.screen import Screen
from oscar_sync.cli.watch import command
from oscar_sync.cli.watch_problem import WatchProblem
from oscar_sync.cli.watching import Watching
from oscar_sync.errors import InputError
from oscar_sync.reconcile.desire import desire
from tests.machine import PATIENCE_S
from tests.observability.listener import Listener
from tests.support.watcher import Watcher
from tests.watch.conftest import FDL


@pytest.fixture
def listener(monkeypatch):
    made = Listener()
    monkeypatch.setenv("OSCAR_SYNC_WEBHOOK", made.url)
    yield made
    made.close()


@pytest.fixture
def watch(project, tmp_path, oscar_emulator):
    started = []

    def start(*flags, **variables):
        environ = {
            **os.environ,
            "PASSWORD": oscar_emulator.password,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            **variables,
        }
        started.append(Watcher(project, environ, *flags))
        return started[-1]

    yield start
    for watcher in started:
        watcher.process.kill()
        watcher.end(signal.SIGKILL)
        watcher.out.close()


def _live(emulator):
    answer = requests.get(
        f"{emulator.url}/system/services", auth=(emulator.user, emulator.password), timeout=60
    )
    return {service["name"]: service for service in answer.json()}


def test_a_save_is_planned_and_nothing_is_sent(project, watch, oscar_emulator):
    watcher = watch()
    watcher.until("1 to create")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("2 to create")
    assert "saved other.yaml" in watcher.text()
    assert watcher.end(signal.SIGINT) == 130
    assert "after the request under way" not in watcher.text()
    assert _live(oscar_emulator) == {}


def test_with_apply_each_save_is_carried_out(project, watch, oscar_emulator):
    watcher = watch("--apply", "--yes")
    watcher.until("1 of 1 action done")
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="2Gi"))
    watcher.until("1 of 1 action done", count=2)
    assert _live(oscar_emulator)["hello"]["memory"] == "2Gi"
    assert watcher.end(signal.SIGTERM) == 143


def test_a_broken_save_keeps_the_last_good_plan(project, watch, oscar_emulator):
    watcher = watch("--apply", "--yes")
    watcher.until("1 of 1 action done")
    (project / "hello.yaml").write_text("functions: [")
    watcher.until("the last good plan stays")
    assert list(_live(oscar_emulator)) == ["hello"]
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="3Gi"))
    watcher.until("1 of 1 action done", count=2)
    watcher.end(signal.SIGINT)


def test_a_save_by_rename_is_seen(project, watch):
    watcher = watch()
    watcher.until("1 to create")
    swap = project / ".hello.yaml.swp"
    swap.write_text(FDL.format(name="renamed", memory="1Gi"))
    swap.replace(project / "hello.yaml")
    watcher.until("edge/renamed")
    watcher.end(signal.SIGINT)


def test_a_removal_is_never_carried_out(project, watch, oscar_emulator):
    watcher = watch("--apply", "--yes")
    watcher.until("1 of 1 action done")
    settings = project / "oscar-sync.yaml"
    (project / "hello.yaml").rename(project / "hello.off")
    settings.write_text(settings.read_text() + "removed: [hello]\n")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("removals and deletions are left out")
    watcher.until("1 of 1 action done", count=2)
    assert set(_live(oscar_emulator)) == {"hello", "other"}
    watcher.end(signal.SIGINT)


def test_an_extra_object_is_never_deleted(project, watch, oscar_emulator):
    host = oscar_emulator.s3_url.partition("//")[2]
    store = Minio(host, oscar_emulator.access_key, oscar_emulator.secret_key, secure=False)
    store.make_bucket("tables")
    store.put_object("tables", "kept/extra", io.BytesIO(b"theirs"), 6)
    (project / "files").mkdir()
    (project / "files" / "mine").write_text("mine")
    settings = project / "oscar-sync.yaml"
    settings.write_text(
        settings.read_text() + "services:\n  hello:\n    seeds:\n"
        "    - {from: files, to: 'minio.default:tables/kept', delete_extra: true}\n"
        "    - {from: files, to: 'minio.default:tables/other'}\n"
    )
    watcher = watch("--apply", "--yes")
    watcher.until("deletions are left out")
    watcher.until("2 of 2 actions done")
    found = {item.object_name for item in store.list_objects("tables", recursive=True)}
    assert found == {"kept/extra", "other/mine"}
    watcher.end(signal.SIGINT)


def test_outside_of_a_window_a_watch_plans_and_says_once_when_it_applies(
    project, watch, oscar_emulator
):
    settings = project / "oscar-sync.yaml"
    written = settings.read_text()
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    other = days[(time.gmtime().tm_wday + 3) % 7]
    settings.write_text(f"{written}window: {other} 05:00-06:00 UTC\n")
    watcher = watch("--apply", "--yes", "--interval", "0.2")
    opens = f"not applied now: the window opens {other} 05:00 UTC\n"
    watcher.until(opens)
    watcher.until("planned again: the same", count=2)
    assert watcher.text().count(opens) == 1
    assert _live(oscar_emulator) == {}
    settings.write_text(f"{written}window: Mon-Sun 00:00-24:00 UTC\n")
    watcher.until("1 of 1 action done")
    watcher.end(signal.SIGINT)


def test_without_a_terminal_and_without_yes_nothing_is_applied(watch, oscar_emulator):
    watcher = watch("--apply")
    assert watcher.process.wait(PATIENCE_S) == 10
    watcher.until("nothing was sent: there is no terminal to ask on")
    watcher.until("1 to create")
    assert _live(oscar_emulator) == {}


def test_without_a_terminal_a_watch_that_must_ask_ends_also_with_nothing_to_do(watch):
    first = watch("--apply", "--yes")
    first.until("1 of 1 action done")
    first.end(signal.SIGINT)
    watcher = watch("--apply")
    assert watcher.process.wait(PATIENCE_S) == 10
    watcher.until("add --yes")


def test_the_interval_plans_again_without_a_save(watch):
    watcher = watch("--interval", "0.5")
    watcher.until("planned again: the same")
    watcher.end(signal.SIGINT)


def test_events_end_with_a_summary_and_the_exit_code(watch):
    watcher = watch("-o", "events")
    watcher.until('"event": "plan"')
    assert watcher.end(signal.SIGTERM) == 143
    assert '"event": "run_summary", "exit_code": 143' in watcher.lines[-1]


def test_drift_is_told_once_and_counted_by_each_pass(listener, project, watch, oscar_emulator):
    metrics = project.parent / "oscar.prom"
    watcher = watch("--interval", "0.5", "--metrics", str(metrics))
    watcher.until("1 to create")
    assert listener.told == []
    environ = {**os.environ, "PASSWORD": oscar_emulator.password}
    applied = [sys.executable, "-m", "oscar_sync", "apply", "--yes", "-q", str(project)]
    subprocess.run(applied, env={**environ, "OSCAR_SYNC_WEBHOOK": ""}, check=True)
    login = (oscar_emulator.user, oscar_emulator.password)
    url = f"{oscar_emulator.url}/system/services"
    moved = {**_live(oscar_emulator)["hello"], "memory": "4Gi"}
    requests.put(url, json=moved, auth=login, timeout=60)
    watcher.until("changed on the cluster")
    watcher.until("planned again: the same", count=watcher.text().count("the same") + 2)
    watcher.end(signal.SIGINT)
    assert [(told["event"], told["command"]) for told in listener.told] == [("drift", "watch")]
    assert 'drifted_services{cluster="edge",command="watch",set="tests"} 1.0' in metrics.read_text()


def test_after_a_save_only_what_is_new_changed_or_gone_is_shown(project, watch):
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher = watch()
    watcher.until("2 to create")
    (project / "third.yaml").write_text(FDL.format(name="third", memory="1Gi"))
    watcher.until("NEW (1)")
    watcher.until("3 to create")
    assert watcher.text().count("edge/hello") == 1
    (project / "other.yaml").write_text(FDL.format(name="other", memory="2Gi"))
    watcher.until("CHANGED (1)\n + edge/other")
    (project / "third.yaml").unlink()
    watcher.until("gone: third.yaml")
    watcher.until("NO LONGER (1)\n + edge/third")
    watcher.end(signal.SIGINT)


def test_places_that_move_in_a_file_are_no_news(project, watch):
    hello = project / "hello.yaml"
    hello.write_text(hello.read_text().replace("hello:1.0", "hello:latest"))
    watcher = watch()
    watcher.until("1 to create")
    hello.write_text(f"# a line above\n{hello.read_text()}")
    watcher.until("planned again: the same")
    assert watcher.text().count("has the tag latest") == 1
    watcher.end(signal.SIGINT)


def test_an_error_repeats_no_warning_and_neither_does_its_end(project, watch):
    hello, other = project / "hello.yaml", project / "other.yaml"
    good = hello.read_text() + "      zzz: 1\n"
    hello.write_text(good)
    watcher = watch()
    watcher.until("1 to create")
    other.write_text("functions: [")
    watcher.until("the last good plan stays")
    other.write_text("functions: 'open")
    watcher.until("OSY101", count=2)
    other.unlink()
    watcher.until("over: files cannot be used")
    hello.write_text(f"{good}      yyy: 1\n")
    watcher.until("unknown key yyy")
    assert watcher.text().count("unknown key zzz") == 1
    watcher.end(signal.SIGINT)


def test_a_service_whose_file_goes_is_told_to_be_left_alone(project, watch):
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher = watch("--apply", "--yes")
    watcher.until("2 of 2 actions done")
    (project / "other.yaml").unlink()
    watcher.until("gone: other.yaml")
    watcher.until("edge/other   no longer in the manifests, left alone")
    watcher.end(signal.SIGINT)


def test_what_a_watch_writes_is_no_change_and_no_data(project, watch):
    (project / "data").mkdir()
    (project / "data" / "mine").write_text("mine")
    settings = project / "oscar-sync.yaml"
    settings.write_text(
        settings.read_text() + "services:\n  hello:\n    seeds:\n"
        "    - {from: data, to: 'minio.default:tables/ref', delete_extra: true}\n"
    )
    hello = project / "hello.yaml"
    mount = "      mount: {storage_provider: minio.default, path: tables}\n"
    hello.write_text(hello.read_text() + mount)
    own = ("-o", "events=data/events", "-o", "text=data/plan.txt", "--metrics", "data/metrics")
    watcher = watch("--apply", "--yes", *own, "--interval", "0.3")
    watcher.until("planned again: the same", count=2)
    (project / "data" / "more").write_text("more")
    while "ref/more" not in (project / "data" / "events").read_text():
        threading.Event().wait(0.05)
    watcher.until("planned again: the same", count=3)
    saved = [line for line in watcher.text().splitlines() if "saved" in line]
    # A pass of the interval may read it before its save is noticed.
    assert len(saved) <= 1
    assert all(line.endswith("saved data/more") for line in saved)
    assert "gone:" not in watcher.text()
    told = (project / "data" / "events").read_text()
    assert {one for one in ("mine", "more", "events", "metrics") if f"ref/{one}" in told} == {
        "mine",
        "more",
    }
    watcher.end(signal.SIGINT)


def test_a_folder_that_is_away_is_told_once_and_watched_again(project, watch):
    watcher = watch("--interval", "0.2")
    watcher.until("1 to create")
    project.rename(project.with_name("away"))
    watcher.until("is missing; the last good plan stays")
    project.with_name("away").rename(project)
    watcher.until("is missing", count=2)
    assert "over: " in watcher.text()
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="5Gi"))
    watcher.until("CHANGED (1)")
    assert watcher.text().count("the last good plan stays") == 1
    watcher.end(signal.SIGINT)


def test_a_watch_in_its_folder_stays_with_the_name_of_the_folder(project, watch):
    """Another folder comes in its place, as a fresh checkout does."""
    watcher = watch()
    watcher.until("1 to create")
    fresh = project.with_name("fresh")
    shutil.copytree(project, fresh)
    (fresh / "more.yaml").write_text(FDL.format(name="more", memory="1Gi"))
    project.rename(project.with_name("old"))
    watcher.until("is missing")
    fresh.rename(project)
    watcher.until("2 to create")
    watcher.end(signal.SIGINT)


def test_settings_that_go_away_are_no_other_settings(project, watch, oscar_emulator):
    """A checkout takes them away for a moment: with them go `ignore`, `protect` and the cluster."""
    settings = project / "oscar-sync.yaml"
    ignoring = "services:\n  hello: {ignore: [memory]}\n"
    settings.write_text(settings.read_text().replace("set: tests\n", ignoring))
    login = (oscar_emulator.user, oscar_emulator.password)
    names = ("OSCAR_ENDPOINT", "OSCAR_USERNAME", "OSCAR_PASSWORD")
    variables = dict(zip(names, (oscar_emulator.url, *login), strict=True))
    watcher = watch("--apply", "--yes", **variables)
    watcher.until("1 of 1 action done")
    changed = {**_live(oscar_emulator)["hello"], "memory": "7Gi"}
    url = f"{oscar_emulator.url}/system/services"
    assert requests.put(url, json=changed, auth=login, timeout=60).status_code == 204
    settings.rename(project / "elsewhere")
    watcher.until("oscar-sync.yaml is missing; the last good plan stays")
    (project / "elsewhere").rename(settings)
    watcher.until("over: oscar-sync.yaml is missing")
    assert watcher.end(signal.SIGINT) == 130
    assert _live(oscar_emulator)["hello"]["memory"] == "7Gi"


def test_settings_that_are_away_only_while_files_are_read_are_no_other_settings(
    project, monkeypatch, oscar_emulator
):
    monkeypatch.setenv("OSCAR_ENDPOINT", oscar_emulator.url)
    monkeypatch.setenv("OSCAR_USERNAME", oscar_emulator.user)
    for name in ("OSCAR_PASSWORD", "PASSWORD"):
        monkeypatch.setenv(name, oscar_emulator.password)
    monkeypatch.chdir(project)
    settings, away = project / "oscar-sync.yaml", project / "elsewhere"

    def racing(*given):
        settings.rename(away)
        try:
            return desire(*given)
        finally:
            away.rename(settings)

    options = command.make_context("watch", ["."]).params
    loop = Watching(options, (), RunRecord("watch"), Screen(), WatchProblem(60.0, print))
    with closing(connections_of(options)) as connections:
        loop._planned(loop.request(), connections)
        monkeypatch.setattr("oscar_sync.cli.watching.desire", racing)
        with pytest.raises(InputError, match="is missing"):
            loop._planned(loop.request(), connections)


def test_a_cluster_that_cannot_be_read_is_told_once_and_its_plan_stays(
    project, watch, oscar_emulator
):
    watcher = watch("--interval", "0.2")
    watcher.until("planned again: the same")
    oscar_emulator.fault("GET /system/services:500-before")
    watcher.until("what was planned there stays")
    asked = len(oscar_emulator.requests)
    (project / "oscar-sync.yaml").write_text((project / "oscar-sync.yaml").read_text() + "\n")
    while len(oscar_emulator.requests) < asked + 9:
        threading.Event().wait(0.05)
    oscar_emulator.clear_faults()
    watcher.until("over: edge unreadable")
    assert watcher.text().count("what was planned there stays") == 1
    assert "NO LONGER" not in watcher.text()
    assert watcher.end(signal.SIGINT) == 130


def test_a_refused_log_in_is_mended_by_a_save_of_the_settings(project, watch, oscar_emulator):
    settings = project / "oscar-sync.yaml"
    good = settings.read_text()
    watcher = watch()
    watcher.until("1 to create")
    settings.write_text(good.replace("${PASSWORD}", "wrong"))
    watcher.until("the credentials are refused")
    settings.write_text(good)
    watcher.until("over: edge refused")
    watcher.end(signal.SIGINT)


def test_files_that_stay_broken_are_told_once(project, watch):
    # A shorter interval could plan the other file before its save is noticed.
    watcher = watch("--interval", "60")
    watcher.until("1 to create")
    (project / "hello.yaml").write_text("functions: [")
    watcher.until("the last good plan stays")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("saved other.yaml")
    (project / "hello.yaml").write_text(FDL.format(name="hello", memory="1Gi"))
    watcher.until("over: files cannot be used")
    assert watcher.text().count("OSY101") == 1
    watcher.end(signal.SIGINT)


def test_files_are_looked_at_where_the_system_tells_of_no_change(project, watch):
    watcher = watch("--poll", "0.2")
    watcher.until("1 to create")
    (project / "other.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("2 to create")
    watcher.end(signal.SIGINT)


@pytest.mark.parametrize(
    "flags",
    [
        ["--interval", "0"],
        ["--interval", "-1"],
        ["--interval", "nan"],
        ["--interval", "inf"],
        ["--poll", "0"],
        ["--timeout", "nan"],
        ["--timeout", "1e300"],
    ],
)
def test_an_interval_that_is_none_is_refused(watch, flags):
    assert watch(*flags).process.wait(PATIENCE_S) == 64


def test_a_path_behind_poll_is_told_where_to_stand(watch):
    watcher = watch("--poll", "services")
    assert watcher.process.wait(PATIENCE_S) == 64
    watcher.until("a PATH stands before --poll, or write --poll=1 PATH")


def test_a_name_that_would_steer_a_terminal_stays_on_its_line(project, watch):
    watcher = watch()
    watcher.until("1 to create")
    (project / "evil\x1b[2J\nname.yaml").write_text(FDL.format(name="other", memory="1Gi"))
    watcher.until("saved evil\\x1b[2J\\nname.yaml")
    watcher.end(signal.SIGINT)


def test_events_go_to_a_file_beside_the_text(project, watch):
    events = project.with_name("events.jsonl")
    watcher = watch("--apply", "--yes", "-o", f"events={events}")
    watcher.until("1 of 1 action done")
    watcher.end(signal.SIGTERM)
    told = [json.loads(line) for line in events.read_text().splitlines()]
    assert told[0]["event"] == "plan"
    assert {"step_start", "step_done"} <= {one["event"] for one in told}
    assert told[-1] == {"event": "run_summary", "exit_code": 143}
