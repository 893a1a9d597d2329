"""Services that are created or updated, in the order of writing, and what is seeded after them."""

from msgspec.structs import replace

from oscar_sync.model.consent import Consent
from oscar_sync.model.form import Form
from oscar_sync.model.identity import ServiceName
from oscar_sync.model.state import DesiredService
from oscar_sync.planning.context import Context
from oscar_sync.planning.creating import decide_create
from oscar_sync.planning.decision import Decision
from oscar_sync.planning.notes import push_notes, unmarked_notes
from oscar_sync.planning.ownership import Standing
from oscar_sync.planning.secrets import SecretFindings
from oscar_sync.planning.seeding import decide_seeds, seed_after
from oscar_sync.planning.updating import decide_update
from oscar_sync.semantics.flow import in_writing_order


def decide_written(context: Context, *, with_seeds: bool) -> tuple[list[Decision], list[str]]:
    """Return the decisions of each desired service in writing order, then seeds; and notes."""
    forms: dict[ServiceName, Form] = {
        name: service.form for name, service in context.desired.items()
    }
    decisions: list[Decision] = []
    seeds: list[Decision] = []
    not_compared: list[str] = []
    left: list[str] = []
    unmarked: list[ServiceName] = []
    pushing: set[Consent] = set()
    for name in in_writing_order(forms):
        wanted = context.desired[name]
        decision, secrets = _of_service(context, wanted)
        pushing |= secrets.used
        left.extend(f"{wanted.key} {secret}" for secret in secrets.left)
        if decision is None:
            not_compared.extend(f"{wanted.key} {secret}" for secret in secrets.not_compared)
            unmarked.extend([name] if _is_unmarked(context, name) else [])
        else:
            context.note(decision)
            decisions.append(replace(decision, used=decision.used | secrets.used))
        if with_seeds:
            seeds.extend(seed_after(decision, item) for item in decide_seeds(context, wanted))
    notes = [*push_notes(context, pushing), *unmarked_notes(context, unmarked)]
    if not_compared:
        notes.append(
            "not compared, because the cluster has no fingerprint made with this key: "
            f"{', '.join(not_compared)} (set OSCAR_SYNC_FINGERPRINT_KEY or keep .oscar-sync/key; "
            "push-secrets:SERVICE sends them)"
        )
    if left:
        notes.append(
            f"still injected, although no manifest declares them: {', '.join(left)} (OSCAR "
            "deletes the last secrets only with the service: remove it (its data stays), and "
            "apply)"
        )
    return [*decisions, *seeds], notes


def _is_unmarked(context: Context, name: ServiceName) -> bool:
    live = context.facts.view.services[name]
    return bool(context.settings.set_name) and context.standing(live) is Standing.UNSTAMPED


def _of_service(context: Context, wanted: DesiredService) -> tuple[Decision | None, SecretFindings]:
    if olds := context.renamed.get(wanted.key.name):
        from oscar_sync.planning.renaming import decide_rename  # most plans rename nothing

        return decide_rename(context, wanted, olds)
    live = context.facts.view.services.get(wanted.key.name)
    if live is None or wanted.key.name in context.planned.gone:
        return decide_create(context, wanted), SecretFindings()
    return decide_update(context, wanted, live)
