"""L3, L8, L9, L10, L12, L13, L15: what must not leak, matter, differ, go, or stay away."""

import itertools
import json
import logging
import random
from base64 import b64encode
from fractions import Fraction

import pytest
import yaml
from deepdiff import DeepDiff
from hypothesis import assume, example, given
from hypothesis import strategies as st

from oscar_sync.board.pages import Pages
from oscar_sync.board.state import Board
from oscar_sync.cli.main import call
from oscar_sync.errors import InputError
from oscar_sync.model.exits import Exit
from oscar_sync.model.form import mapping_of
from oscar_sync.model.outcome import apply_exit
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.model.run import run_of
from oscar_sync.planning.compare import differences
from oscar_sync.published.report import ReportDocument
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.reconcile.subject import subject_of
from oscar_sync.reconcile.survey import surveys
from oscar_sync.render.html import html_cell
from oscar_sync.render.report import report_text
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.quantities import canonical_quantity
from tests.emulator.calling import SERVICES
from tests.property.examples import laws
from tests.property.strategies import IMAGE, NAMES, service, services
from tests.property.witness import check_nothing_lost, check_safe
from tests.property.world import shown, told

_SELECTIONS = st.sampled_from(
    [{}, {}, {"only": ("*a",)}, {"only": ("edge/*a*", "*")}, {"labels": ("!absent", "absent!=1")}]
)


@laws(Fraction(3, 4))
@given(wanted=services(), salt=st.integers(0, 10**9), selected=_SELECTIONS)
def test_neither_the_order_of_files_nor_of_keys_changes_the_digest(world, wanted, salt, selected):
    world.reset()
    world.write(*wanted)
    first = world.plan(**selected)
    world.clear()
    for item in reversed(wanted):
        world.write_one(_shuffled(item, random.Random(salt)))
    world.write_settings()
    second = world.plan(**{name: tuple(reversed(texts)) for name, texts in selected.items()})
    assert second.draft.plan.digest == first.draft.plan.digest, (shown(first), shown(second))
    assert [a.id for a in second.draft.plan.actions] == [a.id for a in first.draft.plan.actions]


def _shuffled(value, dice):
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: _shuffled(value[key], dice) for key in keys}
    return [_shuffled(item, dice) for item in value] if isinstance(value, list) else value


@laws(Fraction(3, 4))
@given(wanted=services())
def test_exit_code_report_and_summary_agree(world, wanted):
    world.reset()
    world.write(*wanted)
    found, report = world.apply()
    document = ReportDocument.of_report(report).data
    assert document["exit_code"] == int(apply_exit(report))
    statuses = [item.status for item in report.results]
    assert report_text(report)
    well = Exit.BLOCKED if report.blocked else Exit.OK
    assert apply_exit(report) is (well if set(statuses) <= {Status.DONE} else Exit.PARTIAL)
    assert len(statuses) == len(found.draft.plan.actions)


@laws()
@given(one=service(1), other=service(1))
def test_a_difference_is_found_exactly_where_deepdiff_finds_one(one, other):
    live, wanted = normal_form(one, is_live=True), normal_form(other, is_live=False)
    found = {str(item.path[0]) for item in differences(live, wanted)}
    theirs = DeepDiff(_after_policy(live), _after_policy(wanted), view="tree")
    named = {str(item.path(output_format="list")[0]) for kind in theirs.values() for item in kind}
    assert found == named


def _after_policy(form):
    plain = {key: value for key, value in mapping_of(form).items() if key != "vo"}
    for name in ("memory", "cpu", "total_memory", "total_cpu", "ephemeral_storage_request"):
        plain[name] = canonical_quantity(str(plain[name]))
    return plain


@laws()
@given(one=service(2))
def test_the_normal_form_of_a_normal_form_is_itself(one):
    for is_live in (True, False):
        form = normal_form(one, is_live=is_live)
        assert normal_form(mapping_of(form), is_live=is_live) == form


_PLAIN = {"name": "alpha", "image": IMAGE, "script": "s\n"}


@example(wanted=[_PLAIN, {**_PLAIN, "name": "beta"}], prunes=True, most=3, renames=False)
@laws(Fraction(3, 8))  # applies twice
@given(
    wanted=services(min_size=2), prunes=st.booleans(), most=st.integers(0, 3), renames=st.booleans()
)
def test_a_service_goes_only_under_prune_and_its_data_stays(  # noqa: PLR0917 - drawn
    world, met, wanted, prunes, most, renames
):
    """Or under a new name, which `moved` names."""
    world.reset()
    world.write(*wanted)
    world.apply()
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"x")
    before, names = world.objects(), world.names()
    old = wanted[1]["name"]
    renamed = [{**wanted[1], "name": f"{old}-new"}] if renames else []
    world.write(wanted[0], *renamed)
    moved = [{"from": old, "to": f"{old}-new"}] if renames else None
    world.write_settings(prune=prunes, max_removals=most, moved=moved)
    world.forget()
    found, report = world.apply()
    check_safe(world, before, found.draft.plan)
    gone = names - world.names()
    assert wanted[0]["name"] not in gone
    is_renamed = f"{old}-new" in world.names()
    assert not met("renamed", renames) or (old in gone) is is_renamed, told(report)
    gone -= {old} if is_renamed else set()
    met("pruned", gone)
    assert len(gone) <= (most if prunes else 0), told(report)


@laws(Fraction(1, 4))  # applies three times
@given(wanted=services(), at=st.integers(0, 3))
def test_what_is_removed_and_taken_up_again_has_its_data_and_fires(world, met, wanted, at):
    # A volume that is retained takes its name: the server refuses to make it again (409).
    chosen = wanted[at % len(wanted)]
    assume(chosen.get("volume", {}).get("lifecycle_policy") != "retain")
    world.reset()
    stays = {"name": "zeta", "image": "i:1", "script": "s\n"}
    world.write(*wanted, stays)
    world.apply()
    for bucket in world.buckets():
        world.put(bucket, "kept/it", b"x")
    before = world.objects()
    name = chosen["name"]
    world.write(*(item for item in wanted if item is not chosen), stays)
    world.write_settings(removed=[name])
    world.forget()
    found, _ = world.apply()
    check_safe(world, before, found.draft.plan)
    world.write(*wanted, stays)
    world.write_settings(removed=[])
    world.forget()
    found, report = world.apply()
    check_safe(world, before, found.draft.plan)
    if not met("given back", not found.draft.plan.blocked):
        return
    again = world.plan()
    assert not again.draft.plan.actions, (told(report), shown(again))
    for entry in chosen.get("input", ()):
        bucket, _, folder = entry["path"].partition("/")
        had = len(world.api.jobs(name))
        met("had data", had)
        world.put(bucket, f"{folder}/new", b"x")
        assert world.api.finished(name, had + 1)
    check_nothing_lost(before, world.objects())


@pytest.fixture
def pruning(world):
    """Return a world that prunes, all of whose services are there."""
    world.write(*({"name": name, "image": "i:1", "script": "s\n"} for name in NAMES))
    world.write_settings(prune=True, max_removals=9)
    world.apply()
    world.forget()
    return world


@pytest.mark.parametrize("damage", ["functions: [", "\x00", "functions: {oscar: [{a: {}}]}"])
def test_a_file_that_cannot_be_read_removes_nothing(pruning, damage):
    (pruning.folder / "alpha.yaml").write_text(damage)
    with pytest.raises(InputError):
        pruning.apply()
    assert not pruning.oscar.seen
    assert set(NAMES) <= pruning.names()


def test_a_file_that_is_empty_removes_nothing(pruning):
    (pruning.folder / "alpha.yaml").write_text("")
    pruning.apply()
    assert set(NAMES) <= pruning.names()


def test_a_run_without_any_manifest_removes_nothing(world):
    world.write({"name": "alpha", "image": "i:1", "script": "s\n"})
    world.apply()
    world.clear()
    world.write_settings(prune=True)
    world.forget()
    with pytest.raises(InputError):
        world.apply()
    assert not world.oscar.seen
    assert world.names() == {"alpha"}


def test_a_narrowed_run_removes_nothing(world):
    world.write(*({"name": name, "image": "i:1", "script": "s\n"} for name in NAMES))
    world.apply()
    world.write({"name": "alpha", "image": "i:1", "script": "s\n"})
    world.write_settings(prune=True, removed=["beta"])
    found, _ = world.apply(only=("alpha",))
    assert not found.draft.plan.actions
    assert world.names() == set(NAMES)


PLANTED = "planted-Zq7-"


def test_planted_secrets_appear_in_no_sink(world, monkeypatch, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    values = {name: f"{PLANTED}{name}-4711" for name in ("TOKEN", "KEY", "PASS")}
    wanted = {
        "name": "alpha",
        "image": "i:1",
        "script": "s\n",
        "environment": {"secrets": {"TOKEN": values["TOKEN"]}},
        "storage_providers": {
            "webdav": {"box": {"hostname": "h.example", "login": "l", "password": values["PASS"]}},
            "minio": {"far": {"endpoint": "https://h.example", "access_key": values["KEY"],
                              "secret_key": values["KEY"]}},
        },
        "output": [{"storage_provider": "webdav.box", "path": "there"}],
    }  # fmt: skip
    for name, value in world.environ.items():
        monkeypatch.setenv(name, value)
    world.write(wanted)
    sinks = []
    said_back = [world.emulator.password, *values.values()]

    def echo(path, answer):
        """Let the answer to each write quote what was sent, as it is and packed."""
        if path != SERVICES or answer.startswith(b"["):
            return answer
        words = [*said_back, *(b64encode(f"x {one}".encode()).decode() for one in said_back)]
        return answer + " ".join(["cannot store", *words]).encode()

    world.oscar.rewrite = echo
    faults = ("POST /system/services#1:500-before", "PUT /system/services#1:truncate",
              "PUT /system/services:403", "")  # fmt: skip
    names, runs = ("alpha", "omega"), itertools.count(1)
    for fault in faults:
        world.emulator.clear_faults()
        if fault:
            world.emulator.fault(fault)
        for options in (["-o", "json"], ["-o", "markdown"], ["-o", "events"], []):
            run = next(runs)  # each apply has something to send: a rename, or an update
            moved = {"from": names[(run + 1) % 2], "to": names[run % 2]}
            world.write({**wanted, "memory": f"{run}Gi", "name": moved["to"]})
            world.write_settings(moved=[moved], waves=[["edge"]], buckets={"red": {}})
            call(["plan", str(world.folder), "-v", *(o for o in options if o != "events" and
                  (o != "-o" or "events" not in options))])  # fmt: skip
            call(["apply", "--yes", str(world.folder), "--log-level", "debug", *options])
            said = capsys.readouterr()
            sinks += [said.out, said.err]
    found = world.plan()
    sinks += [row.write(subject_of(found, name)) for row in FORMATS.values()
              for name in ("plan", "drift")]  # fmt: skip
    sinks += [html_cell(subject_of(found, "plan")), *_of_board(world, found)]
    sinks += [repr(found.draft.plan), repr(found.draft.materials), caplog.text]
    live = world.live("alpha")
    sinks.append(json.dumps(live["annotations"]))
    whole = "\n".join(sinks)
    assert "alpha" in whole
    assert "cannot store" in whole
    assert '"rename"' in whole
    for secret in (*values.values(), world.emulator.password, "k" * 32, world.emulator.secret_key):
        assert secret not in whole
        assert b64encode(f"x {secret}".encode()).decode()[4:-4] not in whole
    assert live["environment"]["secrets"] == {"TOKEN": ""}


def _of_board(world, found):
    """Return every page and document of a board that shows *found*."""
    board = Board(60.0)
    board.planned(subject_of(found, "plan"))
    with world.connections() as connections:
        for seen in surveys(found, connections):
            board.surveyed(seen)
    board.ran(run_of("watch", "2026-03-01T03:17:04Z", 1, found.draft.plan, None))
    board.failed(f"{found.draft.plan!r}")
    pages = Pages(board)
    rows = [page for name in ("alpha", "omega") if (page := pages.service("edge", name))]
    assert rows
    documents = [json.dumps(pages.document(name)) for name in ("plan", "status", "history")]
    return [pages.board(""), pages.board("edge"), *rows, *documents]


@laws(Fraction(3, 20))  # plans twice, applies, and renders each format twice
@given(before=services(), after=services())
def test_each_pair_of_files_renders_in_every_format_within_its_size(world, before, after):
    world.reset()
    world.write(*before)
    found, report = world.apply()
    world.write(*after)
    again = world.plan()
    for name, row in FORMATS.items():
        for subject in (
            subject_of(again, "plan"),
            subject_of(again, "drift"),
            subject_of(found, "apply", report),
        ):
            text = row.write(subject)
            assert text == row.write(subject)
            assert len(text.encode()) <= (row.budget or 1_000_000), name
            assert "\x1b" not in text


@laws(Fraction(1, 4))  # applies twice
@given(wanted=services())
def test_what_is_adopted_needs_nothing_more(world, met, wanted):
    world.reset()
    world.write(*wanted)
    world.write_settings(set=None)
    world.apply()
    world.settings.pop("set")
    world.write(*wanted)
    names = tuple(sorted(world.names()))  # one on a bucket that it cannot attach is not there
    found, report = world.apply(PlanOptions(scope=Scope.ADOPT, names=names))
    assert all(item.status is Status.DONE for item in report.results), told(report)
    assert len(report.results) + len(found.draft.plan.blocked) == len(names)
    again = world.plan()
    assert not again.draft.plan.actions, shown(again)
    done = {item.action.key.name for item in report.results}
    met("adopted", done)
    for name in done:
        assert world.live(name)["annotations"]["oscar-sync.io/owner"].startswith("laws/")
    assert world.api.get(SERVICES).status == 200


def test_lists_mean_their_order(world):
    outputs = [{"storage_provider": "minio.default", "path": f"red/out-{at}"} for at in (1, 2)]
    wanted = {"name": "alpha", "image": "i:1", "script": "s\n", "output": outputs}
    world.write(wanted)
    world.apply()
    world.write({**wanted, "output": outputs[::-1]})
    assert len(world.plan().draft.plan.actions) == 1
    assert yaml.safe_load((world.folder / "alpha.yaml").read_text())
