"""A plan as Markdown for a pull request's comment: the gist open, the rest folded."""

from oscar_sync.model.plan import Action, Blocked, FieldChange, Plan
from oscar_sync.render.plan_text import summary
from oscar_sync.render.words import SYMBOLS, erased, headline, in_markdown, kept, value

_LIMIT = 60_000


def plan_markdown(plan: Plan, *, title: str = "oscar-sync plan") -> str:
    """Return the plan as Markdown, within the size of a comment: what does not fit is counted."""
    parts = [f"### {title}", "", in_markdown(summary(plan)), ""]
    parts.extend(
        f"- **{in_markdown(cluster.id)}** {'could not be read: ' + in_markdown(cluster.problem)}"
        for cluster in plan.clusters
        if cluster.problem
    )
    blocks = [
        *(_action(action) for action in plan.actions if action.erases),
        *(_blocked(item) for item in plan.blocked),
        *(_action(action) for action in plan.actions if not action.erases),
        *(
            f"- {in_markdown(item.key.__str__())}: {in_markdown(item.message)}"
            for item in plan.left_alone
        ),
    ]
    return _within_limit(parts, blocks, plan)


def _within_limit(parts: list[str], blocks: list[str], plan: Plan) -> str:
    tail = [*(f"> {in_markdown(note)}" for note in plan.notes), "", f"Digest `{plan.digest}`", ""]
    room = _LIMIT - sum(len(line) + 1 for line in (*parts, *tail))
    left = 0
    for block in blocks:
        if left or len(block) + 1 > room:
            left += 1
            continue
        parts.append(block)
        room -= len(block) + 1
    if left:
        parts.append(f"… and {left} more, cut to fit: run `oscar-sync plan`.")
    return "\n".join([*parts, *tail])


def _action(action: Action) -> str:
    title = (
        f"<code>{in_markdown(SYMBOLS[action.kind])}</code> <b>{in_markdown(str(action.key))}</b> "
    )
    lines = [f"<details><summary>{title}{in_markdown(headline(action))}</summary>", ""]
    if action.changes:
        lines += ["| field | live | wanted | cause |", "|---|---|---|---|"]
        lines += [_row(change) for change in action.changes]
    lines += [f"- erases {in_markdown(erased(item))}" for item in action.erases]
    lines += [f"- keeps {in_markdown(kept(item))}" for item in action.keeps]
    lines += [f"- {in_markdown(note)}" for note in action.notes]
    return "\n".join([*lines, "", "</details>"])


def _row(change: FieldChange) -> str:
    cells = (change.path, value(change.before), value(change.after), change.cause.value)
    return "| " + " | ".join(in_markdown(cell) for cell in cells) + " |"


def _blocked(item: Blocked) -> str:
    title = (
        f"- :no_entry: **{in_markdown(str(item.action.key))}** {in_markdown(str(item.action.kind))}"
    )
    lines = [f"{title} blocked (`{item.code}`): {in_markdown(item.message)}"]
    lines += [f"  - way out: {in_markdown(way)}" for way in item.ways_out]
    return "\n".join(lines)
