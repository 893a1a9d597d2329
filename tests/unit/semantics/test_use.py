"""What starts a service."""

import pytest

from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.use import kind_of

INPUT = {"input": [{"storage_provider": "minio", "path": "red/in"}]}
EXPOSE = {"expose": {"api_port": 80}}


@pytest.mark.parametrize(("fields", "kind"), [
    ({}, "calls"), (INPUT, "uploads"), (EXPOSE, "exposed"), ({**INPUT, **EXPOSE}, "exposed"),
])  # fmt: skip
def test_a_service_waits_for_requests_uploads_or_calls(fields, kind):
    assert kind_of(normal_form({"name": "a", **fields}, is_live=False)) == kind
