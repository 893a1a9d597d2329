"""A decision says what it used and makes; nothing but `Context.note` tells later ones of it."""

import ast

from msgspec.structs import replace

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.secret import Secret
from oscar_sync.model.settings import Settings
from oscar_sync.planning.context import Context, Planned
from oscar_sync.planning.creating import decide_create
from oscar_sync.planning.facts import Facts
from oscar_sync.planning.ownership import Standing
from oscar_sync.planning.removing import decide_remove
from oscar_sync.planning.replacing import decide_replace
from oscar_sync.planning.updating import decide_update
from tests.house.tree import PACKAGE, python_files, syntax_tree
from tests.unit.planning.built import bucket, live, minio, planned, stamp, view, wanted

ALPHA = ServiceName("alpha")


def context(cluster, *services, allow=()):
    here = {one.key.name: one for one in services}
    settings = Settings("/files", set_name="laws", allow=allow)
    return Context(Facts(cluster), settings, here, None)


def test_a_creation_tells_what_it_makes_only_once_it_is_noted():
    alpha = wanted(input=minio("red/in"), output=minio("blue/out"), visibility="public")
    at = context(view(is_admin=False, me=frozenset({"me"})), alpha)
    decision = decide_create(at, alpha)
    assert at.planned == Planned()
    assert decide_create(at, alpha) == decision
    at.note(decision)
    assert at.planned.made == dict.fromkeys(("red", "blue"), decision.action.id)
    assert at.planned.access["red"].is_public


def test_a_removal_tells_who_is_gone_only_once_it_is_noted():
    alpha = live(annotations=stamp())
    at = context(view(alpha))
    decision = decide_remove(at, alpha, why="asked").decision
    assert at.planned == Planned()
    at.note(decision)
    assert at.planned.gone == {ALPHA}


def test_what_is_blocked_removes_and_makes_nothing():
    theirs = live(annotations=stamp(set_name="other"))
    at = context(view(theirs))
    decision = decide_remove(at, theirs, why="asked").decision
    at.note(decision)
    assert decision.reason is not None
    assert at.planned == Planned()


def test_an_update_hands_back_the_consents_that_it_needed():
    red = bucket("red", owner="somebody")
    attach = Consent(Word.ATTACH, "alpha", "red")
    push = Consent(Word.PUSH_SECRETS, "alpha")
    replacing = Consent(Word.REPLACE, "alpha")
    there = live(annotations=stamp(), environment={"secrets": {"A": ""}})
    alpha = replace(
        wanted(input=minio("red/in"), environment={"secrets": {"A": "x"}}),
        secrets={"A": Secret("x")},
    )
    at = context(view(there, buckets=[red]), alpha, allow=(attach, push, replacing))
    decision, secrets = decide_update(at, alpha, there)
    assert decision is not None
    assert decision.used == {attach}
    assert secrets.used == {push}
    assert decide_replace(at, alpha, there, (), ("image",)).used == {attach, replacing}
    assert at.planned == Planned()
    assert planned(at.facts.view, alpha, allow=at.settings.allow).consents == (
        "attach:alpha=red",
        "push-secrets:alpha",
    )


def test_a_standing_is_asked_for_without_a_trace_and_what_it_took_is_told_apart():
    take = Consent(Word.TAKE_OVER, "alpha")
    theirs, alpha = live(annotations=stamp(set_name="other")), wanted()
    at = context(view(theirs), alpha, allow=(take, Consent(Word.TAKE_OVER, "beta")))
    assert at.standing(theirs) is Standing.UNSTAMPED
    assert at.taken_over() == {take}
    assert at.planned == Planned()


def test_only_the_context_and_names_that_are_gone_already_change_what_is_planned():
    """Where ``x.planned.y`` is called a method on that may change it."""
    changing = {
        f"{path.relative_to(PACKAGE).as_posix()} {ast.unparse(node.func)}"
        for path in python_files("oscar_sync")
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ".planned." in ast.unparse(node.func)
        and node.func.attr in {"add", "update", "setdefault", "pop", "discard", "append"}
    }
    assert changing == {"planning/candidates.py context.planned.gone.update"}
