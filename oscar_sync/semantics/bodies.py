"""The bodies of POST and PUT (safety 5): a PUT is a full replace, so it carries what must stay.

Sources: oscar-server 3.2, 4.1, 4.2, 4.5; records 030, 035, 036, 106, 224.
"""

from collections.abc import Mapping
from typing import Final

from oscar_sync.model.field import Value
from oscar_sync.model.secret import Secret
from oscar_sync.model.state import LiveService
from oscar_sync.semantics.buckets import blocks, keeps_user_level
from oscar_sync.semantics.capabilities import NUMBER_PORTS, Release
from oscar_sync.semantics.normal_form import CARRIED_LABELS, INJECTED_VARIABLES, unowned
from oscar_sync.semantics.release_fields import without_newer

_ALWAYS: Final = frozenset({"name", "image", "script"})


def post_body(
    form: Mapping[str, Value],
    secrets: Mapping[str, Secret],
    annotations: Mapping[str, str],
    release: Release,
) -> dict[str, Value]:
    """Return the body that creates *form*, with *annotations* (the stamp) beside its own."""
    body = _plain_body(form, release)
    body["annotations"] = {**_mapping(form.get("annotations")), **annotations}
    _set_secrets(body, secrets)
    return without_newer(body, release)


def put_body(
    form: Mapping[str, Value],
    secrets: Mapping[str, Secret],
    annotations: Mapping[str, str],
    live: LiveService,
    release: Release,
    *,
    owner: str,
) -> dict[str, Value]:
    """Return the body that turns *live* into *form*, carrying what a full replace would lose.

    Carried: owner, labels the server sets once, unowned fields, ``vo``, ``clusters`` and
    ``cluster_id`` outside federations, KServe's host. Never the token. Blank credentials of
    providers and clusters and blank headers of members are filled from *live*: blank means keep
    (safety 4). *secrets* hold every declared name with its value, or none at all.
    """
    body: dict[str, Value] = {**_carried(live), **_plain_body(form, release)}
    body["owner"] = owner
    body["annotations"] = {**_mapping(form.get("annotations")), **annotations}
    body["labels"] = {**_live_labels(live), **_mapping(form.get("labels"))}
    if form.get("vo") is None and live.form.get("vo"):
        body["vo"] = live.form["vo"]
    body["storage_providers"] = _fill(
        _mapping(form.get("storage_providers")), live.form.get("storage_providers")
    )
    _fill_federation(body, live)
    _carry_variables(body, live, form)
    _set_secrets(body, secrets)
    if live.bucket_list and not keeps_user_level(form):
        body["bucket_list"] = list(live.bucket_list)
    return without_newer(body, release)


def refused_body(name: str) -> dict[str, Value]:
    """Return the body of a create that the server refuses before it looks at anything else.

    Its input has a blank path: 400, and nothing is made (oscar-server 1.2.1). It makes the server
    remember who created last, on which mounts depend (oscar-releases, 4.1.2).
    """
    blank: Value = {"storage_provider": "minio.default", "path": " / "}
    return {"name": name, "image": "none", "script": "exit 1\n", "input": [blank]}


def owner_to_write(live: LiveService) -> str:
    """Return the owner that a PUT carries: the live one; for a lost one ``cluster_admin`` (036)."""
    return live.owner or "cluster_admin"


def _plain_body(form: Mapping[str, Value], release: Release) -> dict[str, Value]:
    body: dict[str, Value] = {key: value for key, value in form.items() if value is not None}
    environment = body.get("environment")
    body["environment"] = dict(environment) if isinstance(environment, dict) else {}
    for side in ("input", "output"):
        body[side] = [_io(entry) for entry in blocks(form, side)]
    body["expose"] = _expose(_mapping(form.get("expose")), release)
    mount = form.get("mount")
    if isinstance(mount, dict) and not mount.get("path"):
        del body["mount"]
    return body


def _io(entry: dict[str, Value]) -> Value:
    return {key: value for key, value in entry.items() if value != []}


def _expose(expose: dict[str, Value], release: Release) -> Value:
    """Return the block with ports as the release reads them (oscar-server 11)."""
    block = {key: value for key, value in expose.items() if value not in ([], "")}
    if not NUMBER_PORTS.holds(release):
        return block
    for name in ("api_port", "nodePort"):
        ports = block.get(name)
        if isinstance(ports, list):
            block[name] = ports[0] if ports else 0
    return block


def _carried(live: LiveService) -> dict[str, Value]:
    raw = {**unowned(live.raw)}
    if live.form.get("federation") is None:
        raw.update({key: live.raw[key] for key in ("cluster_id", "clusters") if live.raw.get(key)})
    return {key: _as_value(value) for key, value in raw.items()}


def _live_labels(live: LiveService) -> dict[str, Value]:
    labels = live.form.get("labels")
    named = labels if isinstance(labels, dict) else {}
    return {key: value for key, value in named.items() if key in CARRIED_LABELS}


def _carry_variables(body: dict[str, Value], live: LiveService, form: Mapping[str, Value]) -> None:
    if not form.get("kserve"):
        return
    environment = _mapping(body["environment"])
    known = _mapping(_mapping(live.form.get("environment")).get("variables"))
    carried = {key: known[key] for key in INJECTED_VARIABLES if key in known}
    variables = {**carried, **_mapping(environment.get("variables"))}
    body["environment"] = {**environment, "variables": variables}


def _fill_federation(body: dict[str, Value], live: LiveService) -> None:
    federation = body.get("federation")
    if not isinstance(federation, dict):
        return
    body["clusters"] = _fill(body.get("clusters", {}), live.form.get("clusters"))
    known = {
        _member_of(one): one for one in blocks(_mapping(live.form.get("federation")), "members")
    }
    members = [_fill(one, known.get(_member_of(one))) for one in blocks(federation, "members")]
    body["federation"] = {**federation, "members": [*members]}


def _member_of(block: Mapping[str, Value]) -> tuple[Value, ...]:
    return tuple(str(block.get(name)) for name in ("type", "cluster_id", "service_name", "url"))


def _fill(value: Value, live: Value) -> Value:
    if isinstance(value, Secret):
        return value if value or not isinstance(live, Secret) else live
    if isinstance(value, dict) and isinstance(live, dict):
        return {key: _fill(item, live.get(key)) for key, item in value.items()}
    return value


def _set_secrets(body: dict[str, Value], secrets: Mapping[str, Secret]) -> None:
    environment = body["environment"]
    if secrets and isinstance(environment, dict):
        environment["secrets"] = dict(secrets)


def _mapping(value: Value) -> dict[str, Value]:
    return dict(value) if isinstance(value, dict) else {}


def _as_value(value: object) -> Value:
    if isinstance(value, dict):
        return {str(key): _as_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_value(item) for item in value]
    return value if isinstance(value, bool | int | float | str) else None
