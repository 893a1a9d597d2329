"""A client of a server that answers what a test wrote down (the stub of the wire's tests)."""

from contextlib import contextmanager

from oscar_sync.client import Client
from tests.unit.wire.stub import running

PASSWORD = "pl4nted-p4ssword"


@contextmanager
def stubbed(*replies, **options):
    with running() as stub:
        stub.replies = list(replies)
        login = {} if {"oidc_token", "token_file"} & set(options) else {
            "user": "oscar", "password": PASSWORD,
        }  # fmt: skip
        client = Client({"cluster_id": "edge", "endpoint": stub.url, **login, **options})
        try:
            yield client, stub
        finally:
            client.close()
