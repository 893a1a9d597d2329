"""A plan and a report as JSON documents (product 6). Never with a secret."""

from typing import Final

from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.model.field import Json
from oscar_sync.model.origin import Origin
from oscar_sync.model.plan import (
    Action,
    Blocked,
    Category,
    Do,
    FieldChange,
    Kept,
    MemberEffect,
    Plan,
    Step,
)
from oscar_sync.render.changes import is_script, script_in_json
from oscar_sync.render.documents import json_text

FORMAT_VERSION: Final = "2.0"


def plan_document(plan: Plan) -> dict[str, Json]:
    """Return the plan document."""
    return {
        "format_version": FORMAT_VERSION,
        "summary": summary_document(plan),
        "set": plan.set_name,
        "source": {
            "settings": plan.source.settings_file,
            "files": plan.source.files,
            "services": plan.source.services,
            "narrowed": plan.source.narrowed,
        },
        "clusters": [
            {
                "id": cluster.id, "endpoint": cluster.endpoint, "identity": cluster.identity,
                "version": cluster.version, "ssl_verify": cluster.ssl_verify,
                "s3_endpoint": cluster.s3_endpoint,
                "live": cluster.live, "ours": cluster.ours, "unstamped": cluster.unstamped,
                "problem": cluster.problem,
                "status": str(cluster.reading),
            }
            for cluster in plan.clusters
        ],
        "actions": [action_document(action) for action in plan.actions],
        "drift": drift_entries(plan),
        "blocked": [blocked_document(item) for item in plan.blocked],
        "not_planned": [
            {"cluster": item.key.cluster, "service": item.key.name, "reason": item.reason}
            for item in plan.not_planned
        ],
        "left_alone": [
            {"cluster": item.key.cluster, "service": item.key.name, "message": item.message}
            for item in plan.left_alone
        ],
        "diagnostics": [diagnostic_document(item) for item in plan.diagnostics],
        "notes": [*plan.notes],
        "consents": [*plan.consents],
        "digest": plan.digest,
    }  # fmt: skip


def plan_json(plan: Plan) -> str:
    """Return the plan document as text."""
    return json_text(plan_document(plan))


def summary_document(plan: Plan) -> dict[str, Json]:
    """Return the counts of a plan."""
    loss = plan.loss
    counts: dict[str, Json] = {str(kind): count for kind, count in plan.counts().items()}
    return {
        "deletes": {
            "buckets": loss.buckets, "volumes": loss.volumes, "objects": loss.objects,
            "bytes": loss.size_bytes, "at_least": loss.is_at_least,
            "extra_objects": loss.extra_objects,
        },
        **counts,
        "blocked": len(plan.blocked),
        "not_planned": len(plan.not_planned),
        "drifted": len(plan.of_category(Category.DRIFTED)),
        "has_changes": plan.has_changes,
        "seconds": round(plan.seconds, 1),
        "store_restarts": plan.store_restarts,
    }  # fmt: skip


def action_document(action: Action) -> dict[str, Json]:
    """Return one action."""
    return {
        "id": action.id,
        "cluster": action.key.cluster,
        "service": action.key.name,
        "kind": str(action.kind),
        "reason": action.reason,
        "category": str(action.category),
        "changes": [_change(change) for change in action.changes],
        "keeps": [_kept(item) for item in action.keeps],
        "erases": [
            {
                "bucket": item.bucket, "objects": item.objects, "bytes": item.size_bytes,
                "at_least": item.is_at_least,
                "last_write": item.last_write.isoformat() if item.last_write else None,
                "shared_with": [*item.shared_with], "consent": item.consent,
            }
            for item in action.erases
        ],
        "members": [_member(effect) for effect in action.members],
        "preconditions": {
            "live_fingerprint": action.preconditions.live_fingerprint,
            "exists": action.preconditions.exists,
        },
        "sends": action.sends,
        "steps": [_step(step) for step in action.steps],
        "depends_on": [*action.depends_on],
        "seconds": action.seconds,
        "source": _source(action.origin),
        "notes": [*action.notes],
    }  # fmt: skip


def _member(effect: MemberEffect) -> dict[str, Json]:
    return {
        "cluster": effect.cluster,
        "service": effect.service,
        "endpoint": effect.endpoint,
        "fate": str(effect.fate),
        "live_fingerprint": effect.live_fingerprint,
        "keeps": [_kept(item) for item in effect.keeps],
    }


def _kept(item: Kept) -> dict[str, Json]:
    return {
        "bucket": item.bucket, "objects": item.objects, "bytes": item.size_bytes,
        "at_least": item.is_at_least, "shared_with": [*item.shared_with],
    }  # fmt: skip


def _step(step: Step) -> dict[str, Json]:
    document: dict[str, Json] = {"do": str(step.do), "target": step.target}
    if step.note:
        document["note"] = step.note
    if step.do is Do.UPLOAD:
        document["bytes"] = step.size_bytes
    if step.checksum:
        document["checksum"] = step.checksum
    return document


def blocked_document(item: Blocked) -> dict[str, Json]:
    """Return one blocked action with its reason and ways out."""
    return {
        **action_document(item.action),
        "category": str(Category.BLOCKED),
        "code": item.code,
        "message": item.message,
        "ways_out": [*item.ways_out],
        "consent": item.consent,
    }


def _change(change: FieldChange) -> dict[str, Json]:
    return {
        "path": change.path,
        "op": str(change.op),
        "before": _shown(change, change.before),
        "after": _shown(change, change.after),
        "cause": change.cause.value,
        "sensitive": change.is_sensitive,
        "source": _source(change.origin),
    }


def _shown(change: FieldChange, content: Json) -> Json:
    if is_script(change.path) and isinstance(content, str):
        return script_in_json(content)
    return content


def _source(origin: Origin | None) -> Json:
    if origin is None:
        return None
    return {
        "file": origin.file, "line": origin.line, "column": origin.column, "layer": origin.layer
    }  # fmt: skip


def drift_entries(plan: Plan) -> list[Json]:
    """Return what the clusters moved, field by field, with services that are missing there."""
    entries: list[Json] = []
    for action in plan.all_actions:
        changes: list[Json] = [
            _change(change) for change in action.changes if change.cause.is_drift
        ]
        if changes:
            entries.append(
                {
                    "cluster": action.key.cluster, "service": action.key.name, "changes": changes,
                }
            )  # fmt: skip
    return entries


def diagnostic_document(item: Diagnostic) -> dict[str, Json]:
    """Return one diagnostic."""
    return {
        "code": item.code,
        "severity": str(item.severity),
        "file": item.file,
        "line": item.line,
        "column": item.column,
        "path": item.path,
        "message": item.message,
        "remedy": item.remedy,
    }
