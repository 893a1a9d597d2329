"""The page for people: loss first, fields named, and each value where it is said to be."""

import re
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from oscar_sync.model.action import ActionKind
from oscar_sync.model.diagnostic import Diagnostic, Severity
from oscar_sync.model.graph import Graph, Node, NodeKind
from oscar_sync.model.plan import Base, Blocked, LeftAlone, NotPlanned
from oscar_sync.model.report import ActionResult, RunReport, Status
from oscar_sync.model.step import Do, Step
from oscar_sync.reconcile.formats import FORMATS
from oscar_sync.render.subject import Subject
from tests.unit.render.subjects import action, change, key, plan, subject


def page(*actions, **more):
    return FORMATS["html"].write(Subject("plan", plan(*actions, **more)))


def summaries(text):
    """Return what is read on each folded row, by service."""
    rows = re.findall(r"<summary>(.*?)</summary>", text, re.DOTALL)
    plain = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]
    return {row.split()[1]: row for row in plain if len(row.split()) > 1}


@pytest.mark.parametrize(("command", "became"), [("plan", ""), ("apply", "failed: ")])
def test_data_loss_stands_before_everything_else(command, became):
    text = FORMATS["html"].write(subject(command))
    loss = text.index(f">{became}edge-1/old deletes bucket old-data: 1,204 objects")
    assert loss < text.index("Cluster edge-1")
    assert "Data loss" not in FORMATS["html"].write(subject("drift"))


def test_each_object_that_a_seed_deletes_is_a_loss():
    steps = (Step(Do.UPLOAD, "red/a"), Step(Do.DELETE_OBJECT, "red/gone"))
    text = page(action("seeded", ActionKind.SEED, steps=steps))
    assert "edge-1/seeded deletes object red/gone" in text


def test_creates_and_updates_differ_in_colour_and_word():
    text = page(action("one", ActionKind.CREATE), action("two"))
    assert 'class="entry good k-create"' in text
    assert 'class="entry edit k-update"' in text


def test_a_folded_row_names_its_fields():
    one = change("memory", "1Gi", "2Gi")
    many = tuple(change(f"labels.l{at}", None, "x") for at in range(9))
    shown = summaries(page(
        action("new", ActionKind.CREATE, changes=many), action("edited", changes=(one,)),
    ))  # fmt: skip
    assert shown["edited"] == "update edited memory"
    assert shown["new"].endswith("labels.l5 and 3 more")
    assert "volume.size" in summaries(FORMATS["html"].write(subject()))["render"]
    assert summaries(FORMATS["html"].write(subject("drift")))["grayify"].endswith("cpu, script")
    assert "memory, script" in summaries(FORMATS["html"].write(subject("apply")))["detector"]


@pytest.mark.parametrize(
    ("before", "after", "cells", "sides"),
    [
        (None, "a\nb", ("(none)", "see below"), "wanted"),
        ("a\nb", None, ("see below", "(none)"), "live"),
        ("", "a\nb", ("&#34;&#34;", "see below"), "wanted"),
        ("a\nc", "a\nb", ("see below", "see below"), "live and wanted"),
    ],
)
def test_only_a_value_that_is_shown_below_is_said_to_be(before, after, cells, sides):
    text = page(action("one", changes=(change("script", before, after),)))
    live, wanted = re.findall(r'<td data-of="(?:live|wanted)"><code>(.*?)</code>', text)
    assert (live, wanted) == cells
    assert f'aria-label="script of edge-1/one, {sides}"' in text


def test_a_script_of_one_line_is_shown_side_by_side_too():
    text = page(action("one", changes=(change("script", "echo a", "echo b"),)))
    assert '<td data-of="live"><code>see below' in text


def test_backticks_are_code_in_every_sentence_and_escaped():
    words = "set `prune: <true>` and `x`"
    code = "set <code>prune: &lt;true&gt;</code> and <code>x</code>"
    held = Blocked(action("held"), "a-reason", words, (words,))
    found = plan(
        action("one", notes=(words,)),
        blocked=(held,),
        left_alone=(LeftAlone(key("left"), words),),
        not_planned=(NotPlanned(key("far"), words),),
        diagnostics=(Diagnostic("a.yaml", 4, 7, "OSY120", Severity.WARNING, "x", words, ""),),
        notes=(words,),
    )
    result = ActionResult(found.actions[0], Status.FAILED, words, "", warnings=(words,))
    report = RunReport(found, (result,))
    assert FORMATS["html"].write(Subject("plan", found)).count(code) == 7
    assert FORMATS["html"].write(Subject("apply", found, report=report)).count(code) == 9


def test_a_graph_too_large_for_the_page_is_left_to_the_command():
    wide = Node("service:edge-1/x", NodeKind.SERVICE, key("x").cluster, "x" * 3_000_000)
    text = FORMATS["html"].write(Subject("plan", plan(), (key("x"),), lambda: Graph((wide,))))
    assert "1 service: too large to draw here" in text


def test_services_without_a_difference_stand_in_the_order_of_their_numbers():
    keys = tuple(sorted(key(f"proj{at}") for at in (1, 2, 10)))
    text = FORMATS["html"].write(Subject("plan", plan(), keys))
    assert re.findall(r"<li>(proj\d+)</li>", text) == ["proj1", "proj2", "proj10"]


def test_date_and_commit_are_on_the_page_and_not_in_the_digest():
    dated = replace(
        subject(), read_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC), commit=lambda: "ab" * 20
    )
    text = FORMATS["html"].write(dated)
    assert "clusters read 2026-03-04 05:06 UTC · commit abababababab" in text
    assert "commit" not in FORMATS["html"].write(subject())
    assert FORMATS["json"].write(dated) == FORMATS["json"].write(subject())


def shown_names(text):
    return re.findall(r'data-name="edge-1/([^"]+)"', text)


def test_services_stand_by_what_is_done_and_then_in_natural_order():
    text = page(
        action("old", ActionKind.REMOVE), action("new", ActionKind.CREATE), action("proj10"),
        action("newer", ActionKind.CREATE), action("proj2"), action("proj1"),
    )  # fmt: skip
    assert shown_names(text) == ["old", "new", "newer", "proj1", "proj2", "proj10"]


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_a_rename_names_what_it_sends_and_no_live_side(format_):
    sent = (change("image", None, "i:1"),)
    text = FORMATS[format_].write(Subject("plan", plan(
        action("new", ActionKind.RENAME, changes=sent)
    )))  # fmt: skip
    assert "sent" in text
    assert "(none)" not in text


def test_waves_and_what_is_of_the_branch_have_lines_of_their_own():
    one = plan(action("one"))
    waves = ((one.clusters[0].id,),)
    text = FORMATS["html"].write(Subject("plan", replace(one, waves=waves, base=Base("main"))))
    lines = re.findall(r"<p>(.*?)</p>", text)
    assert [line for line in lines if line.startswith("Against main")]
    assert [line for line in lines if line.startswith("Waves: 1: edge-1: 1 action")]


def test_the_word_of_an_action_is_not_repeated():
    text = page(action("bucket red", ActionKind.CREATE_BUCKET))
    rows = re.findall(
        r'data-name="edge-1/bucket red"[^>]*>(.*?)</(?:div|summary)>', text, re.DOTALL
    )
    assert " ".join(re.sub(r"<[^>]+>", " ", rows[0]).split()) == "create bucket bucket red"


def test_a_page_of_many_is_folded_on_each_cluster():
    hooks = (Step(Do.HOOK, "red/in"),)
    many = [
        replace(action(f"s{at}", steps=hooks), key=key(f"s{at}", "cloud-2" if at % 2 else "edge-1"))
        for at in range(44)
    ]
    assert " open><summary>" in page(*many[:40])
    assert " open><summary>" not in page(*many)
