"""A variable that is called like a secret is shown by fingerprint in every plan."""

import pytest

from oscar_sync.published.plan import PlanDocument
from oscar_sync.reconcile.formats import FORMATS
from tests.unit.planning.built import live, planned, stamp, view, wanted

HUNTER = {"environment": {"variables": {"DB_PASSWORD": "hunter2", "MODEL": "yolo"}}}
OTHER = {"environment": {"variables": {"DB_PASSWORD": "swordfish", "MODEL": "yolo"}}}


@pytest.mark.parametrize(
    "plan",
    [
        lambda: planned(view(), wanted(**HUNTER)),
        lambda: planned(view(live(annotations=stamp(), **OTHER)), wanted(**HUNTER)),
        lambda: planned(view(live(annotations=stamp(), **HUNTER)), wanted()),
        lambda: planned(view(live(annotations=stamp())), wanted(**HUNTER)),
    ],
    ids=["create", "change", "removed", "added"],
)
def test_its_value_is_in_no_document_and_marked_as_sensitive(plan):
    made = plan()
    (change,) = [
        one for action in made.actions for one in action.changes if one.path.endswith("DB_PASSWORD")
    ]
    assert change.is_sensitive
    text = PlanDocument.of(made).model_dump_json()
    assert "DB_PASSWORD" in text
    assert "hunter2" not in text
    assert "swordfish" not in text


def test_what_stands_beside_it_is_shown():
    assert '"yolo"' in PlanDocument.of(planned(view(), wanted(**HUNTER))).model_dump_json()
    assert len(FORMATS) > 3
