"""The script of a service: a path beside its FDL file, an absolute one, or inline text."""

import os
from shlex import quote
from typing import Final

from oscar_sync.documents.on_disk import real_path
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.text import unix_lines
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.load.files import OutsideError, PrivateError, TooLargeError, reason_of
from oscar_sync.manifests.load.reader import Reader
from oscar_sync.model.origin import Origin

LARGEST_SCRIPT: Final = 1 << 20
_SCRIPT: Final = ("script",)


def load_script(draft: ServiceDraft, reader: Reader, cwd: str) -> None:
    written = draft.values.get("script", "")
    if not written:
        return  # found missing already
    if "\n" in written or "\r" in written:
        draft.values["script"] = unix_lines(written)
        _hold_to_beginning(draft, written, "the script")
        return
    if "{{" in written:
        draft.say(
            ManifestCode.TEMPLATE, _SCRIPT,
            f"script {written} is a line of a template that was not rendered",
            "render the template first, or write the script's path",
        )  # fmt: skip
        return
    layers = draft.locator.layers
    folder = layers[0].folder if len(layers) == 1 else draft.locator.layer_of(_SCRIPT).folder
    path = os.path.normpath(os.path.join(folder, written))
    text = _read(draft, reader, path, written, cwd)
    if text is None:
        return
    if not text:
        draft.say(
            ManifestCode.REQUIRED,
            _SCRIPT,
            f"script {written} is empty: the server wants one",
            "write the script",
        )
    _hold_to_beginning(draft, text, f"script {written}", shown_path(path, cwd))
    if "\0" in text:
        line = text.partition("\0")[0].count("\n") + 1
        draft.say(
            ManifestCode.STRING,
            _SCRIPT,
            f"{written}:{line}: the script contains a NUL character",
            "remove it: a shell does not read beyond it",
        )
    draft.values["script"] = unix_lines(text)
    draft.elsewhere[_SCRIPT] = Origin(shown_path(path, cwd), 1, 1)


def _hold_to_beginning(draft: ServiceDraft, text: str, what: str, file: str = "") -> None:
    """Note a byte order mark: the kernel then finds no ``#!``, and the shell no first command."""
    if text.startswith("\ufeff"):
        command = f": sed -i '1s/^\\xEF\\xBB\\xBF//' {quote(file)}" if file else ""
        draft.say(
            ManifestCode.STRING,
            _SCRIPT,
            f"{what} begins with a byte order mark (BOM)",
            f"save it as UTF-8 without BOM{command}",
        )


def _read(draft: ServiceDraft, reader: Reader, path: str, written: str, cwd: str) -> str | None:
    try:
        return reader.shared_text(path, LARGEST_SCRIPT)
    except FileNotFoundError:
        _missing(draft, reader, written, cwd)
        return None
    except OutsideError:
        draft.say(
            ManifestCode.SCRIPT_OUTSIDE, _SCRIPT,
            f"script {written} lies outside the settings' folder",
            f"move it, or allow it by --allow-outside {shown_path(path, cwd)}",
        )  # fmt: skip
        return None
    except PrivateError:
        draft.say(
            ManifestCode.PRIVATE, _SCRIPT,
            f"script {written} is private (.git, .env, keys, log-ins): it is not read",
            "write the path of a script",
        )  # fmt: skip
        return None
    except TooLargeError:
        draft.say(
            ManifestCode.TOO_LARGE, _SCRIPT,
            f"script {written} is over 1 MiB; definition and script must fit one ConfigMap",
            "put data into a bucket or the image",
        )  # fmt: skip
        return None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        draft.say(
            ManifestCode.NOT_UTF8,
            _SCRIPT,
            f"script {written} is not UTF-8 (line {line})",
            "save it as UTF-8 text",
        )
        return None
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        draft.say(ManifestCode.SCRIPT_UNREADABLE, _SCRIPT,
                  f"script {written} cannot be read: {reason}",
                  "write the path of a readable file")  # fmt: skip
        return None


def _missing(draft: ServiceDraft, reader: Reader, written: str, cwd: str) -> None:
    where = "" if os.path.isabs(written) else " next to the FDL file"
    remedy = "write a path relative to the FDL file"
    beside = real_path(os.path.join(cwd, written))
    if not os.path.isabs(written) and reader.scope.holds(beside) and os.path.exists(beside):
        where += " (it is relative to the working directory)"
    elif " " in written.strip():
        remedy = "an inline script needs a line break: write `script: |` and the lines below it"
    draft.say(
        ManifestCode.SCRIPT_MISSING,
        _SCRIPT,
        f"script {written} does not exist{where}",
        remedy,
    )
