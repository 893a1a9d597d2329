"""The digest of a plan: what would be done and sent, where, and what is lost by it (trust 1.2)."""

import hashlib
import json
from typing import Final

from oscar_sync.documents.text import text_hash
from oscar_sync.model.action import Action, MemberEffect
from oscar_sync.model.field import Json
from oscar_sync.model.plan import ClusterSummary, Plan
from oscar_sync.model.step import Step

_LONG: Final = 256


def plan_digest(plan: Plan) -> str:
    """Return 32 hex digits over the actions and blocked steps, and the clusters they are for."""
    # In it: id, identity and address of each such cluster, whether its certificate is checked, and
    # the address of its store where the settings name one; kinds, steps with checksums, each field
    # before and after, what requests carry (secrets by keyed fingerprint), live fingerprints,
    # buckets kept, buckets deleted with what they hold, consents. Not in it: places, seconds,
    # notes.
    named = {action.key.cluster for action in plan.all_actions}
    whole: Json = {
        "clusters": [_of_cluster(cluster) for cluster in plan.clusters if cluster.id in named],
        "actions": [_of_action(action) for action in plan.actions],
        "blocked": [[_of_action(item.action), item.code] for item in plan.blocked],
        "consents": [*plan.consents],
        **({"waves": [[*wave] for wave in plan.waves]} if plan.waves else {}),
    }
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _of_cluster(cluster: ClusterSummary) -> Json:
    where: list[Json] = [cluster.id, cluster.identity, cluster.endpoint, cluster.ssl_verify]
    return [*where, cluster.s3_endpoint] if cluster.s3_endpoint else where


def _of_member(effect: MemberEffect) -> Json:
    kept: list[Json] = [*sorted(item.bucket for item in effect.keeps)]
    names: list[Json] = [effect.cluster, effect.service, effect.endpoint, effect.fate]
    return [*names, effect.live_fingerprint, kept]


def _of_action(action: Action) -> Json:
    return {
        "id": action.id,
        "live": action.preconditions.live_fingerprint,
        "sends": action.sends,
        "changes": [
            [change.path, change.op, _short(change.before), _short(change.after)]
            for change in action.changes
        ],
        "keeps": [*sorted(kept.bucket for kept in action.keeps)],
        "erases": [
            [
                item.bucket, item.objects, item.size_bytes, item.is_at_least,
                item.last_write.isoformat() if item.last_write else None, item.consent,
            ]
            for item in sorted(action.erases, key=lambda item: item.bucket)
        ],
        "steps": [_of_step(step) for step in action.steps],
        "members": [_of_member(effect) for effect in action.members],
        **({"renamed_from": [action.renamed_from, action.preconditions.old_fingerprint]}
           if action.renamed_from else {}),
    }  # fmt: skip


def _of_step(step: Step) -> Json:
    said: list[Json] = [step.do, step.target, step.checksum]
    return [*said, step.access[0], [*step.access[1]]] if step.access else said


def _short(value: Json) -> Json:
    """Return a long text by its hash: a thousand services may share a script of a megabyte."""
    is_long = isinstance(value, str) and len(value) > _LONG  # pragma: no mutate - either is bound
    return [text_hash(str(value))] if is_long else value
