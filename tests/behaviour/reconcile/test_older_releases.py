"""Reading a cluster of an older release, or of one that does not say which it is."""

import requests

from oscar_sync.model.lookup import Lookups
from tests.support.observed import read
from tests.unit.wire.stub import reply


def test_buckets_of_an_old_cluster_are_those_that_its_store_shows(oscar_emulator):
    url, auth = oscar_emulator.url, (oscar_emulator.user, oscar_emulator.password)
    requests.post(f"{url}/system/buckets", json={"bucket_name": "data"}, auth=auth, timeout=60)
    shown = requests.get(f"{url}/system/config", auth=auth, timeout=60).json()
    answers = {"/system/config": reply(shown)}
    view, _ = read("3.5.3", answers, lookups=Lookups(buckets=True))
    assert (view.store_problem, list(view.buckets)) == ("", ["data"])
