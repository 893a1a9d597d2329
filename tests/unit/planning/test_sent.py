"""What is shown and hashed of values: secrets, variables, defaults, order."""

import pytest
from msgspec.structs import replace

from oscar_sync.model.fdl_fields import SERVICE
from oscar_sync.model.field import Json
from oscar_sync.model.field_change import Cause, FieldChange, Op
from oscar_sync.model.masks import Masked, Masks
from oscar_sync.model.material import FingerprintKey, HookMaterial
from oscar_sync.model.secret import Secret
from oscar_sync.planning.digest import plan_digest
from oscar_sync.planning.sent import Leaf, leaves, sends_of
from tests.support.forms import form
from tests.unit.planning.built import CLUSTER, live, planned, stamp, view, wanted

KEY = FingerprintKey(Secret("k" * 32), "0123abcd")


def sends(**material):
    return sends_of(HookMaterial(CLUSTER, (4, 1, 2), live=live(), form=form(), **material), KEY)


def with_variable(value):
    return form(environment={"variables": {"A": value}})


def with_password(value):
    account = {"auth_password": Secret(value), "auth_user": None}
    return replace(form(), clusters={"a": account})


def test_each_secret_is_listed_once_right_behind_the_variables():
    service = wanted(environment={"variables": {"A": "1"}}, memory="1Gi", log_level="DEBUG")
    plan = planned(view(), replace(service, secrets={"B": Secret("b")}), key=KEY)
    told = [one.path for one in plan.actions[0].changes]
    assert len(told) == len(set(told))
    at = told.index("environment.variables.A")
    assert told[at + 1] == "environment.secrets.B"


def test_a_quantity_that_equals_its_default_is_not_listed_however_it_is_written():
    plan = planned(view(), wanted(cpu="200m", memory="0.25Gi"))
    assert [one.path for one in plan.actions[0].changes] == ["image", "script"]


def test_what_a_variable_put_in_is_shown_as_it_is_written():
    """What the variable held before may be a secret too."""
    masks = Masks((Masked("environment", "weak", "${TAG}"),))
    service = replace(wanted(environment={"variables": {"A": "weak", "B": "plain"}}), masks=masks)
    before = live(annotations=stamp(), environment={"variables": {"A": "old", "C": "gone"}})
    for cluster, shown in (
        (view(), {"A": (None, "${TAG}"), "B": (None, "plain")}),
        (
            view(before),
            {"A": ("(another value)", "${TAG}"), "B": (None, "plain"), "C": ("gone", None)},
        ),
    ):
        (action,) = planned(cluster, service).actions
        told = {one.path: (one.before, one.after) for one in action.changes}
        assert {path[-1]: told[path] for path in told if "variables" in path} == shown


@pytest.mark.parametrize("kind", ["wholes", "parts"])
def test_no_hash_tells_what_a_variable_put_in_as_a_whole_or_as_a_part(kind):
    """Without a key it counts by its name where that is called like a secret."""
    masks = replace(Masks(), **{kind: (Masked("environment", "weak", "${OSCAR_PASSWORD}"),)})
    material = HookMaterial(
        CLUSTER, (4, 1, 2), live=live(), form=with_variable("weak"), masks=masks
    )
    named = with_variable("${OSCAR_PASSWORD}")
    assert sends_of(material, None) == sends_of(replace(material, form=named), None)
    other = FingerprintKey(Secret("o" * 32), "0123abcd")
    assert sends_of(material, KEY) != sends_of(material, other)


def test_a_secret_beside_a_variable_stays_a_secret_in_the_hash():
    """Masks look at texts: they must neither show a secret nor take what is missing for one."""
    masks = Masks((Masked("clusters", "weak", "${OSCAR_PASSWORD}"),))
    held = HookMaterial(CLUSTER, (4, 1, 2), live=live(), form=with_password("weak"), masks=masks)
    assert sends_of(held, KEY) == sends_of(replace(held, masks=Masks()), KEY)
    assert sends_of(held, KEY) != sends_of(replace(held, form=with_password("weaker")), KEY)
    none = Masks((Masked("clusters", "None", "${OSCAR_PASSWORD}"),))
    assert sends_of(replace(held, masks=none), KEY) == sends_of(held, KEY)


def test_what_goes_ahead_of_the_last_request_is_in_the_hash():
    forms = [form(memory="1Gi"), form(memory="2Gi")]
    hashes = {sends(forms_before=before) for before in ((), *((one,) for one in forms))}
    assert len(hashes) == 3


def test_plans_that_are_equal_have_one_digest():
    """Whatever the order in which a manifest or a server says the keys of a block."""
    plan = planned(view(), wanted())
    digests = set()
    values: list[Json] = [{"a": 1, "b": 2}, {"b": 2, "a": 1}]
    for value in values:
        change = FieldChange("x", Op.ADD, None, value, Cause.MANIFEST)
        action = replace(plan.actions[0], changes=(change,))
        digests.add(plan_digest(replace(plan, actions=(action,))))
    assert len(digests) == 1


@pytest.mark.parametrize("length", [1, 256, 257])
def test_texts_of_any_length_are_in_the_digest(length):
    text = "x" * length
    one, other = (
        planned(view(), wanted(environment={"variables": {"A": value}}))
        for value in (text, text[:-1] + "y")
    )
    assert one.digest != other.digest


@pytest.mark.parametrize(("name", "value"), [
    ("expose", ["a"]), ("environment", ["a"]), ("clusters", ["a"]), ("input", {"a": "b"}),
    ("labels", ["a"]),
])  # fmt: skip
def test_a_value_that_has_not_the_shape_of_its_field_is_listed_too(name, value):
    (field,) = (one for one in SERVICE if one.name == name)
    assert list(leaves(field, (name,), value)) == [Leaf((name,), value)]


def test_a_value_that_no_digest_can_cover_is_a_fault_of_ours_and_never_passed_over():
    with pytest.raises(NotImplementedError):
        sends(secrets={"A": object()})
