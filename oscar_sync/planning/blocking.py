"""What guards say: a blocked action with its stable code and every remedy (safety 2, 3)."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from oscar_sync.model.action import Action
from oscar_sync.model.consent import Consent, Word
from oscar_sync.model.plan import Blocked

_ALLOW: Final = "--allow "


class Reason(Struct, frozen=True):
    code: str
    message: str
    ways_out: tuple[str, ...] = ()
    consent: str = ""


class Judgement(Struct, frozen=True):
    """Why something is blocked, if it is, and the consents without which more would be."""

    reason: Reason | None = None
    used: frozenset[Consent] = frozenset()


def judged(*verdicts: Judgement | Reason | None) -> Judgement:
    """Return the first reason there is, with the consents that any of *verdicts* used."""
    # Where it asks for a consent, it holds all that the others ask for: nobody is asked twice.
    reasons = (one.reason if isinstance(one, Judgement) else one for one in verdicts)
    used = (one.used for one in verdicts if isinstance(one, Judgement))
    given = [one for one in reasons if one is not None]
    if not (given and given[0].consent):
        return Judgement(given[0] if given else None, union(used))
    return Judgement(_at_once([one for one in given if one.consent]), union(used))


def _at_once(reasons: Sequence[Reason]) -> Reason:
    """Return one reason for all of *reasons*, with one remedy that gives every consent."""
    ways = dict.fromkeys(way for one in reasons for way in one.ways_out)
    given = [way for way in ways if way.startswith(_ALLOW)]
    words = " ".join(given).split(_ALLOW)[1:]
    flags = dict.fromkeys(f"{_ALLOW}{word.strip()}" for word in words)
    first, *further = dict.fromkeys(one.message for one in reasons)
    shown = further if len(further) < 2 else [f"{len(further)} more, with their permissions below"]
    message = "; ".join([first, *shown])
    others = (way for way in ways if way not in given)
    return replace(reasons[0], message=message, ways_out=(*others, " ".join(flags)))


def union(consents: Iterable[frozenset[Consent]]) -> frozenset[Consent]:
    return frozenset[Consent]().union(*consents)


def needs_consent(code: str, message: str, consent: Consent, *others: str) -> Reason:
    return Reason(code, message, (*others, f"{_ALLOW}{consent}"), consent=str(consent))


def replace_reason(name: str, fields: tuple[str, ...], why: str) -> Reason:
    """Return why a change that no PUT can make is blocked (oscar-server 4.3).

    *why* is blank where the fields alone are the reason.
    """
    because = f": {why}" if why else ""
    return needs_consent(
        "needs-replace",
        f"{', '.join(fields)} cannot change while the service exists{because}",
        Consent(Word.REPLACE, name),
        "put the live value back into the manifest",
    )


def take_over_reason(name: str, whose: str) -> Reason:
    return needs_consent(
        "not-ours",
        f"it is {whose}",
        Consent(Word.TAKE_OVER, name),
        "remove it from the manifests, or give the service another name",
    )


def whose_words(owner: str) -> str:
    """Return whose a bucket is. One that an update made has no tag, and then nobody can tell."""
    return f"belongs to {owner}" if owner else "has no owner tag"


def attach_reason(name: str, bucket: str, why: str) -> Reason:
    return needs_consent(
        "foreign-bucket",
        f"bucket {bucket} {why}",
        Consent(Word.ATTACH, name, bucket),
        "use another bucket",
    )


def blocked(action: Action, reason: Reason) -> Blocked:
    return Blocked(action, reason.code, reason.message, reason.ways_out, reason.consent)


def first_of(*reasons: Reason | None) -> Reason | None:
    return next((reason for reason in reasons if reason is not None), None)
