"""The codes of what can be wrong with settings and clusters: stable, never reused."""

from enum import StrEnum
from typing import Final


class SettingsCode(StrEnum):
    """OSY2xx settings, OSY3xx clusters."""

    NOT_YAML = "OSY201"
    DUPLICATE_KEY = "OSY202"
    UNREADABLE = "OSY203"
    UNKNOWN_KEY = "OSY204"
    VALUE = "OSY205"
    SET_NAME = "OSY206"
    DURATION = "OSY207"
    CONSENT = "OSY208"
    UNDEFINED_VARIABLE = "OSY209"
    REMOVED_AND_WANTED = "OSY210"
    SEED = "OSY211"
    SEED_OUTSIDE = "OSY212"
    PRUNE_WITHOUT_SET = "OSY213"
    UNKNOWN_SERVICE = "OSY214"
    PASSED_OVER = "OSY215"
    SECRET_ENV = "OSY216"
    SILENCED = "OSY217"
    BARE_VARIABLE = "OSY218"
    BUCKETS_WITHOUT_SET = "OSY219"
    BUCKET_ACCESS = "OSY220"
    MOVED = "OSY225"
    WINDOW = "OSY226"
    FINGERPRINT_KEY = "OSY290"
    NO_CLUSTER = "OSY301"
    UNKNOWN_CLUSTER = "OSY302"
    ENDPOINT = "OSY303"
    NO_LOGIN = "OSY304"
    NOT_VERIFIED = "OSY306"
    ASSUMED_VERIFIED = "OSY307"
    ONLY_CLUSTER = "OSY308"
    CLI_FILE = "OSY309"
    ALIAS_LOOP = "OSY310"
    SAME_IDENTITY = "OSY311"
    ENDPOINT_NOT_ALLOWED = "OSY312"
    UNGUARDED = "OSY313"
    OUTSIDE = "OSY314"
    NOTHING_FOR_CLUSTER = "OSY315"


TITLES: Final = {
    SettingsCode.NOT_YAML: "the settings file is not YAML",
    SettingsCode.DUPLICATE_KEY: "a key occurs twice in the settings",
    SettingsCode.UNREADABLE: "the settings file cannot be read",
    SettingsCode.UNKNOWN_KEY: "the settings have no such key",
    SettingsCode.VALUE: "a value of the settings cannot be used",
    SettingsCode.SET_NAME: "the name of the set is not valid",
    SettingsCode.DURATION: "not a duration",
    SettingsCode.CONSENT: "not a permission",
    SettingsCode.UNDEFINED_VARIABLE: "an environment variable is not defined",
    SettingsCode.REMOVED_AND_WANTED: "a service is to be removed and is in the manifests",
    SettingsCode.SEED: "the seed cannot be used",
    SettingsCode.SEED_OUTSIDE: "the seed's files lie outside the settings' folder",
    SettingsCode.PRUNE_WITHOUT_SET: "prune needs a set",
    SettingsCode.PASSED_OVER: "a settings file is not used",
    SettingsCode.SECRET_ENV: "--secret-env names a secret that no service has",
    SettingsCode.SILENCED: "`rules` of the settings turn warnings off",
    SettingsCode.BARE_VARIABLE: "a variable without braces is not replaced",
    SettingsCode.WINDOW: "not a window",
    SettingsCode.MOVED: "an entry of `moved` cannot be used",
    SettingsCode.UNKNOWN_SERVICE: "the settings name a service that no manifest has",
    SettingsCode.BUCKETS_WITHOUT_SET: "buckets need a set",
    SettingsCode.BUCKET_ACCESS: "a service would give other access to a bucket than `buckets` says",
    SettingsCode.FINGERPRINT_KEY: "the key of fingerprints can be guessed",
    SettingsCode.NO_CLUSTER: "no cluster is known for a key of the manifests",
    SettingsCode.UNKNOWN_CLUSTER: "the settings name an unknown cluster",
    SettingsCode.ENDPOINT: "the endpoint is not an http(s) address",
    SettingsCode.NO_LOGIN: "the cluster has no credentials",
    SettingsCode.NOT_VERIFIED: "the cluster's certificate is not verified",
    SettingsCode.ASSUMED_VERIFIED: "the certificate is verified although the file does not say so",
    SettingsCode.ONLY_CLUSTER: "the only cluster known is used",
    SettingsCode.CLI_FILE: "oscar-cli's file cannot be used",
    SettingsCode.ALIAS_LOOP: "aliases of clusters form a loop",
    SettingsCode.SAME_IDENTITY: "two entries are one cluster",
    SettingsCode.ENDPOINT_NOT_ALLOWED: "the address may not have credentials",
    SettingsCode.OUTSIDE: "a file that the settings name lies outside their folder",
    SettingsCode.NOTHING_FOR_CLUSTER: "no manifest is for the cluster that --cluster names",
    SettingsCode.UNGUARDED: "in CI, files decide where credentials go",
}
