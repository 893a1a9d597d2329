"""The bodies of POST and PUT (safety 5): a PUT is a full replace, so it carries what must stay.

Sources: oscar-server 3.2, 4.1, 4.2, 4.5; records 030, 035, 036, 106, 224.
"""

from collections.abc import Mapping

from msgspec import Struct

from oscar_sync.model.field import Value
from oscar_sync.model.form import Expose, Form, Replica, mapping_of, plain
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.buckets import keeps_user_level
from oscar_sync.semantics.capabilities import NUMBER_PORTS, Release
from oscar_sync.semantics.normal_form import CARRIED_LABELS, INJECTED_VARIABLES, unowned
from oscar_sync.semantics.release_fields import without_newer


def post_body(
    form: Form, secrets: Mapping[str, Secret], annotations: Mapping[str, str], release: Release
) -> dict[str, Value]:
    body = _plain_body(form, release)
    body["annotations"] = {**form.annotations, **annotations}
    body["environment"] = _environment(form.environment.variables, secrets)
    return without_newer(body, release)


def put_body(
    form: Form,
    secrets: Mapping[str, Secret],
    annotations: Mapping[str, str],
    live: LiveService,
    release: Release,
    *,
    owner: str,
) -> dict[str, Value]:
    """Return the body that turns *live* into *form*, carrying what a full replace would lose."""
    # Carried: owner, labels the server sets once, unowned fields, ``vo``, ``clusters`` and
    # ``cluster_id`` outside federations, KServe's host. Never the token. Blank credentials of
    # providers and clusters and blank headers of members are filled from *live*: blank means keep
    # (safety 4). *secrets* hold every declared name with its value, or none at all.
    body: dict[str, Value] = {**_carried(live), **_plain_body(form, release)}
    body["owner"] = owner
    body["annotations"] = {**form.annotations, **annotations}
    carried = {key: text for key, text in live.form.labels.items() if key in CARRIED_LABELS}
    body["labels"] = {**carried, **form.labels}
    if form.vo is None and live.form.vo:
        body["vo"] = live.form.vo
    body["storage_providers"] = _fill(form.storage_providers, live.form.storage_providers)
    _fill_federation(body, live, form)
    known = live.form.environment.variables if form.kserve is not None else {}
    injected = {key: known[key] for key in INJECTED_VARIABLES if key in known}
    body["environment"] = _environment({**injected, **form.environment.variables}, secrets)
    if live.bucket_list and not keeps_user_level(form):
        body["bucket_list"] = list(live.bucket_list)
    return without_newer(body, release)


def refused_body(name: str) -> dict[str, Value]:
    """Return the body of a create that the server refuses before it looks at anything else."""
    # Its input has a blank path: 400, and nothing is made (oscar-server 1.2.1). It makes the server
    # remember who created last, on which mounts depend (oscar-releases, 4.1.2).
    blank: Value = {"storage_provider": "minio.default", "path": " / "}
    return {"name": name, "image": "none", "script": "exit 1\n", "input": [blank]}


def owner_to_write(live: LiveService) -> str:
    """Return the owner that a PUT carries: the live one; for a lost one ``cluster_admin`` (036)."""
    return live.owner or "cluster_admin"


def _plain_body(form: Form, release: Release) -> dict[str, Value]:
    said = mapping_of(form).items()
    body: dict[str, Value] = {key: value for key, value in said if value is not None}
    for side in ("input", "output"):
        body[side] = [_said(one) for one in getattr(form, side)]
    body["expose"] = _expose(form.expose, release)
    if not form.mount.path:
        del body["mount"]
    return body


def _said(entry: Struct) -> Value:
    return {key: value for key, value in mapping_of(entry).items() if value != []}


def _expose(expose: Expose, release: Release) -> Value:
    """Return the block with ports as the release reads them (oscar-server 11)."""
    block = {key: value for key, value in mapping_of(expose).items() if value not in ([], "")}
    if NUMBER_PORTS.holds(release):
        firsts = {"api_port": expose.api_port[:1], "nodePort": expose.nodePort[:1]}
        block |= {name: first for name, ports in firsts.items() for first in ports}
    return block


def _carried(live: LiveService) -> dict[str, Value]:
    raw = {**unowned(live.raw)}
    if live.form.federation is None:
        raw.update({key: live.raw[key] for key in ("cluster_id", "clusters") if live.raw.get(key)})
    return {key: plain(value) for key, value in raw.items()}


def _fill_federation(body: dict[str, Value], live: LiveService, form: Form) -> None:
    if form.federation is None:
        return
    body["clusters"] = _fill(form.clusters or {}, live.form.clusters)
    there = live.form.federation.members if live.form.federation else ()
    known = {_identity(one): mapping_of(one) for one in there}
    members = [_fill(mapping_of(one), known.get(_identity(one))) for one in form.federation.members]
    body["federation"] = {**mapping_of(form.federation), "members": members}


def _identity(member: Replica) -> tuple[str, ...]:
    return member.type, member.cluster_id, member.service_name, member.url


def _fill(value: object, live: object) -> Value:
    if isinstance(value, Secret):
        return value if value or not isinstance(live, Secret) else live
    if isinstance(value, dict) and isinstance(live, dict):
        return {key: _fill(item, live.get(key)) for key, item in value.items()}
    return plain(value)


def _environment(variables: Mapping[str, str], secrets: Mapping[str, Secret]) -> Value:
    return {"variables": {**variables}, **({"secrets": {**secrets}} if secrets else {})}
