"""From a normal form back to FDL: what is left out means what the server makes of nothing."""

from oscar_sync.semantics.definition import fdl_of
from oscar_sync.semantics.normal_form import normal_form

PLAIN = {"name": "alpha", "image": "ghcr.io/x/a:1", "script": "s\n"}


def written(*, is_live=True, **fields):
    found = fdl_of(normal_form({**PLAIN, **fields}, is_live=is_live), "alpha")
    assert {name: found.pop(name) for name in PLAIN} == PLAIN
    return found


def test_what_is_at_its_default_is_left_out():
    assert written() == written(is_live=False) == {}
    assert written(memory="256Mi", log_level="INFO", visibility="private", vo="") == {}
    assert written(memory="1Gi", vo="v") == {"memory": "1Gi", "vo": "v"}
    assert written(expose={"api_port": [80]}) == {"expose": {"api_port": [80]}}


def test_what_is_blank_beside_a_federation_is_left_out():
    federation = {"topology": "star", "members": []}
    assert written(federation=federation).keys() == {"federation"}
    assert written(federation=federation, cluster_id="edge")["cluster_id"] == "edge"


def test_what_the_server_puts_in_itself_and_what_is_absent_in_a_block_is_left_out():
    found = written(
        labels={"team": "x", "vo": "v"},
        environment={"variables": {"A": "1", "KSERVE_HOST": "h"}},
        kserve={"model_format": "onnx"},
    )
    assert found["labels"] == {"team": "x"}
    assert found["environment"] == {"variables": {"A": "1"}}
    assert None not in found["kserve"].values()
