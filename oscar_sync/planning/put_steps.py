"""The PUTs of an update, an adoption or a leave: one, or several where one would stop uploads."""

from collections.abc import Iterable, Sequence
from typing import Final

from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.form import Form
from oscar_sync.model.state import LiveService
from oscar_sync.model.step import Do, Step
from oscar_sync.planning.context import Context
from oscar_sync.semantics.buckets import inputs, mounted_alone
from oscar_sync.semantics.capabilities import TOKEN_CHANGES, shown_release
from oscar_sync.semantics.restarts import restarts_of_put

_ACCESS: Final = "changes who has access, while the buckets are named"


def put_steps(live: Form, wanted: Form, before: Sequence[Form], note: str = "") -> tuple[Step, ...]:
    """Return a step for each of the PUTs that turn *live* into *wanted*, *before* it in turn.

    *note* says what the last one detaches where it is not the second half of a detach and attach.
    """
    name, last, places = wanted.name, len(before) - 1, _places(inputs(wanted))
    steps = []
    stands = live
    for at, form in enumerate(before):
        restarts, is_detach = restarts_of_put(stands, form), at == last
        words = f"detaches {places}, with all other changes" if is_detach else _ACCESS
        steps.append(Step(Do.PUT, name, words, restarts=restarts, is_detach=is_detach))
        stands = form
    words = f"attaches {places} again, with a new token" if before else note
    restarts, is_detach = restarts_of_put(stands, wanted), bool(note and not before)
    return (*steps, Step(Do.PUT, name, words, restarts=restarts, is_detach=is_detach))


def waking_consents(context: Context, live: LiveService, wanted: Form) -> frozenset[Consent]:
    if not context.facts.view.is_admin or mounted_alone(wanted) is None:
        return frozenset()
    return context.consents_to(Consent(Word.WAKE_MOUNT, live.key.name, cluster=live.key.cluster))


def waking_step(live: LiveService) -> tuple[Step, ...]:
    """Return the create that is refused, by which an administrator's mount is let through again."""
    note = "with a blank input path: OSCAR refuses it, makes nothing, and mounts for administrators"
    return (Step(Do.POST, live.key.name, note),)


def token_notes(context: Context, wanted: Form, before: Sequence[Form]) -> tuple[str, ...]:
    view = context.facts.view
    if not TOKEN_CHANGES.holds(view.release):
        return ()
    notes = [f"OSCAR {shown_release(view.release)} gives the service a new token with each update"]
    if before:
        notes.append(
            f"uploads to {_places(inputs(wanted))} start nothing between its requests: what is "
            "uploaded then must be uploaded again"
        )
    return tuple(notes)


def _places(places: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{bucket}/{folder}/" for bucket, folder in dict.fromkeys(places))
