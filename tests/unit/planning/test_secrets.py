"""Secrets that cannot be read back: compared by keyed fingerprints, or not at all (safety 7)."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.field_change import Op
from oscar_sync.model.material import FingerprintKey
from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.secret import Secret
from oscar_sync.planning.secrets import SecretFindings, pushed, secret_findings, stamped_secrets
from oscar_sync.semantics.stamp import SECRETS, secret_fingerprint, secrets_stamp
from tests.unit.planning.built import codes, draft, live, planned, view, wanted

KEY = FingerprintKey(Secret("k" * 32), "0123abcd")


def stored(**values):
    """Return a service that was last given *values* by somebody with the key."""
    prints = {
        name: secret_fingerprint(KEY.secret, name, Secret(value)) for name, value in values.items()
    }
    return live(
        environment={"secrets": dict.fromkeys(values, "")},
        annotations={SECRETS: secrets_stamp(KEY.id, prints)},
    )


def found(service, key=KEY, **values):
    secrets = {name: Secret(value) for name, value in values.items()}
    return secret_findings(replace(wanted(), secrets=secrets), service, key)


def test_the_value_that_was_sent_is_no_difference():
    assert found(stored(TOKEN="t"), TOKEN="t") == SecretFindings()


def test_another_value_is_a_change_that_shows_four_digits_of_each_fingerprint():
    (change,) = found(stored(TOKEN="old"), TOKEN="new").changes
    before, after = (
        secret_fingerprint(KEY.secret, "TOKEN", Secret(value))[:4] for value in ("old", "new")
    )
    assert (change.op, change.before, change.after) == (
        Op.CHANGE,
        f"fingerprint {before}",
        f"fingerprint {after}",
    )
    assert change.is_sensitive
    assert "new" not in repr(change)


def test_a_name_that_is_new_is_added_and_one_that_is_left_out_goes():
    changes = found(stored(OLD="o"), NEW="n").changes
    assert [(change.path, change.op) for change in changes] == [
        ("environment.secrets.NEW", Op.ADD),
        ("environment.secrets.OLD", Op.REMOVE),
    ]
    assert all(change.is_sensitive for change in changes)


OTHER_KEY = FingerprintKey(KEY.secret, "ffffffff")


@pytest.mark.parametrize(
    ("key", "value", "op"),
    [
        (KEY, "t", Op.SAME),
        (KEY, "other", Op.CHANGE),
        (OTHER_KEY, "t", Op.CHANGE),
        (None, "t", Op.CHANGE),
    ],
)
def test_a_put_that_sends_a_secret_along_says_whether_it_is_the_stored_value(key, value, op):
    desired = replace(wanted(), secrets={"TOKEN": Secret(value)})
    (change,) = stamped_secrets(desired, stored(TOKEN="t"), key)
    assert (change.path, change.op) == ("environment.secrets.TOKEN", op)
    assert change.is_sensitive
    assert (change.before == "not compared") is (op is Op.CHANGE)


def test_a_service_without_stored_secrets_has_none_that_are_sent_along():
    desired = replace(wanted(), secrets={"TOKEN": Secret("t")})
    assert stamped_secrets(desired, live(), KEY) == ()


def test_a_manifest_without_secrets_changes_none_and_no_put_can_be_sent():
    """Without the block the values stay, but the service forgets their names (record 030)."""
    assert found(stored(TOKEN="t")) == SecretFindings(unknown_values=("TOKEN",), left=("TOKEN",))


def test_a_blank_value_means_keep():
    assert found(stored(TOKEN="t"), TOKEN="") == SecretFindings(unknown_values=("TOKEN",))


@pytest.mark.parametrize("key", [None, FingerprintKey(KEY.secret, "ffffffff")])
def test_without_the_key_that_made_the_fingerprints_nothing_is_compared(key):
    assert found(stored(TOKEN="old"), key, TOKEN="new") == SecretFindings(not_compared=("TOKEN",))


def test_each_secret_that_is_sent_uncompared_is_kept_out_of_sight():
    one = replace(wanted(), secrets={"A": Secret("a")})
    [change] = pushed(one, SecretFindings(not_compared=("A",)), frozenset()).changes
    assert (change.before, change.after, change.is_sensitive) == ("not compared", "sent", True)


@pytest.mark.parametrize("names", [{"A": ""}, {}])
def test_a_mark_alone_sends_secrets_only_where_the_service_has_some(names):
    """A PUT without them would clear them; one with them would add what nobody asked for."""
    one = replace(wanted(), secrets={"A": Secret("a")})
    there = live(environment={"secrets": names})
    found = draft(view(there), one, options=PlanOptions(Scope.ADOPT, ("alpha",)))
    [action] = found.plan.actions
    assert action.kind == "adopt"
    sent = found.materials[action.id].secrets
    assert sent == (one.secrets if names else {})


def test_a_mark_alone_is_held_back_where_values_of_secrets_are_unknown():
    there = live(environment={"secrets": {"A": ""}})
    plan = planned(view(there), wanted(), options=PlanOptions(Scope.ADOPT, ("alpha",)))
    assert len(codes(plan)) == 1
