"""A live service from what the server shows of it (oscar-server 3.5)."""

from collections.abc import Mapping

from oscar_sync.model.identity import ClusterId, ServiceKey, ServiceName
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.normal_form import normal_form
from oscar_sync.semantics.shapes import mapping_of, text_map_of, text_of


def live_service(cluster: ClusterId, raw: Mapping[str, object]) -> LiveService:
    secrets = mapping_of(mapping_of(raw.get("environment")).get("secrets"))
    return LiveService(
        key=ServiceKey(cluster, ServiceName(text_of(raw.get("name")))),
        raw=raw,
        form=normal_form(raw, is_live=True),
        owner=text_of(raw.get("owner")),
        namespace=text_of(raw.get("namespace")),
        annotations=text_map_of(raw.get("annotations")),
        bucket_list=_names(raw.get("bucket_list")),
        secret_names=tuple(sorted(map(str, secrets))),
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
