"""Scale, ports, volumes, federation, isolation, KServe."""

import posixpath
from typing import Final

from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.findings import WARNING
from oscar_sync.model.amounts import plural
from oscar_sync.semantics.names import is_dns_label
from oscar_sync.semantics.paths import provider_of
from oscar_sync.semantics.quantities import is_positive_quantity

_RESERVED_MOUNTS: Final = ("/oscar/config", "/oscar/bin")
_SHORTEST_USER: Final = 10


def check(draft: ServiceDraft) -> None:
    """Note what Kubernetes or the server cannot build (oscar-server 2.3-2.6, 12.11; record 062)."""
    values = draft.values
    if values.get("expose"):
        _expose(draft)
    if values.get("synchronous"):
        _synchronous(draft)
    if values.get("volume") is not None:
        _volume(draft)
    if values.get("federation"):
        _federation(draft)
    if values.get("isolation_level"):
        _isolation(draft)
    if values.get("kserve") is not None:
        _kserve(draft)


def _expose(draft: ServiceDraft) -> None:
    expose = draft.block("expose")
    ports = expose.get("api_port") or []
    if not ports or ports[0] == 0:
        if any(expose.values()):
            draft.say(
                ManifestCode.EXPOSE,
                ("expose",),
                "expose without api_port does nothing",
                "add api_port, or delete expose",
                severity=WARNING,
            )
        return
    _replicas(draft)
    _ports(draft, ports)
    auth = str(expose.get("auth_type", "")).strip().lower()
    if auth not in ("", "basic", "forward"):
        draft.say(
            ManifestCode.EXPOSE, ("expose", "auth_type"),
            f"expose.auth_type {auth} is refused by the server", "write basic or forward",
        )  # fmt: skip


def _replicas(draft: ServiceDraft) -> None:
    """Note what the HorizontalPodAutoscaler of an exposed service refuses (record 062)."""
    expose = draft.block("expose")
    lowest, most = expose.get("min_scale", 0), expose.get("max_scale", 0)
    for name, value in (
        ("min_scale", lowest),
        ("max_scale", most),
        ("cpu_threshold", expose.get("cpu_threshold", 0)),
    ):
        if value < 1:
            state = "missing" if name not in expose else value
            draft.say(
                ManifestCode.EXPOSE,
                ("expose", name),
                f"expose.{name} is {state}; Kubernetes refuses an exposed service below 1",
                f"write `{name}: {80 if name == 'cpu_threshold' else 1}`",
            )
    if 1 <= most < lowest:
        draft.say(ManifestCode.EXPOSE, ("expose", "max_scale"),
                  "expose.max_scale is below expose.min_scale",
                  f"write `max_scale: {lowest}` or more")  # fmt: skip


def _ports(draft: ServiceDraft, ports: list[int]) -> None:
    for place, port in enumerate(ports):
        if not 1 <= port <= 65535:
            draft.say(ManifestCode.EXPOSE, ("expose", "api_port", place),
                      f"expose.api_port {port} is not a port", "write 1 to 65535")  # fmt: skip
    nodes = draft.block("expose").get("nodePort") or []
    if nodes and len(nodes) != len(ports):
        draft.say(
            ManifestCode.EXPOSE, ("expose", "nodePort"),
            f"expose.nodePort has {plural(len(nodes), 'port')}, api_port has {len(ports)}: "
            "the server wants as many",
            "write one nodePort for each api_port; 0 lets Kubernetes choose",
        )  # fmt: skip
    for place, port in enumerate(nodes):
        if port and not 30000 <= port <= 32767:
            draft.say(ManifestCode.EXPOSE, ("expose", "nodePort", place),
                      f"expose.nodePort {port} is outside 30000-32767: Kubernetes refuses it",
                      "write one of these, or 0 to let Kubernetes choose")  # fmt: skip


def _synchronous(draft: ServiceDraft) -> None:
    scale = draft.block("synchronous")
    lowest, most = scale.get("min_scale", 0), scale.get("max_scale", 0)
    if lowest < 0 or most < 0:
        name = "min_scale" if lowest < 0 else "max_scale"
        draft.say(
            ManifestCode.SCALE,
            ("synchronous", name),
            f"synchronous.{name} is negative",
            "write 0 or more",
        )
    elif 0 < most < lowest:
        draft.say(ManifestCode.SCALE, ("synchronous", "max_scale"),
                  "synchronous.max_scale is below min_scale: Knative refuses it",
                  f"write `max_scale: {lowest}` or more, or 0 for no bound")  # fmt: skip


def _volume(draft: ServiceDraft) -> None:
    """Note the mistakes that the server answers by 400 (oscar-server 2.6; record 051)."""
    volume = draft.block("volume")
    name, size, mount_path, policy = (
        str(volume.get(key, "")).strip()
        for key in ("name", "size", "mount_path", "lifecycle_policy")
    )
    faults = (
        (not name and not size, "name", "volume.name is required when volume.size is not set",
         "give a size to make a volume, or the name of one that exists"),
        (name and not is_dns_label(name), "name",
         "volume.name may hold only a-z, 0-9 and -", "write a DNS label"),
        (size and not is_positive_quantity(size), "size",
         f"volume.size {size} is not a positive quantity", "write 1Gi"),
        (policy and policy not in ("delete", "retain"), "lifecycle_policy",
         f"volume.lifecycle_policy {policy} is neither delete nor retain", "write one of them"),
        (policy and not size, "lifecycle_policy",
         "volume.lifecycle_policy is only valid when volume.size is set", "delete the line"),
        (mount_path and not mount_path.startswith("/"), "mount_path",
         "volume.mount_path must be absolute", f"write /{mount_path}"),
        (mount_path.startswith("/") and _overlaps(mount_path), "mount_path",
         f"volume.mount_path overlaps {' or '.join(_RESERVED_MOUNTS)}", "mount it elsewhere"),
    )  # fmt: skip
    for is_wrong, key, message, remedy in faults:
        if is_wrong:
            draft.say(ManifestCode.VOLUME, ("volume", key), message, remedy)


def _overlaps(path: str) -> bool:
    mine = posixpath.normpath(path).rstrip("/") + "/"
    return any(
        mine.startswith(f"{reserved}/") or f"{reserved}/".startswith(mine)
        for reserved in _RESERVED_MOUNTS
    )


def _federation(draft: ServiceDraft) -> None:
    federation = draft.block("federation")
    secrets = draft.block("environment").get("secrets") or {}
    if federation.get("members") and "refresh_token" not in secrets:
        draft.say(
            ManifestCode.FEDERATION,
            ("federation", "members"),
            "federation members need environment.secrets.refresh_token: the server refuses "
            "the service without it",
            "declare it blank; its value comes from env_file or a variable of secrets_from_env",
        )
    for place, member in enumerate(federation.get("members") or ()):
        if member.get("priority", 0) < 0:
            draft.say(ManifestCode.FEDERATION, ("federation", "members", place, "priority"),
                      "priority is negative", "write 0 or more")  # fmt: skip


def _isolation(draft: ServiceDraft) -> None:
    """Note what makes the server panic whoever logs in (oscar-server 12.11)."""
    if draft.values["isolation_level"] != "USER" or not draft.values.get("allowed_users"):
        return
    inputs = [
        block
        for _, block in draft.blocks("input")
        if provider_of(block.get("storage_provider") or "").type == "minio"
    ]
    if len(inputs) > 1:
        draft.say(ManifestCode.ISOLATION, ("isolation_level",),
                  "isolation_level USER with more than one MinIO input makes the server fail",
                  "use one input")  # fmt: skip
    for place, user in enumerate(draft.values["allowed_users"] if inputs else ()):
        if len(user.strip()) < _SHORTEST_USER:
            draft.say(ManifestCode.ISOLATION, ("allowed_users", place),
                      f"allowed_users[{place}] is shorter than {_SHORTEST_USER} characters: with "
                      "isolation_level USER the server fails", "write the full id")  # fmt: skip


def _kserve(draft: ServiceDraft) -> None:
    """Note what the server's decoder refuses (oscar-server 2.5; record 077)."""
    kserve = draft.block("kserve")
    kind = kserve.get("type", "")
    if kind not in ("", "inference", "llm_inference"):
        draft.say(ManifestCode.KSERVE, ("kserve", "type"),
                  f"kserve.type {kind} is neither inference nor llm_inference",
                  "write one of them")  # fmt: skip
    inference = kserve.get("inference")
    if isinstance(inference, dict) and not inference.get("model_format"):
        draft.say(ManifestCode.KSERVE, ("kserve", "inference", "model_format"),
                  "kserve.inference.model_format is required", "write onnx, sklearn …")  # fmt: skip
    if kserve.get("api_version", "v1") not in ("v1", "v2", ""):
        draft.say(ManifestCode.KSERVE, ("kserve", "api_version"),
                  "kserve.api_version is neither v1 nor v2", "write one of them",
                  severity=WARNING)  # fmt: skip
