"""The benchmark suite judges ratios, and always measures the same work."""

import json
from functools import partial

import pytest

from bench import published, report, workload
from bench.measuring import BrokenRunError, Ratio, Result, Sample, in_turn, paired, run
from bench.rows import ROWS
from bench.stub import Cluster


def _samples(*seconds):
    return [Sample(wall, wall) for wall in seconds]


def test_a_ratio_is_the_median_of_pairs_and_not_the_ratio_of_medians():
    ratio = paired("yardstick", 1.5, _samples(1, 6, 2), _samples(1, 3, 2))
    assert list(ratio.values) == [1, 2, 1]
    assert ratio.median == 1
    assert ratio.is_held


def test_a_yardstick_that_ran_once_meets_every_run():
    assert list(paired("yardstick", 1, _samples(1, 2), _samples(2)).values) == [0.5, 1]


def test_contenders_run_in_turn_after_one_uncounted_run_each():
    ran = []

    def contender(name):
        ran.append(name)
        return Sample(1, 1)

    found = in_turn({name: partial(contender, name) for name in "ab"}, 2)
    assert ran == ["a", "b"] * 3
    assert [len(samples) for samples in found.values()] == [2, 2]


def test_a_run_that_fails_or_says_something_else_is_no_measurement():
    with pytest.raises(BrokenRunError, match="exit 1"):
        run(["false"], {})
    with pytest.raises(BrokenRunError):
        run(["echo", "one"], {}, says="two")
    assert run(["echo", "two"], {}, says="two").wall_s > 0


def test_a_missed_budget_and_a_fault_are_both_told():
    result = Result({}, [Ratio("yardstick", 1, [2]), Ratio("other", 1, [1])], faults=["a GET"])
    assert report.misses([(ROWS[0], result)]) == [
        "row 1 start: x 2.000 of yardstick, budget 1",
        "row 1 start: a GET",
    ]
    assert "budget 1: MISSED" in report.row_text(ROWS[0], result)


def test_the_workload_is_the_same_in_every_run_and_changes_where_it_is_told_to():
    first, again = list(workload.services(20)), list(workload.services(20))
    changed = list(workload.services(20, {3}))
    assert first == again
    assert [place for place in range(20) if first[place] != changed[place]] == [3]
    assert {service.fdl.count("\n") for service in first} == {40}
    assert {service.script.count("\n") for service in first} == {30}


def test_the_documentation_shows_each_row_and_the_figures_that_are_kept():
    numbers = [row.number for row in ROWS]
    assert sorted(set(numbers)) == numbers
    figures = published.figures_in(published.FILE)
    assert {int(number) for number in figures} <= set(numbers)
    text = published.PAGE.read_text()
    assert published.page_with(text, figures) == text, "run: python -m bench --publish"
    for row in ROWS:
        assert text.count(f"| {row.number} | {row.name} | {row.work} |") == 1
        assert row.blind in text


def test_a_run_tells_how_each_ratio_moved_and_takes_the_place_of_the_older_figures():
    old = published.with_run({}, [(ROWS[0], Result({}, [Ratio("yardstick", 3, [2])]))], {})
    now = [(ROWS[0], Result({}, [Ratio("yardstick", 3, [1, 1, 4]), Ratio("other", 1, [1])]))]
    new = published.with_run(old, now, {})
    assert published.changes(old, new) == ["row 1 start: x 1 of yardstick, was 2 (-50%)"]
    assert len(new["1"]["ratios"]) == 2
    table = published.table(
        published.with_run(old, [(ROWS[0], Result({}, [Ratio("y", 1, [2])]))], {})
    )
    assert "| y | **2, missed** | 1 |" in table
    assert "| not measured |" in table


def test_the_stub_shows_what_was_put_and_forgets_it_when_told(tmp_path):
    canned = {
        "info": {},
        "config": {},
        "buckets": [],
        "services": [{"name": "a", "memory": "1Gi", "token": "t"}, {"name": "b"}],
    }
    file = tmp_path / "canned.json"
    file.write_text(json.dumps(canned))
    cluster = Cluster(str(file), 1)
    assert cluster.answer("PUT", "/system/services", b'{"name": "a", "memory": "2Gi"}')[0] == 204
    listed = json.loads(cluster.answer("GET", "/system/services", b"")[1])
    assert listed == [{"name": "a", "memory": "2Gi", "token": "t"}]
    assert cluster.answer("GET", "/system/services/b", b"") == (404, b"")
    cluster.answer("POST", "/_bench/reset", b"")
    assert b"1Gi" in cluster.answer("GET", "/system/services/a", b"")[1]


def test_each_nth_put_fails_in_four_ways_and_two_of_them_are_applied(tmp_path):
    cluster = Cluster(str(_canned(tmp_path)), 1, faulty=2)
    told = []
    for size in range(8):
        body = json.dumps({"name": "svc-00000", "memory": f"{size}Gi"}).encode()
        status, _ = cluster.answer("PUT", "/system/services", body)
        shown = json.loads(cluster.answer("GET", "/system/services", b"")[1])[0]["memory"]
        told.append((status, shown == f"{size}Gi"))
    assert told[::2] == [(204, True)] * 4
    assert told[1::2] == [(500, False), (0, True), (500, True), (0, False)]


def test_beyond_those_given_the_stub_repeats_services_under_other_names(tmp_path):
    cluster = Cluster(str(_canned(tmp_path)), 3)
    assert [raw["path"] for raw in cluster.services.values()] == [
        "svc-00000/in",
        "svc-00001/in",
        "svc-00002/in",
    ]


def test_each_service_of_the_stub_has_its_bucket_and_others_stay(tmp_path):
    file = _canned(tmp_path)
    names = ("svc-00000", "data")
    buckets = [{"bucket_name": name} for name in names]
    file.write_text(json.dumps({**json.loads(file.read_text()), "buckets": buckets}))
    cluster = Cluster(str(file), 2)
    listed = json.loads(cluster.answer("GET", "/system/buckets", b"")[1])
    assert [one["bucket_name"] for one in listed] == ["svc-00000", "svc-00001", "data"]


def _canned(folder):
    file = folder / "canned.json"
    services = [{"name": f"svc-0000{n}", "path": f"svc-0000{n}/in"} for n in range(2)]
    file.write_text(json.dumps({"services": services, "buckets": []}))
    return file
