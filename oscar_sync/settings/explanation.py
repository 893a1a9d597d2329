"""Each setting with its value and where it comes from, for people. Secrets are masked."""

from typing import Final

from oscar_sync.model.secret import MASK
from oscar_sync.model.settings_fields import CLUSTER
from oscar_sync.settings.entries import Entry
from oscar_sync.settings.reading import Loaded

_SECRETS: Final = frozenset(field.name for field in CLUSTER if field.is_secret)
_DEFAULT: Final = "default"


def explained(
    loaded: Loaded, env_file: str, *, from_flag: bool
) -> tuple[tuple[str, str, str], ...]:
    """Return name, value, source: the settings' file and line, a flag, or ``default``."""
    rows = [("settings", loaded.file or "(none)", "found" if loaded.file else _DEFAULT)]
    for name, value in (
        ("set", loaded.set_name or "(none)"),
        ("prune", str(loaded.prune).lower()),
        ("max_removals", str(loaded.max_removals)),
        ("env_file", env_file or "(none)"),
        ("owners", ", ".join(loaded.owners) or "(none)"),
        ("removed", ", ".join(str(entry.which) for entry in loaded.removed) or "(none)"),
    ):
        is_flag = name == "env_file" and from_flag
        rows.append((name, value, "--env-file" if is_flag else _source(loaded, name)))
    for key, target in loaded.aliases.items():
        rows.append((f"clusters.{key}", target, _source(loaded, "clusters", key)))
    for key, entry in loaded.clusters.items():
        rows.extend(_cluster(loaded, key, entry))
    for service in loaded.services:
        name = f"services.{service.which}"
        rows.append((f"{name}.protect", str(service.protect).lower(), str(service.origin)))
        wait = f"{service.wait_s:g} s" if service.wait_s is not None else "(none)"
        rows.append((f"{name}.wait", wait, str(service.origin)))
    return tuple(rows)


def _cluster(loaded: Loaded, key: str, entry: Entry) -> list[tuple[str, str, str]]:
    rows = [
        (
            f"clusters.{key}.{name}",
            MASK if name in _SECRETS else value,
            _source(loaded, "clusters", key, name),
        )
        for name, value in entry.fields.items()
    ]
    verify = "true" if entry.ssl_verify is not False else "false"
    source = (
        _DEFAULT if entry.ssl_verify is None else _source(loaded, "clusters", key, "ssl_verify")
    )
    return [*rows, (f"clusters.{key}.ssl_verify", verify, source)]


def _source(loaded: Loaded, *path: str) -> str:
    if loaded.places is None or path[0] not in loaded.given:
        return _DEFAULT
    return str(loaded.places.locate(path))
