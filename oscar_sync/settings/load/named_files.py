"""The files that settings, options and the environment name: seeds, tokens, certificates."""

import os
import shlex
from collections.abc import Callable, Sequence

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.on_disk import is_exposed, real_path
from oscar_sync.documents.paths import shown_path
from oscar_sync.documents.private import is_of_a_tool, is_private
from oscar_sync.documents.substitution import references
from oscar_sync.model.settings import Seed
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.load.discovery import Where
from oscar_sync.settings.logins import NOTEBOOK_TOKENS, LoginSources
from oscar_sync.settings.origins import allowed_origins
from oscar_sync.settings.reading import Loaded


def absolute(base: str, path: str) -> str:
    return os.path.normpath(os.path.join(base, path))


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
