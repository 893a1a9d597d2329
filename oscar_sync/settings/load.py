"""Settings and oscar-cli's file from disk: the only part of the room that touches files."""

import errno
import os
import shlex
import stat
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.json_reader import read_document
from oscar_sync.documents.on_disk import is_exposed, real_path
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.places import Places
from oscar_sync.documents.private import is_of_a_tool, is_private
from oscar_sync.documents.reading import Fault, FaultKind
from oscar_sync.documents.scalars import Tree
from oscar_sync.documents.substitution import references
from oscar_sync.documents.text import decoded
from oscar_sync.errors import UsageError
from oscar_sync.model.origin import Origin
from oscar_sync.model.settings import Seed
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import ClusterSettings, Known, cli_entries, endpoint_entry
from oscar_sync.settings.logins import NOTEBOOK_TOKENS, LoginSources
from oscar_sync.settings.origins import allowed_origins
from oscar_sync.settings.reading import Loaded, read_settings

FILE_NAME: Final = "oscar-sync.yaml"
MISNAMED: Final = "oscar-sync.yml"  # as some write it: never read, since one name means one file
_LARGEST: Final = 4 << 20


def _nothing(path: str) -> None:
    del path


class Where(Struct, frozen=True):
    """Where to look. ``paths`` are the PATHs of the command; relative ones count from ``cwd``.

    ``looked_for`` is called with every file that decides, also of one that does not exist.
    """

    paths: Sequence[str]
    cwd: str
    settings_file: str = ""
    environ: Mapping[str, str] = MappingProxyType({})
    looked_for: Callable[[str], None] = _nothing


def load_settings(where: Where, findings: Findings) -> Loaded:
    """Raises UsageError: ``--settings`` names a file that does not exist."""
    path = find(where)
    _note_passed_over(where, path, findings)
    if not path:
        return Loaded(folder=_first_folder(where))
    shown = shown_path(path, where.cwd)
    folder = os.path.dirname(path)
    if _leads_outside(path, is_named=bool(where.settings_file)):
        findings.of_file(
            SettingsCode.OUTSIDE, shown, "is a link that leads out of the work tree",
            "write the settings themselves, or name what it leads to by --settings",
        )  # fmt: skip
        return Loaded(folder=folder, file=shown, path=path)
    text = _text(path, shown, SettingsCode.UNREADABLE, findings)
    if text is None:
        return Loaded(folder=folder, file=shown, path=path)
    places = Places(text, shown, "settings")
    tree = _tree(places, SettingsCode.NOT_YAML, findings)
    return read_settings(tree, places, folder, path, where.environ, findings)


def find(where: Where) -> str:
    if where.settings_file:
        path = os.path.normpath(os.path.join(where.cwd, where.settings_file))
        where.looked_for(path)
        if not os.path.isfile(path):
            raise UsageError(f"--settings {where.settings_file}: no such file")
        return path
    folder = _first_folder(where)
    root = _work_tree(folder)
    while True:
        path = os.path.join(folder, FILE_NAME)
        where.looked_for(path)
        if os.path.lexists(path):
            return path  # a folder or a link that leads nowhere is reported, not passed over
        if folder == root or folder == os.path.dirname(folder):
            return ""
        folder = os.path.dirname(folder)


def _leads_outside(path: str, *, is_named: bool) -> bool:
    """Tell whether *path* is a link out of its work tree, or to a private file, existing or not."""
    # A path that was named is still the repository's where it leads through a work tree: a link
    # there may lead anywhere (trust 4.3).
    tree = _work_tree(os.path.dirname(path))
    if not (os.path.exists(os.path.join(tree, ".git")) if is_named else os.path.islink(path)):
        return False
    below = os.path.relpath(real_path(path), real_path(tree))
    if below == os.path.relpath(path, tree):
        return False
    return below.split(os.sep)[0] == os.pardir or is_private(below)


def _note_passed_over(where: Where, used: str, findings: Findings) -> None:
    """Warn of a settings file that a reader would expect to be used, and is not (trust 1.6)."""
    # Looked at are the working directory and every folder between it and the PATHs.
    if where.settings_file:
        return
    for folder in dict.fromkeys(folder for path in where.paths for folder in _between(where, path)):
        path = os.path.join(folder, FILE_NAME)
        where.looked_for(path)
        if path != used and os.path.lexists(path):
            shown = shown_path(path, where.cwd)
            instead = shown_path(used, where.cwd) if used else "none"
            findings.of_file(
                SettingsCode.PASSED_OVER, shown,
                f"is not used; the settings of {where.paths[0]} are: {instead}",
                f"use it by --settings {shown}",
            )  # fmt: skip
        misnamed = os.path.join(folder, MISNAMED)
        where.looked_for(misnamed)
        if os.path.lexists(misnamed):
            findings.of_file(
                SettingsCode.PASSED_OVER, shown_path(misnamed, where.cwd),
                f"is not read: settings are called {FILE_NAME}", f"rename it to {FILE_NAME}",
            )  # fmt: skip


def _between(where: Where, path: str) -> list[str]:
    place = os.path.normpath(os.path.join(where.cwd, path))
    folder = place if os.path.isdir(place) else os.path.dirname(place)
    above, below = sorted((where.cwd, folder), key=len)
    if not f"{below}{os.sep}".startswith(above.rstrip(os.sep) + os.sep):
        return [where.cwd]
    folders = [below]
    while folders[-1] != above:
        folders.append(os.path.dirname(folders[-1]))
    return folders


def _first_folder(where: Where) -> str:
    path = os.path.normpath(os.path.join(where.cwd, where.paths[0] if where.paths else "."))
    return path if os.path.isdir(path) else os.path.dirname(path)


def _work_tree(folder: str) -> str:
    """Return the root of the git work tree of *folder*, *folder* itself outside of one."""
    above = folder
    while True:
        if os.path.exists(os.path.join(above, ".git")):
            return above
        if above == os.path.dirname(above):
            return folder
        above = os.path.dirname(above)


def _text(path: str, shown: str, code: SettingsCode, findings: Findings) -> str | None:
    try:
        raw = _content(path)
    except OSError as error:
        reason = error.strerror or str(error)
        findings.of_file(code, shown, f"cannot be read: {reason}", "make it readable")
        return None
    if len(raw) > _LARGEST:
        findings.of_file(code, shown, "is larger than 4 MiB", "make it smaller")
        return None
    text = decoded(raw)
    if isinstance(text, Fault):
        origin = Origin(shown, text.line, text.column, "settings")
        findings.add(code, origin, "", text.message, text.remedy)
        return None
    return text


def _content(path: str) -> bytes:
    """Raises OSError: not a regular file, or it cannot be read."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))  # a FIFO would wait
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return stream.read(_LARGEST + 1)


def _tree(places: Places, code: SettingsCode, findings: Findings) -> Tree:
    reading = read_document(places.text, is_json=places.file.endswith(".json"))
    for fault in reading.faults:
        is_duplicate = fault.kind is FaultKind.DUPLICATE and code is SettingsCode.NOT_YAML
        origin = Origin(places.file, fault.line, fault.column, places.layer)
        findings.add(
            SettingsCode.DUPLICATE_KEY if is_duplicate else code,
            origin, "", fault.message, fault.remedy, places.text,
        )  # fmt: skip
    if len(reading.documents) > 1:
        message = "has several YAML documents; one is read"
        findings.of_file(code, places.file, message, "delete the others")
    return reading.documents[0] if reading.documents else {}


def load_known(
    loaded: Loaded, where: Where, config: str, findings: Findings, *, has_url: bool
) -> Known:
    """Return all clusters that are known: the settings', oscar-cli's, OSCAR_ENDPOINT.

    oscar-cli's file is read, never written. ``has_url``: a flag names an address, so that a file
    that cannot be read does not stop a run.

    Raises:
        UsageError: ``--config`` names a file that does not exist.
    """
    entries, default = _cli(where, config, findings, is_needed=not has_url)
    endpoint = where.environ.get("OSCAR_ENDPOINT", "")
    environment = endpoint_entry(endpoint, "OSCAR_ENDPOINT") if endpoint else None
    return Known(loaded.clusters, loaded.aliases, entries, default, environment)


def _cli(
    where: Where, config: str, findings: Findings, *, is_needed: bool
) -> tuple[dict[str, ClusterSettings], str]:
    path = cli_file(where, config)
    where.looked_for(path)
    if not os.path.exists(path):
        if config:
            raise UsageError(f"--config {config}: no such file")
        return {}, ""
    shown = shown_path(path, where.cwd)
    own = Findings()
    text = _text(path, shown, SettingsCode.CLI_FILE, own)
    entries: dict[str, ClusterSettings] = {}
    default = ""
    if text is not None:
        places = Places(text, shown, "oscar-cli")
        tree = _tree(places, SettingsCode.CLI_FILE, own)
        if not own.has_error:
            entries, default = cli_entries(tree, places, own)
    if is_needed:
        findings.diagnostics.extend(own.diagnostics)
    return entries, default


def cli_file(where: Where, config: str) -> str:
    named = config or where.environ.get("OSCAR_CLI_CONFIG_FILE", "")
    home = where.environ.get("HOME", "") or os.path.expanduser("~")
    return absolute(where.cwd, named or os.path.join(home, ".oscar-cli", "config.yaml"))


def token_files(loaded: Loaded, where: Where, token_file: str) -> tuple[str, ...]:
    given = (token_file, where.environ.get("TOKEN_FILE_PATH", ""))
    written = (entry.fields.get("token_file", "") for entry in loaded.clusters.values())
    return (
        *(absolute(where.cwd, path) for path in given if path),
        *(absolute(loaded.folder, path) for path in written if path),
    )


def environment_of(where: Where, token_file: str, endpoints: Sequence[str] = ()) -> LoginSources:
    """Raises UsageError: what may have credentials is not named by origins."""
    path = os.path.normpath(os.path.join(where.cwd, token_file)) if token_file else ""
    variables = dict(where.environ)
    if variables.get("TOKEN_FILE_PATH"):
        variables["TOKEN_FILE_PATH"] = os.path.join(where.cwd, variables["TOKEN_FILE_PATH"])
    existing = frozenset(name for name in NOTEBOOK_TOKENS if os.path.exists(name))
    return LoginSources(variables, path, existing, allowed_origins(endpoints, variables))


def absolute(base: str, path: str) -> str:
    return os.path.normpath(os.path.join(base, path))


def check_seeds(
    loaded: Loaded, is_inside: Callable[[str], bool], cwd: str, findings: Findings
) -> None:
    for seed in loaded.seeds:
        real = real_path(seed.source)
        if not is_inside(real):
            findings.add(
                SettingsCode.SEED_OUTSIDE, seed.origin, "",
                f"seed {seed.shown_source} lies outside the settings' folder",
                f"move it, or allow it by --allow-outside {_named(seed, cwd)}",
                loaded.text,
            )  # fmt: skip
        elif any(map(is_private, (seed.shown_source, os.path.relpath(real, loaded.folder)))):
            findings.add(
                SettingsCode.SEED, seed.origin, "",
                f"seed {seed.shown_source} is private (.git, .env, keys): it is not uploaded",
                "seed other files", loaded.text,
            )  # fmt: skip
        elif not os.path.lexists(seed.source):
            findings.add(
                SettingsCode.SEED,
                seed.origin,
                "",
                f"seed {seed.shown_source} does not exist",
                "write a file or folder, relative to the settings file",
                loaded.text,
            )


def _named(seed: Seed, cwd: str) -> str:
    """Return a seed's source as an option takes it; one with a variable as it is written."""
    if references(seed.shown_source):
        return seed.shown_source
    return shown_path(seed.source, cwd)


def check_paths(loaded: Loaded, is_inside: Callable[[str], bool], findings: Findings) -> None:
    if loaded.places is None:
        return
    named = [
        ((*entry.at, key), entry.fields[key])
        for entry in loaded.clusters.values()
        for key in ("token_file", "ca_bundle")
        if entry.fields.get(key)
    ]
    for at, written in named:
        if references(written):
            continue  # an error by itself
        if written.startswith("~"):
            findings.at(
                SettingsCode.OUTSIDE, loaded.places, at,
                f"{written} begins with ~, which only a shell expands",
                "write the path in full",
            )  # fmt: skip
            continue
        real = real_path(absolute(loaded.folder, written))
        below = os.path.relpath(real, real_path(loaded.folder))
        if at[-1] == "token_file" and is_of_a_tool(below):
            findings.at(
                SettingsCode.OUTSIDE, loaded.places, at,
                f"{written} is private (.git, .env): it is not sent as a token",
                "write the path of a file that holds the token alone",
            )  # fmt: skip
        elif not is_inside(real):
            findings.at(
                SettingsCode.OUTSIDE, loaded.places, at,
                f"{written} lies outside the settings' folder",
                f"move it, or allow it by --allow-outside {absolute(loaded.folder, written)}",
            )  # fmt: skip
        elif at[-1] == "token_file" and is_exposed(real):
            findings.at(
                SettingsCode.READ_BY_OTHERS, loaded.places, at,
                f"{written} can be read by other users",
                f"run: chmod 600 {shlex.quote(real)}",
            )  # fmt: skip
