"""The first stage: the settings of a run, and the manifests that they and the command name."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.on_disk import real_path
from oscar_sync.manifests.load import Manifests, Sources
from oscar_sync.manifests.load import load as load_manifests
from oscar_sync.manifests.load.reader import Reader
from oscar_sync.model.consent import Consent
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.settings.assembly import allowed, check_secrets
from oscar_sync.settings.load import cli_file, load_settings
from oscar_sync.settings.load.discovery import Where
from oscar_sync.settings.load.named_files import absolute, token_files
from oscar_sync.settings.reading import Loaded
from oscar_sync.settings.secret_names import note_unused, secret_names


class OpenedSettings(Struct, frozen=True):
    request: DesireRequest
    where: Where
    allow: tuple[Consent, ...]
    loaded: Loaded
    reader: Reader

    @property
    def cwd(self) -> str:
        return self.where.cwd

    @property
    def env_file(self) -> str:
        if self.request.env_file:
            return absolute(self.cwd, self.request.env_file)
        if self.loaded.env_file:
            return absolute(self.loaded.folder, self.loaded.env_file)
        return ""

    @property
    def config(self) -> str:
        return cli_file(self.where, self.request.config or "")

    @property
    def login_files(self) -> tuple[str, ...]:
        return token_files(self.loaded, self.where, self.request.token_file or "")


def open_settings(
    request: DesireRequest, environ: Mapping[str, str], reader: Reader, findings: Findings
) -> OpenedSettings:
    """Return the settings of a run; the *reader* begins another pass."""
    reader.begin()
    paths, cwd = request.paths or (".",), real_path(request.cwd)
    where = Where(paths, cwd, request.settings_file or "", environ, reader.looked_for)
    allow = allowed(request.allow)
    return OpenedSettings(request, where, allow, load_settings(where, findings), reader)


def read_manifests(opened: OpenedSettings, findings: Findings) -> Manifests:
    request, loaded = opened.request, opened.loaded
    sources = Sources(
        paths=request.paths if request.needs_manifests else (loaded.folder,),
        folder=loaded.folder,
        cwd=opened.cwd,
        settings_file=loaded.path,
        overlays=request.overlays,
        env_file=opened.env_file,
        allow_outside=(*request.allow_outside, *_named_outside(opened)),
        environ=opened.where.environ,
        secrets_from_env=secret_names(loaded.secrets_from_env, request.secret_env),
        logins=opened.login_files,
        config=opened.config,
        is_resolving=request.needs_clusters,
    )
    manifests = load_manifests(sources, opened.reader)
    if request.needs_manifests and not manifests.left_out:
        declared = frozenset(name for one in manifests.services for name in one.secrets)
        note_unused(request.secret_env, declared, findings)
        check_secrets(loaded, declared, findings)
    return manifests


def _named_outside(opened: OpenedSettings) -> tuple[str, ...]:
    """Return the env file of the command line where it lies outside: whoever runs it named it."""
    # A path through the folder is the repository's: a link there may lead anywhere (trust 4.3).
    if not opened.request.env_file:
        return ()
    path, folder = Path(opened.env_file), real_path(opened.loaded.folder)
    through = (Path(real_path(parent)) for parent in path.parents)
    return () if any(real.is_relative_to(folder) for real in through) else (str(path),)
