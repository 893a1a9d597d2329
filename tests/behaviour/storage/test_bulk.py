"""Fast listings: what is listed by obstore, and where MinIO's client has to tell."""

from oscar_sync.storage.bulk import Bulk
from oscar_sync.storage.store import ObjectStore


def test_an_object_with_a_marker_of_its_name_is_left_to_the_slow_listing(s3, tmp_path):
    store = ObjectStore(s3, {})
    store._client.make_bucket("both")
    (tmp_path / "f").write_text("content")
    store.put_object("both", "p/x", tmp_path / "f", 7)
    store.put_marker("both", "p/x")
    assert Bulk(s3, {}).below("both", "p") is None
    assert [one.key for one in store.list_folder("both", "p")] == ["p/x"]
