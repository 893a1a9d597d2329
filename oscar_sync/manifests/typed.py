"""An FDL service to typed values, by the table of its fields, as the server takes them."""

from collections.abc import Iterable
from typing import Final

from oscar_sync.documents.scalars import Tree
from oscar_sync.documents.typed import FieldReader, ValuePart, Wrong
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.findings import unknown_key
from oscar_sync.model.fdl_fields import BY_NAME, REMOVED_KEYS, SERVER_OWNED
from oscar_sync.model.field import Field
from oscar_sync.model.origin import FieldPath
from oscar_sync.semantics.strings import SURE, Fate, StringPlace, unusable, verdict

_REMOVED_EXPOSE: Final = {
    "port": "v3.1.0: write api_port",
    "max_replicas": "v2.7.1: write max_scale",
    "top_cpu": "v2.7.1: write cpu_threshold",
}
_TRIMMED: Final[dict[str | int, str]] = {"input": " /", "output": " /", "volume": " "}
"""What the server takes off both ends before it stores a text below these (oscar-server 3.1)."""
_ENTRY_PLACES: Final = {
    "variables": StringPlace.ENV_VALUE,
    "annotations": StringPlace.ANNOTATION_VALUE,
}


def fill(draft: ServiceDraft) -> None:
    draft.values.update(_ServiceReader(draft).block(BY_NAME, draft.raw, ()))


class _ServiceReader(FieldReader):
    required_by = " by the server"
    sure = SURE

    def __init__(self, draft: ServiceDraft) -> None:
        self.draft = draft

    def say(self, wrong: Wrong, path: FieldPath, message: str, remedy: str) -> None:
        self.draft.say(ManifestCode[wrong.name], path, message, remedy)

    def shown(self, path: FieldPath) -> str:
        return self.draft.dotted(path)

    def unknown(self, key: str, known: Iterable[str], path: FieldPath) -> None:
        _unknown(self.draft, key, known, path)

    def instead_of(self, field: Field, value: Tree) -> str:
        if not (isinstance(value, list) and len(value) == 1 and isinstance(value[0], str)):
            return "write the value in quotes"
        placeholder = "" if field.is_secret else f" [{value[0]}]"
        return f"replace the placeholder{placeholder} by the value itself, without brackets"

    def check(self, field: Field, part: ValuePart, text: str, path: FieldPath) -> None:
        # Values of environment.secrets are kept in a Kubernetes Secret, not in the YAML.
        is_entry = field.is_secret and part is ValuePart.ENTRY
        is_apart = field.name == "script" or (is_entry and path[0] == "environment")
        if is_apart and (field.name != "script" or "\n" in text):
            judge_use(self.draft, text, StringPlace.SCRIPT, path)
        if not is_apart:
            place, kept = _as_stored(field, part, text, path[0])
            is_secret = field.is_secret and part is not ValuePart.KEY
            judge(self.draft, kept, place, path, is_secret=is_secret)


def _as_stored(field: Field, part: ValuePart, text: str, top: str | int) -> tuple[StringPlace, str]:
    """Return where *text* is stored, and without the blanks that the server takes off."""
    match part:
        case ValuePart.WHOLE:
            return StringPlace.FIELD, text.strip(_TRIMMED[top]) if top in _TRIMMED else text
        case ValuePart.ITEM:
            return StringPlace.ITEM, text.strip() if field.name == "allowed_users" else text
        case ValuePart.KEY:
            return StringPlace.ENV_NAME if top == "environment" else StringPlace.KEY, text
        case ValuePart.ENTRY:
            return _ENTRY_PLACES.get(field.name, StringPlace.FIELD), text


def _unknown(draft: ServiceDraft, key: str, known: Iterable[str], path: FieldPath) -> None:
    where = draft.dotted((*path, key))
    if not path and key in SERVER_OWNED:
        draft.say(
            ManifestCode.SERVER_OWNED,
            (key,),
            f"{where} is set by the server; the value is not sent",
            "nothing to do; the line can be deleted",
        )
        return
    removed = (REMOVED_KEYS if not path else {}).get(key) or (
        _REMOVED_EXPOSE.get(key) if path == ("expose",) else None
    )
    if removed:
        release, _, remedy = removed.partition(": ")
        draft.say(
            ManifestCode.REMOVED_KEY,
            (*path, key),
            f"{where} is unknown to servers since {release.removeprefix('v')} and is ignored",
            remedy,
        )
        return
    code, message, remedy = unknown_key(where, key, known)
    draft.say(code, (*path, key), message, remedy)


def judge(
    draft: ServiceDraft, text: str, place: StringPlace, path: FieldPath, *, is_secret: bool = False
) -> None:
    """Note it if the server refuses, alters or chokes on *text* (oscar-server 3.4)."""
    if judge_use(draft, text, place, path):
        return
    judged = verdict(text, place)
    if judged.fate is Fate.SAME:
        return
    what = "the name" if place in (StringPlace.ENV_NAME, StringPlace.KEY) else "the value"
    is_hidden = is_secret or draft.masks.shown(str(path[0]), text) is not None
    match judged.fate:
        case Fate.POISONS:
            fault = f"{what} makes the service, and the cluster's whole list, unreadable"
        case Fate.REFUSED:
            fault = f"{what} is refused by the server"
        case _ if judged.becomes is None or is_hidden:
            fault = f"{what} does not come back from the server as it was sent"
        case _:
            fault = f"{what} comes back from the server as {judged.becomes!r}, not as it was sent"
    draft.say(ManifestCode.STRING, path, f"{draft.dotted(path)}: {fault}", _string_remedy(text))


def judge_use(draft: ServiceDraft, text: str, place: StringPlace, path: FieldPath) -> bool:
    """Note it if nobody can use *text*; tell whether that is so."""
    fault = unusable(text, place)
    if fault:
        what = "the name" if place in (StringPlace.ENV_NAME, StringPlace.KEY) else "the value"
        draft.say(ManifestCode.STRING, path, f"{draft.dotted(path)}: {what} {fault}",
                  "write it in whole characters, or encode it (base64)")  # fmt: skip
    return bool(fault)


def _string_remedy(text: str) -> str:
    if "\r" in text:
        return "use LF line ends"
    if text != text.strip():
        return "remove the spaces at both ends"
    if text.startswith(("-", "?")):
        return "do not begin it with - or ?"
    return "write it in one line without tabs, or encode it (base64) and decode it in the script"
