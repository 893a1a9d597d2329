"""What moved on the clusters, as text. Edits of the manifests are not in it."""

from oscar_sync.model.action import BUCKET_PREFIX, VOLUME_PREFIX, Action, ActionKind
from oscar_sync.model.amounts import plural
from oscar_sync.model.outcome import has_drift
from oscar_sync.model.plan import Plan
from oscar_sync.render.changes import script_lines, want_and_live
from oscar_sync.render.paint import SYMBOL_COLOURS, Paint, plain
from oscar_sync.render.words import key_width, safe


def moved(plan: Plan) -> list[Action]:
    """Return what is missing, has lost its hooks or differs because the cluster changed."""
    # Who has access to data comes first: that is a matter of security.
    drifted = [action for action in plan.all_actions if action.kind.is_drift or action.is_drifted]
    return sorted(drifted, key=lambda action: action.kind is not ActionKind.SHARE_BUCKET)


def origin_lines(action: Action) -> list[str]:
    """Return which commit a service was written from, if it says so."""
    return [f"last applied from commit {safe(action.revision)}"] if action.revision else []


def moved_lines(action: Action, width: int) -> list[tuple[str, list[str]]]:
    key = f"{action.key!s:<{width}}"
    if action.kind.is_creation:
        return [(f"{key} missing: {safe(action.reason)}", [])]
    if action.kind is ActionKind.HOOK:
        targets = ", ".join(step.target for step in action.steps)
        return [(f"{key} notifications: {targets}; remedy: oscar-sync apply --hooks", [])]
    lines = []
    for change in action.changes:
        if change.cause.is_drift:
            line = f"{key} {change.path}  {want_and_live(change)}   {change.cause.value}"
            lines.append((line, script_lines(change, is_whole=False)))
    return lines


def drift_text(plan: Plan, *, paint: Paint = plain) -> str:
    actions = moved(plan)
    width = key_width(action.key for action in actions)
    lines = []
    for action in actions:
        for line, diff in moved_lines(action, width):
            lines.append(f" {paint('!', SYMBOL_COLOURS['!'])} {safe(line)}")
            lines.extend(f"         {text}" for text in diff)
        lines.extend(f"         {line}" for line in origin_lines(action))
    unread = paint("?", SYMBOL_COLOURS["?"])
    lines.extend(
        f" {unread} {safe(f'{cluster.id} ({cluster.endpoint}): {cluster.problem}')}"
        for cluster in plan.clusters
        if cluster.problem
    )
    notes = ([plan.source.narrowed] if plan.source.narrowed else []) + [*plan.notes]
    lines.extend(f"   note   {safe(note)}" for note in notes)
    return "\n".join([*lines, drift_sentence(plan)]) + "\n"


def drift_sentence(plan: Plan) -> str:
    read = [cluster.id for cluster in plan.clusters if not cluster.problem]
    if not read:
        return "Nothing was compared: no cluster could be read."
    count = plural(plan.source.services - len(plan.not_planned), "service")
    lost = f"; {len(plan.not_planned)} not compared" if plan.not_planned else ""
    compared = f"{count} compared with {safe(', '.join(read))}{lost}"
    if not has_drift(plan):
        return f"No drift: {compared}."
    names = [action.key.name for action in moved(plan)]
    buckets, volumes = (
        sum(name.startswith(prefix) for name in names) for prefix in (BUCKET_PREFIX, VOLUME_PREFIX)
    )
    counts = {"service": len(names) - buckets - volumes, "bucket": buckets, "volume": volumes}
    what = ", ".join(plural(number, noun) for noun, number in counts.items() if number)
    return f"Drift: {what}{'; ' if buckets or volumes else ' of '}{compared}."
