"""Images, and what works and deserves a warning."""

from typing import Final

from oscar_sync.documents.paths import dotted
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.model.fdl_fields import PROVIDERS
from oscar_sync.model.origin import FieldPath
from oscar_sync.semantics.images import image_fault
from oscar_sync.semantics.secret_names import names_secret

_SECRETS_OF = {
    kind.name: tuple(field.name for field in kind.children if field.is_secret) for kind in PROVIDERS
}


def both_spellings(draft: ServiceDraft) -> None:
    """Note that ``Variables`` and ``variables`` are used at once (oscar-clients 3.2)."""
    draft.say(
        ManifestCode.BOTH_VARIABLES,
        ("environment", "Variables"),
        "environment has Variables and variables; both are used, variables wins",
        "write all of them under variables",
    )


def check(draft: ServiceDraft) -> None:
    _image(draft)
    for name, value in (draft.block("environment").get("secrets") or {}).items():
        path: FieldPath = ("environment", "secrets", name)
        if value and path not in draft.elsewhere:
            _plain(
                draft,
                path,
                value,
                "leave it blank and use env_file or a variable that secrets_from_env lists",
            )
    for name, value in (draft.block("environment").get("variables") or {}).items():
        path = ("environment", "variables", name)
        if names_secret(name) and not _tells_nothing(value) and path not in draft.elsewhere:
            _plain(draft, path, value, "move it to environment.secrets, blank, and give its value "
                   "by env_file or a variable that secrets_from_env lists")  # fmt: skip
    _providers(draft)


def _tells_nothing(value: str) -> bool:
    return value.strip().lower() in _SWITCHES or value.isdecimal() or "$" in value


_SWITCHES: Final = frozenset({"", "true", "false", "yes", "no", "on", "off", "none"})


def _providers(draft: ServiceDraft) -> None:
    for kind, accounts in draft.block("storage_providers").items():
        for name, account in accounts.items():
            for key in _SECRETS_OF.get(kind, ()):
                if account.get(key) and account[key] != "hidden":
                    path = ("storage_providers", kind, name, key)
                    _plain(draft, path, account[key], "give it by an overlay with ${NAME}")


def _plain(draft: ServiceDraft, path: FieldPath, value: str, remedy: str) -> None:
    message = f"a secret value stands in plain text: {dotted(path)}"
    if draft.locator.written(path)[0].layer != "fdl":
        if "${" in str(_raw_at(draft, path)):
            return
    elif "${" in value:
        message = (
            f"{dotted(path)}: ${{NAME}} is not substituted in FDL files: it is sent as written"
        )
    draft.say(ManifestCode.PLAIN_SECRET, path, message, remedy)


def _raw_at(draft: ServiceDraft, path: FieldPath) -> object:
    """Return what the file has at *path*, before ``${NAME}`` was substituted."""
    origin, text = draft.locator.written(path)
    lines = text.splitlines()
    return lines[origin.line - 1] if 0 < origin.line <= len(lines) else ""


def _image(draft: ServiceDraft) -> None:
    image = draft.values.get("image", "")
    if not image:
        return
    is_interlink = bool(draft.values.get("interlink_node_name"))
    if fault := image_fault(image, is_interlink=is_interlink):
        draft.say(
            ManifestCode.IMAGE,
            ("image",),
            f"image {image} {fault}: it cannot be pulled",
            "write HOST/PATH:TAG, as in ghcr.io/grycap/cowsay:1.0",
        )
        return
    if "@" in image:
        return
    _, colon, tag = image.rpartition("/")[2].partition(":")
    if not colon or tag == "latest":
        draft.say(
            ManifestCode.MOVING_TAG,
            ("image",),
            f"image {image} has {'the tag latest' if colon else 'no tag'}: "
            "a new image under the same tag is not seen",
            "write a version's tag or a digest",
        )
