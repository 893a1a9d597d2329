"""How git reaches a repository: which addresses, with which log-in, and what its failures mean."""

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from oscar_sync.documents.secret_file import SecretFileError, read_secret
from oscar_sync.errors import RepositoryError
from oscar_sync.model.secret import Secret
from oscar_sync.net.cas import named_cas
from oscar_sync.net.loopback import is_readable_on_the_way
from oscar_sync.net.proxies import proxy_for
from oscar_sync.semantics.echoes import masked

_SCHEMES: Final = ("https", "http", "ssh")
_OF_SCP: Final = re.compile(r"[\w.-]+@[A-Za-z0-9][\w.-]*:[^-].*")
_PRINTABLE: Final = re.compile(r"[!-~]+")
_LINES_SHOWN: Final = 3
_CHARACTERS_SHOWN: Final = 400
_TOKEN_FILE: Final = "OSCAR_SYNC_GIT_TOKEN_FILE"
# Git runs it by sh, which reads the file by itself: the token is in no argument and no environment.
_HELPER: Final = (
    '!f() { test "$1" = get || return 0; '
    f"t=$(tr -d '\\r\\n' < \"${_TOKEN_FILE}\"); u=x-access-token; "
    'case $t in *:*) u=${t%%:*}; t=${t#*:};; esac; '
    "printf 'username=%s\\npassword=%s\\n' \"$u\" \"$t\"; }; f"
)  # fmt: skip

_REFUSED: Final = (
    "could not read Username", "could not read Password", "Authentication failed",
    "Permission denied", "Invalid username or",
)  # fmt: skip
_KNOW_HOST: Final = (
    "compare what `ssh-keyscan HOST` prints with what the host publishes, and write it to a file: "
    "--git-known-hosts FILE"
)
_NAME_CAS: Final = "name the CAs to trust by SSL_CERT_FILE"
# What the repository said of the branch; of the rest nothing is known of what it holds.
_NOT_TAKEN: Final = (
    ("couldn't find remote ref", "it has no {ref}",
     "name one that exists by --ref; a branch that is gone is never an empty desired state"),
    ("fsck error in packed object", "git refuses an object of it: {words}", ""),
)  # fmt: skip
_MEANINGS: Final = (
    ("Host key verification failed", "the key of its host is not known",
     _KNOW_HOST),
    ("Operation too slow", "it stopped sending", ""),
    ("URL returned error: 30", "it redirects to another address", "give that address by --git"),
    ("SSL certificate problem", "its certificate is not trusted", _NAME_CAS),
    ("certificate verification failed", "its certificate is not trusted", _NAME_CAS),
)  # fmt: skip


def address_fault(url: str) -> str:
    """Return what is wrong with the address of a repository, and what to do; blank if nothing."""
    if not _PRINTABLE.fullmatch(url):
        return "is not an address; write https://HOST/PATH, or git@HOST:PATH"
    if _OF_SCP.fullmatch(url) and "://" not in url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname or url.startswith("-"):
        return "is not an address of https or ssh; write https://HOST/PATH, or git@HOST:PATH"
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        return "holds a user or password; write them as USER:TOKEN into a file: --git-token-file"
    if "?" in url or "#" in url:
        return "holds ? or #; an address of a repository has neither"
    return ""


class Remote(Struct, frozen=True):
    """A repository and its log-in: files with a token, or with a key and the known hosts of ssh."""

    url: str
    token_file: str = ""
    ssh_key: str = ""
    known_hosts: str = ""
    environ: Mapping[str, str] = MappingProxyType({})

    @property
    def is_ssh(self) -> bool:
        return "://" not in self.url or self.url.startswith("ssh:")

    @property
    def shown(self) -> str:
        return self.url if len(self.url) <= _CHARACTERS_SHOWN else f"{self.url[:100]}..."

    def exposure(self, signers_file: str) -> str:
        """Return what whoever is on the way can do, blank if nothing.

        With a *signers_file* what comes is verified.
        """
        if self.is_ssh or not is_readable_on_the_way(self.url):
            return ""
        deeds = [*(["read the token"] if self.token_file else ()),
                 *(["change what is planned"] if not signers_file else ())]  # fmt: skip
        return " and ".join(deeds)

    def options(self) -> tuple[str, ...]:
        """Return options of git: what it may use to reach the repository, and nothing else."""
        allowed = (("-c", f"protocol.{scheme}.allow=always") for scheme in _SCHEMES)
        options = [*(word for pair in allowed for word in pair), "-c", "http.followRedirects=false"]
        if self.token_file:
            parts = urlsplit(self.url)  # of this origin: a proxy that asks is not given the token
            options += ["-c", f"credential.{parts.scheme}://{parts.netloc}.helper={_HELPER}"]
        return tuple(options)

    def patience(self, silent_s: float) -> tuple[str, ...]:
        """Return options of git: it ends a transfer over http of which nothing comes so long."""
        # A server that prepares what it sends gives a sign of life each 5 seconds. Ssh has no such
        # limit: a host that answers its keep-alives, and sends nothing else, is left after the
        # whole time of a fetch. Git's own silence would be that of its work on a large pack too.
        return ("-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={silent_s:.0f}")

    def variables(self, home: Path) -> dict[str, str]:
        """Return the environment that git needs to reach the repository.

        Over http its home is *home*, where no ``.netrc`` lies.
        """
        if self.is_ssh:
            kept = {name: self.environ.get(name, "") for name in ("HOME", "SSH_AUTH_SOCK")}
            given = {name: value for name, value in kept.items() if value}
            return {**given, "GIT_SSH_VARIANT": "ssh", "GIT_SSH_COMMAND": self._ssh()}
        variables = {"HOME": str(home), _TOKEN_FILE: self.token_file}
        if proxy := proxy_for(self.url, self.environ):
            variables[f"{urlsplit(self.url).scheme}_proxy"] = proxy
        if cas := self.environ.get("GIT_SSL_CAINFO") or named_cas("", self.environ):
            variables["GIT_SSL_CAPATH" if os.path.isdir(cas) else "GIT_SSL_CAINFO"] = cas
        return variables

    def _ssh(self) -> str:
        options = ["ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
                   "-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15"]  # fmt: skip
        if self.ssh_key:
            options += ["-o", "IdentitiesOnly=yes", "-i", self.ssh_key]
        if self.known_hosts:
            options += ["-o", f'UserKnownHostsFile="{self.known_hosts}"']
        return shlex.join(options)

    def secrets(self) -> frozenset[Secret]:
        """Return what must not come back in words of git or the server.

        Raises:
            RepositoryError: the file of the token cannot be used.
        """
        if not self.token_file:
            return frozenset()
        try:
            token = read_secret(self.token_file)
        except SecretFileError as error:
            raise self._away(
                f"the token file {self.token_file} cannot be used: {error}",
                "write TOKEN or USER:TOKEN into it, on one line",
            ) from None
        return frozenset(Secret(text) for text in (token, token.partition(":")[2]) if text)

    def failure(self, said: str, ref: str, secrets: frozenset[Secret]) -> RepositoryError:
        """Return what a fetch of *ref* that failed means; git *said* it."""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        words = masked("; ".join(lines[-_LINES_SHOWN:]), secrets)[-_CHARACTERS_SHOWN:]
        for mark, meaning, remedy in _NOT_TAKEN:
            if mark in said:
                return self.error(meaning.format(ref=ref, words=words), remedy)
        if any(mark in said for mark in _REFUSED):
            option = "--git-ssh-key" if self.is_ssh else "--git-token-file"
            remedy = f"name a log-in that may read it by {option} FILE"
            return self._away("the log-in is refused", remedy, is_refused=True)
        for mark, meaning, remedy in _MEANINGS:
            if mark in said:
                return self._away(meaning, remedy)
        return self._away(f"it cannot be fetched: {words or 'git failed'}")

    def error(self, message: str, remedy: str = "") -> RepositoryError:
        return RepositoryError(self.shown, message, remedy)

    def _away(self, message: str, remedy: str = "", *, is_refused: bool = False) -> RepositoryError:
        return RepositoryError(self.shown, message, remedy, is_refused=is_refused, is_away=True)
