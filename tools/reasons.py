"""The page of reasons: why a step is blocked, gathered from the calls that block one."""

import ast
import re
import textwrap
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

PLANNING = Path(__file__).parents[1] / "oscar_sync" / "planning"
_INTRODUCTION = """\
A blocked step is not sent; the rest of the plan is, and `apply` ends with 7. `oscar-sync plan`
prints each blocked step with its code, the reason (`…` stands for names), and every way to
continue. A permission that lets the step pass is named here too; what it lets happen:
[consent.md](consent.md)."""
# Where the sentences are mostly computed, or many, this says what they have in common.
MEANINGS = {
    "bucket-in-use": "another service uses the bucket that is to be deleted",
    "cannot-attach": "the create may not name a bucket that exists, and no update can attach it",
    "cannot-close": "`close_access` cannot close the bucket: the release, or how it was opened",
    "cannot-detach": "no update can detach its buckets; deleting the service would delete them",
    "cannot-rename": "the rename would lose something, or two services have one new name",
    "endpoint-not-allowed": "no credentials may be sent to the address of the seed's provider",
    "erases-user-buckets": "the server would delete per-user buckets (`--allow erase:…`)",
    "foreign-bucket": "somebody else made the bucket, or more people would have access to it",
    "image-not-allowed": "the cluster does not allow the image",
    "member-taken": "what is on the member is not this origin's worker: OSCAR would overwrite it",
    "name-not-unique": "several services have that name: requests by name cannot tell them apart",
    "needs-user-login": "only its owner's token can give or take back the bucket's visibility",
    "not-my-bucket": "another user owns the bucket, or it is not known who does",
    "not-ours": "another set manages the service or bucket, or it is another user's",
    "quota": "the quota has no room for another bucket, or for the volume",
    "secret-values-missing": "no value is known for a secret",
    "seed-source-empty": "the seed's source is missing or empty: `delete_extra` would delete all",
    "still-declared": "what is to be deleted is still declared",
    "too-many-removals": "more services are no longer in the manifests than `max_removals` says",
    "unreadable-seed": "a file of the seed cannot be read, or not be uploaded under its name",
    "unsupported-by-server": "the cluster's release, or its configuration, cannot do it",
    "unsupported-update": "OSCAR cannot make the change by an update",
    "volume-deleting": "the volume is being deleted, with its content",
    "volume-exists": "a volume of the name exists, or the settings make it: leave `size` out",
    "volume-in-use": "another service uses the volume that would be deleted",
}


class Reason(NamedTuple):
    """A code with one of its sentences and the ways out that go with it."""

    code: str
    sentence: str
    ways_out: tuple[str, ...]


def reasons() -> list[Reason]:
    """Return every reason that planning can give, by code; text that is computed is `…`."""
    found = {
        reason
        for path in PLANNING.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for reason in _reason(call)
    }
    return sorted(found)


def page() -> str:
    """Return the page."""
    lines = ["# Why a step is blocked", "", _INTRODUCTION, ""]
    for code, found in groupby(reasons(), key=lambda reason: reason.code):
        told = [*found]
        sentences = MEANINGS.get(code) or "; ".join(dict.fromkeys(one.sentence for one in told))
        permissions = dict.fromkeys(
            f"`{word}`" for one in told for word in re.findall(r"--allow \S+:…", str(one.ways_out))
        )
        allowed = f" ({', '.join(permissions)})" if permissions else ""
        lines.append(_item(f"- `{code}`: {sentences}{allowed}"))
    return "\n".join(lines) + "\n"


def _item(text: str) -> str:
    return textwrap.fill(
        text, 100, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def _reason(call: ast.Call) -> Iterator[Reason]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name not in {"Reason", "needs_consent"} or not isinstance(call.args[0], ast.Constant):
        return
    code, sentence, *rest = map(_text, call.args)
    ways = rest[1:] if name == "needs_consent" else rest
    if name == "needs_consent":
        ways.append(f"--allow {_word(call.args[2])}")
    yield Reason(code, sentence, tuple(way for way in ways if way))


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return re.sub(r"…(\W*…)*", "…", "".join(map(_text, parts)))
        case ast.Tuple(elts=parts):
            return "; ".join(map(_text, parts))
        case _:
            return "…"


def _word(node: ast.expr) -> str:
    match node:
        case ast.Call(args=[ast.Attribute(attr=word), *_]):
            return f"{word.lower().replace('_', '-')}:…"
        case _:
            return "…"
