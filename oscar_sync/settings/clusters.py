"""FDL cluster keys to clusters, and clusters to addresses and logins (product 2.3)."""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from oscar_sync.documents.findings import ERROR, NOTE, WARNING, Findings
from oscar_sync.documents.paths import dotted
from oscar_sync.documents.substitution import bare_variable, defining, references, substituted
from oscar_sync.documents.suggestion import did_you_mean
from oscar_sync.errors import UsageError
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.diagnostic import Severity
from oscar_sync.model.identity import ClusterId
from oscar_sync.model.origin import Origin
from oscar_sync.settings.addresses import address_fault
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import (
    DEFAULT_KEYS,
    STAR,
    ClusterSettings,
    Known,
    endpoint_entry,
    identity_of,
    note_only_cluster,
)
from oscar_sync.settings.logins import (
    WAYS,
    FoundLogin,
    LoginSources,
    agent_login,
    environment_login,
    own_login,
)
from oscar_sync.settings.origins import VARIABLE, origin_of

_SHOWN: Final = frozenset({"identity", "token_file", "ca_bundle", "oidc_account_name"})
_ADDRESSES: Final = ("endpoint", "s3_endpoint")
_CREDENTIALS: Final = ("auth_user", "auth_password", "token", "oidc_refresh_token")


class Flags(Struct, frozen=True):
    """``--cluster`` flags: by key, for every key (``*=``), and plain ones.

    A plain one that names a cluster of the settings means that cluster alone; another one says
    where the manifests' only key goes.
    """

    by_key: dict[str, str]
    star: str = ""
    plain: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        star = (self.star,) if self.star else ()
        return tuple(dict.fromkeys((*self.plain, *self.by_key.values(), *star)))


def flags_of(texts: Iterable[str]) -> Flags:
    """Return what ``[KEY=]ID-or-URL`` flags say."""
    by_key: dict[str, str] = {}
    star, plain = "", []
    for text in texts:
        key, equals, target = text.partition("=")
        if not equals or "://" in key:
            plain.append(text)
        elif not key or not target:
            raise UsageError(f"--cluster {text}: write ID, URL, KEY=ID or KEY=URL")
        elif key == STAR:
            star = target
        else:
            by_key[key] = target
    return Flags(by_key, star, tuple(plain))


class ClusterLookup:
    def __init__(self, known: Known, flags: Flags, keys: Sequence[str], findings: Findings) -> None:
        """Check the *flags* against the *keys* of the run.

        Raises:
            UsageError: a plain flag for another cluster than the settings', where the run has
                several keys; or an unknown id.
        """
        self.known = known
        self.flags = flags
        self.findings = findings
        self.keys = tuple(sorted(set(keys)))
        self._entries: dict[str, ClusterSettings | None] = {}
        self.targets = tuple(self.target(text) for text in flags.targets)
        self._sent_to = [text for text in flags.plain if self.target(text).id not in known.settings]
        if self._sent_to and len(self.keys) > 1:
            target, listed = self._sent_to[0], ", ".join(key or "(none)" for key in self.keys)
            raise UsageError(
                f"--cluster {target}: the manifests use several cluster keys ({listed}), and "
                f"{target} is not in oscar-sync.yaml; to send the services of one key there: "
                f"--cluster KEY={target}"
            )
        if len(self._sent_to) > 1 and self.keys:
            raise UsageError("--cluster: with several clusters, write KEY=ID for each")

    def target(self, text: str) -> ClusterSettings:
        """Raises UsageError: nothing has this name."""
        if "://" in text:
            return self._by_endpoint(text) or endpoint_entry(text, "--cluster")
        entry = self.known.entry(self._unaliased(text))
        if entry is None:
            names = ", ".join(self.known.names) or "none"
            hint = did_you_mean(text, self.known.names)
            if not hint and "." in text:
                hint = f"an address begins with https://, as in --cluster https://{text}"
            words = f"--cluster {text}: no such cluster; known are: {names}"
            raise UsageError(f"{words}; {hint}" if hint else words)
        return entry

    def _by_endpoint(self, url: str) -> ClusterSettings | None:
        """Return the settings' entry of that address; oscar-cli's only gives its login."""
        identity = identity_of(url)
        for entry in self.known.settings.values():
            if identity_of(entry.fields.get("endpoint", "")) == identity:
                return entry
        return None

    def _unaliased(self, key: str) -> str:
        seen = {key}
        while key in self.known.aliases:
            key = self.known.aliases[key]
            if key in seen:
                return key
            seen.add(key)
        return key

    def entry_of(self, key: str) -> ClusterSettings | None:
        if key not in self._entries:
            self._entries[key] = self._entry_of(key)
        return self._entries[key]

    def _entry_of(self, key: str) -> ClusterSettings | None:
        flags, known = self.flags, self.known
        target = flags.by_key.get(key) or flags.star or next(iter(self._sent_to), "")
        if target:
            return self.target(target)
        named = self._unaliased(key)
        if key in known.settings or key in known.aliases:
            return known.entry(named)
        star = self._unaliased(STAR)
        if star in known.settings or star != STAR:
            return known.entry(star)
        if key in known.cli:
            return known.cli[key]
        if key in DEFAULT_KEYS and known.cli_default in known.cli:
            return known.cli[known.cli_default]
        return self._only(key)

    def _only(self, key: str) -> ClusterSettings | None:
        entries = self.known.all
        if len(entries) == 1 and len(self.keys) <= 1:
            if key in self.keys and not self.findings.has_error:
                note_only_cluster(key, entries[0], self.findings)
            return entries[0]
        return None

    def id_of(self, key: str) -> ClusterId:
        entry = self.entry_of(key)
        return entry.id if entry else ClusterId(key)

    def entry_of_name(self, name: str) -> ClusterSettings | None:
        """Return the cluster that settings or options call *name*: an id, else an FDL key."""
        known = self.known.entry(name)
        if known is not None:
            return known
        named = next((entry for entry in self.targets if entry.id == name), None)
        return named or self.entry_of(name)

    @property
    def names(self) -> tuple[str, ...]:
        others = [*self.targets, *([self.known.environment] if self.known.environment else [])]
        ids = (*self.known.names, *(str(entry.id) for entry in others))
        return tuple(dict.fromkeys((*ids, *filter(None, self.keys))))

    def entry_called(self, name: str) -> ClusterSettings | None:
        """Return the cluster that is called *name*; unlike a key it goes nowhere by default."""
        return self.entry_of_name(name) if name in self.names else None

    def id_of_name(self, name: str) -> ClusterId:
        if name not in self.known.aliases and name not in self.keys:
            return ClusterId(name)
        entry = self.entry_of_name(name)
        return entry.id if entry else ClusterId(name)


_UNREAD: Final = frozenset(
    {
        SettingsCode.NOT_YAML,
        SettingsCode.DUPLICATE_KEY,
        SettingsCode.UNREADABLE,
        SettingsCode.ALIAS_LOOP,
    }
)


def _places_of(key: str) -> tuple[str, ...]:
    return "clusters", dotted(("clusters", key)), dotted(("clusters", STAR))


def unknown_key(
    lookup: ClusterLookup, key: str, origin: Origin, text: str, findings: Findings
) -> None:
    if any(one.code in _UNREAD or one.path in _places_of(key) for one in findings.diagnostics):
        return  # what is wrong there is noted, and nobody knows what it would say
    keys = ", ".join(one or "(none)" for one in lookup.keys)
    names = ", ".join(lookup.known.names) or "none"
    if target := lookup.known.aliases.get(key):
        known = [name for name in lookup.known.names if name not in lookup.known.aliases]
        hint = did_you_mean(target, known) or f"clusters known: {', '.join(known) or 'none'}"
        findings.add(
            SettingsCode.NO_CLUSTER, ERROR, origin, "",
            f"clusters.{key} goes to {target}, which is not a known cluster; {hint}",
            f"correct `{key}: {target}` in oscar-sync.yaml, or add an entry {target}", text,
        )  # fmt: skip
        return
    findings.add(
        SettingsCode.NO_CLUSTER,
        ERROR,
        origin,
        "",
        f"no cluster is known for the key {key or '(none)'}; keys of the manifests: {keys}; "
        f"clusters known: {names}",
        f"write `{key or STAR!r}: ID` below `clusters:` in oscar-sync.yaml, or "
        f"--cluster {key + '=' if key else ''}ID-or-URL"
        if lookup.known.names
        else "give its address: export OSCAR_ENDPOINT=https://HOST; `oscar-sync init` writes it to "
        "a settings file",
        text,
    )


class Resolver:
    def __init__(self, known: Known, environment: LoginSources, findings: Findings) -> None:
        self.known = known
        self.environment = environment
        self.findings = findings
        self._has_warned = False

    def clusters(self, entries: Sequence[ClusterSettings]) -> tuple[Cluster, ...]:
        """Return the clusters of *entries*, each once, sorted by id; faults are findings."""
        unique = {entry.id: entry for entry in entries}
        clusters = [
            cluster
            for entry in unique.values()
            if (cluster := self._cluster(entry, is_sole=len(unique) == 1)) is not None
        ]
        self._once_each(clusters, unique)
        return tuple(sorted(clusters, key=lambda cluster: cluster.id))

    def _say(  # noqa: PLR0917 - in the order of a diagnostic
        self,
        code: SettingsCode,
        severity: Severity,
        entry: ClusterSettings,
        key: str,
        message: str,
        remedy: str,
    ) -> None:
        path = (*entry.at, key) if key else entry.at
        if entry.places is None:
            self.findings.of_file(code, severity, entry.source, message, remedy)
        else:
            self.findings.at(code, severity, entry.places, path, message, remedy)

    def _cluster(self, entry: ClusterSettings, *, is_sole: bool) -> Cluster | None:
        fields = self._substituted(entry)
        if fields is None:
            return None
        endpoint = fields.get("endpoint", "").rstrip("/")
        store = fields.get("s3_endpoint", "").rstrip("/")
        for key, address in zip(
            _ADDRESSES, (endpoint, store) if store else (endpoint,), strict=False
        ):
            if not (
                self._is_address(entry, key, address) and self._is_allowed(entry, key, address)
            ):
                return None
        login = self._login(entry, fields, endpoint, is_sole=is_sole)
        if login is None:
            return None
        return Cluster(
            id=entry.id,
            endpoint=endpoint,
            identity=fields.get("identity") or identity_of(endpoint),
            login=login.login,
            login_source=login.source,
            ssl_verify=self._verify(entry),
            ca_bundle=fields.get("ca_bundle", ""),
            s3_endpoint=store,
        )

    def _substituted(self, entry: ClusterSettings) -> dict[str, str] | None:
        if entry.is_cli:
            return dict(entry.fields)
        fields, is_complete = {}, True
        for key, text in entry.fields.items():
            if key in _SHOWN and references(text):
                is_complete = False
                self._say(
                    SettingsCode.VALUE, ERROR, entry, key,
                    f"{text} is not allowed here: the value would be shown",
                    "write the value, or use --token-file or the variables for logging in",
                )  # fmt: skip
                continue
            fields[key], missing = substituted(text, self.environment.variables)
            for name in missing:
                is_complete = False
                self._say(
                    SettingsCode.UNDEFINED_VARIABLE, ERROR, entry, key,
                    f"the environment variable {name} is not defined",
                    defining(name, self.environment.variables),
                )  # fmt: skip
            if key not in _ADDRESSES and (name := bare_variable(text)):
                self._say(
                    SettingsCode.BARE_VARIABLE, WARNING, entry, key,
                    "a value that begins with $ is used as it is written",
                    f'for the variable write "${{{name}}}", in braces and quotes'
                    if name in self.environment.variables
                    else 'for a variable write "${NAME}", in braces and quotes',
                )  # fmt: skip
        return fields if is_complete else None

    def _is_address(self, entry: ClusterSettings, key: str, address: str) -> bool:
        fault, remedy = address_fault(address)
        if fault:
            written = entry.fields.get(key, "")
            shown = "" if "@" in written or not written else f"`{written}` "
            if references(written):  # what a variable puts in is not shown (trust 4.1)
                remedy = (
                    "correct the variable: https://HOST, with the path of the API if it has one"
                )
            place = "" if entry.places else f"{key} of cluster {entry.id}: "
            self._say(SettingsCode.ENDPOINT, ERROR, entry, key, f"{place}{shown}{fault}", remedy)
        return not fault

    def _is_allowed(self, entry: ClusterSettings, key: str, address: str) -> bool:
        origin, environment = origin_of(address), self.environment
        is_named = origin in environment.allowed or (bool(origin) and origin == environment.origin)
        written = "" if entry.is_cli else entry.fields[key]
        if is_named and (not references(written) or self._is_bare(written, address)):
            return True
        if not references(written) and not environment.allowed:
            return True
        self._say(
            SettingsCode.ENDPOINT_NOT_ALLOWED, ERROR, entry, key,
            f"{key} {written if references(written) else origin} of cluster {entry.id} is not "
            "among the addresses that may have credentials",
            f"add its origin to the environment variable {VARIABLE} (commas between origins) or by "
            "--endpoint-allowed, or correct the entry",
        )  # fmt: skip
        return False

    def _is_bare(self, written: str, address: str) -> bool:
        """Tell whether a variable put nothing but a known origin into *address*."""
        if address == self.environment.variables.get("OSCAR_ENDPOINT", "").rstrip("/"):
            return True
        path = urlsplit(address).path.strip("/")
        return not path or (not references(urlsplit(written).path) and "://" in written)

    def _login(
        self, entry: ClusterSettings, fields: dict[str, str], endpoint: str, *, is_sole: bool
    ) -> FoundLogin | None:
        own = own_login(fields, entry.source)
        is_for_it = self.environment.origin in ("", origin_of(endpoint))
        offered = environment_login(self.environment) if is_for_it else FoundLogin()
        if offered.login is not None and (
            own.login is None or (is_sole and self.environment.token_file)
        ):
            self._warn_unguarded(entry)
            return offered
        if own.login is not None:
            if any(references(entry.fields.get(key, "")) for key in _CREDENTIALS):
                self._warn_unguarded(entry)
            return own
        twin = self._twin(endpoint) if not entry.is_cli else None
        if twin is not None and twin.login is not None:
            return twin
        agent = agent_login(self.environment) if is_for_it else FoundLogin()
        if agent.login is not None:
            self._warn_unguarded(entry)
            return agent
        self._no_login(entry, is_for_it=is_for_it)
        return None

    def _warn_unguarded(self, entry: ClusterSettings) -> None:
        if self.environment.is_unguarded and not self._has_warned:
            self._has_warned = True
            self._say(
                SettingsCode.UNGUARDED, WARNING, entry, "",
                "this run has credentials, and its files can decide where they are sent",
                f"set the environment variable {VARIABLE} to the origins that may have them, such "
                "as https://oscar.example.org",
            )  # fmt: skip

    def _twin(self, endpoint: str) -> FoundLogin | None:
        for entry in self.known.cli.values():
            theirs = entry.fields.get("endpoint", "")
            is_same = identity_of(theirs) == identity_of(endpoint)
            if is_same and origin_of(theirs) == origin_of(endpoint):  # never without TLS instead
                return own_login(entry.fields, entry.source)
        return None

    def _no_login(self, entry: ClusterSettings, *, is_for_it: bool) -> None:
        origin = self.environment.origin
        elsewhere = f"; those of the environment are for OSCAR_ENDPOINT ({origin}) alone"
        more = "" if is_for_it else elsewhere
        self._say(
            SettingsCode.NO_LOGIN, ERROR, entry, "", f"cluster {entry.id} has no credentials{more}",
            f"give them by one of: {WAYS}",
        )  # fmt: skip

    def _verify(self, entry: ClusterSettings) -> bool:
        if entry.ssl_verify is False:
            self._say(
                SettingsCode.NOT_VERIFIED, WARNING, entry, "ssl_verify",
                f"the certificate of cluster {entry.id} is not verified",
                "write `ssl_verify: true`, with `ca_bundle: FILE` for an authority of your own",
            )  # fmt: skip
            return False
        if entry.ssl_verify is None and entry.is_cli:
            self._say(
                SettingsCode.ASSUMED_VERIFIED, NOTE, entry, "",
                f"the certificate of cluster {entry.id} is verified; oscar-cli does not, "
                "since ssl_verify is absent",
                "write `ssl_verify: true` or `false`",
            )  # fmt: skip
        return True

    def _once_each(
        self, clusters: Sequence[Cluster], entries: dict[ClusterId, ClusterSettings]
    ) -> None:
        first: dict[str, Cluster] = {}
        for cluster in clusters:
            other = first.setdefault(cluster.identity, cluster)
            if other is not cluster:
                self._say(
                    SettingsCode.SAME_IDENTITY, ERROR, entries[cluster.id], "",
                    f"{other.id} and {cluster.id} are one cluster ({cluster.identity})",
                    f"make one a name for the other: `{cluster.id}: {other.id}`",
                )  # fmt: skip
