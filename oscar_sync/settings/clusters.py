"""Clusters to addresses and logins (product 2.3)."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.paths import dotted
from oscar_sync.documents.substitution import bare_variable, defining, references, substituted
from oscar_sync.model.cluster import Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.settings.addresses import address_fault
from oscar_sync.settings.codes import SettingsCode
from oscar_sync.settings.entries import ClusterSettings, Known, identity_of
from oscar_sync.settings.logins import (
    CREDENTIALS,
    WAYS,
    FoundLogin,
    LoginSources,
    agent_login,
    environment_gaps,
    environment_login,
    own_gaps,
    own_login,
)
from oscar_sync.settings.origins import VARIABLE, origin_of

_SHOWN: Final = frozenset({"identity", "token_file", "ca_bundle", "oidc_account_name"})
_ADDRESSES: Final = ("endpoint", "s3_endpoint")


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

    def _say(
        self, code: SettingsCode, entry: ClusterSettings, key: str, message: str, remedy: str
    ) -> None:
        path = (*entry.at, key) if key else entry.at
        if entry.places is None:
            self.findings.of_file(code, entry.source, message, remedy)
        else:
            self.findings.at(code, entry.places, path, message, remedy)

    def _cluster(self, entry: ClusterSettings, *, is_sole: bool) -> Cluster | None:
        fields = self._substituted(entry)
        if fields is None:
            return None
        endpoint = fields.get("endpoint", "").rstrip("/")
        if not entry.fields.get("endpoint") and self._has_unknown_key(entry):
            return None  # which may be meant for it
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

    def _has_unknown_key(self, entry: ClusterSettings) -> bool:
        return any(
            one.code == SettingsCode.UNKNOWN_KEY and one.path.startswith(f"{dotted(entry.at)}.")
            for one in self.findings.diagnostics
        )

    def _substituted(self, entry: ClusterSettings) -> dict[str, str] | None:
        if entry.is_cli:
            return dict(entry.fields)
        fields, is_complete = {}, True
        for key, text in entry.fields.items():
            if key in _SHOWN and references(text):
                is_complete = False
                self._say(
                    SettingsCode.VALUE, entry, key,
                    f"{text} is not allowed here: the value would be shown",
                    "write the value, or use --token-file or the variables for logging in",
                )  # fmt: skip
                continue
            fields[key], missing = substituted(text, self.environment.variables)
            for name in missing:
                is_complete = False
                self._say(
                    SettingsCode.UNDEFINED_VARIABLE, entry, key,
                    f"the environment variable {name} is not defined",
                    defining(name, self.environment.variables),
                )  # fmt: skip
            if key not in _ADDRESSES and (name := bare_variable(text)):
                self._say(
                    SettingsCode.BARE_VARIABLE, entry, key,
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
                fault = fault if address else "is empty"
                remedy = (
                    "correct the variable: https://HOST, with the path of the API if it has one"
                )
            place = "" if entry.places else f"{key} of cluster {entry.id}: "
            self._say(SettingsCode.ENDPOINT, entry, key, f"{place}{shown}{fault}", remedy)
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
            SettingsCode.ENDPOINT_NOT_ALLOWED, entry, key,
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
            if any(references(entry.fields.get(key, "")) for key in CREDENTIALS):
                self._warn_unguarded(entry)
            return own
        twin = self._twin(endpoint) if not entry.is_cli else None
        if twin is not None and twin.login is not None:
            return twin
        agent = agent_login(self.environment) if is_for_it else FoundLogin()
        if agent.login is not None:
            self._warn_unguarded(entry)
            return agent
        self._no_login(entry, fields, is_for_it=is_for_it)
        return None

    def _warn_unguarded(self, entry: ClusterSettings) -> None:
        if self.environment.is_unguarded and not self._has_warned:
            self._has_warned = True
            self._say(
                SettingsCode.UNGUARDED, entry, "",
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

    def _no_login(self, entry: ClusterSettings, fields: dict[str, str], *, is_for_it: bool) -> None:
        origin = self.environment.origin
        elsewhere = f"; those of the environment are for OSCAR_ENDPOINT ({origin}) alone"
        gaps = own_gaps(entry.fields, fields)
        if is_for_it and not gaps:
            gaps = environment_gaps(self.environment.variables)
        why = ": " + "; ".join(fault for fault, _ in gaps) if gaps else ""
        remedies = [f"{remedy}; or " for _, remedy in gaps[:1] if remedy]
        self._say(
            SettingsCode.NO_LOGIN, entry, "",
            f"cluster {entry.id} has no credentials{why}{'' if is_for_it else elsewhere}",
            f"{''.join(remedies)}give them by one of: {WAYS}",
        )  # fmt: skip

    def _verify(self, entry: ClusterSettings) -> bool:
        if entry.ssl_verify is False:
            self._say(
                SettingsCode.NOT_VERIFIED, entry, "ssl_verify",
                f"the certificate of cluster {entry.id} is not verified",
                "write `ssl_verify: true`, with `ca_bundle: FILE` for an authority of your own",
            )  # fmt: skip
            return False
        if entry.ssl_verify is None and entry.is_cli:
            self._say(
                SettingsCode.ASSUMED_VERIFIED, entry, "",
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
                    SettingsCode.SAME_IDENTITY, entries[cluster.id], "",
                    f"{other.id} and {cluster.id} are one cluster ({cluster.identity})",
                    f"make one a name for the other: `{cluster.id}: {other.id}`",
                )  # fmt: skip
