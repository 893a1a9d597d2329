"""Settings and oscar-cli's file from disk: the only part of the room that touches files."""

import os

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.places import Places
from oscar_sync.errors import UsageError
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import ClusterSettings, Known, cli_entries, endpoint_entry
from oscar_sync.settings.load.discovery import (
    Where,
    find,
    first_folder,
    leads_outside,
    note_passed_over,
)
from oscar_sync.settings.load.files import text_of, tree_of
from oscar_sync.settings.load.named_files import absolute
from oscar_sync.settings.reading import Loaded, read_settings


def load_settings(where: Where, findings: Findings) -> Loaded:
    """Raises UsageError: ``--settings`` names a file that does not exist."""
    path = find(where)
    note_passed_over(where, path, findings)
    if not path:
        return Loaded(folder=first_folder(where))
    shown = shown_path(path, where.cwd)
    folder = os.path.dirname(path)
    if leads_outside(path, is_named=bool(where.settings_file)):
        findings.of_file(
            SettingsCode.OUTSIDE, shown, "is a link that leads out of the work tree",
            "write the settings themselves, or name what it leads to by --settings",
        )  # fmt: skip
        return Loaded(folder=folder, file=shown, path=path)
    text = text_of(path, shown, SettingsCode.UNREADABLE, findings)
    if text is None:
        return Loaded(folder=folder, file=shown, path=path)
    places = Places(text, shown, "settings")
    tree = tree_of(places, SettingsCode.NOT_YAML, findings)
    return read_settings(tree, places, folder, path, where.environ, findings)


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
    text = text_of(path, shown, SettingsCode.CLI_FILE, own)
    entries: dict[str, ClusterSettings] = {}
    default = ""
    if text is not None:
        places = Places(text, shown, "oscar-cli")
        tree = tree_of(places, SettingsCode.CLI_FILE, own)
        if not own.has_error:
            entries, default = cli_entries(tree, places, own)
    if is_needed:
        findings.diagnostics.extend(own.diagnostics)
    return entries, default


def cli_file(where: Where, config: str) -> str:
    named = config or where.environ.get("OSCAR_CLI_CONFIG_FILE", "")
    home = where.environ.get("HOME", "") or os.path.expanduser("~")
    return absolute(where.cwd, named or os.path.join(home, ".oscar-cli", "config.yaml"))
