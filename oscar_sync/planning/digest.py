"""The digest of a plan: what would be done, and nothing else (product 6)."""

import hashlib
import json
from collections.abc import Iterable

from oscar_sync.model.field import Json
from oscar_sync.model.plan import Action, Blocked


def plan_digest(actions: Iterable[Action], blocked: Iterable[Blocked]) -> str:
    """Return 32 hex digits over actions and blocked steps.

    In it: kinds, steps with checksums, changes with before and after, live fingerprints, buckets
    kept and erased. Not in it: places, counts, seconds, notes, and fingerprints of secrets.
    """
    whole: Json = {
        "actions": [_of_action(action) for action in actions],
        "blocked": [[_of_action(item.action), item.code] for item in blocked],
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _of_action(action: Action) -> Json:
    return {
        "id": action.id,
        "live": action.preconditions.live_fingerprint,
        "changes": [
            [change.path, change.op]
            if change.is_sensitive
            else [change.path, change.op, change.before, change.after]
            for change in action.changes
        ],
        "keeps": [*sorted(kept.bucket for kept in action.keeps)],
        "erases": [*sorted(erased.bucket for erased in action.erases)],
        "steps": [[step.do, step.target, step.checksum] for step in action.steps],
    }
