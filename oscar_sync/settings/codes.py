"""The codes of what can be wrong with settings and clusters: stable, never reused."""

from enum import StrEnum
from typing import Final


class Code(StrEnum):
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


TITLES: Final = {
    Code.NOT_YAML: "the settings file is no YAML",
    Code.DUPLICATE_KEY: "a key stands twice in the settings",
    Code.UNREADABLE: "the settings file cannot be read",
    Code.UNKNOWN_KEY: "the settings have no such key",
    Code.VALUE: "a value of the settings cannot be used",
    Code.SET_NAME: "no set can be called so",
    Code.DURATION: "not a duration",
    Code.CONSENT: "not a consent",
    Code.UNDEFINED_VARIABLE: "an environment variable is not defined",
    Code.REMOVED_AND_WANTED: "a service is to be removed and stands in the manifests",
    Code.SEED: "the seed cannot be used",
    Code.SEED_OUTSIDE: "the seed's files lie outside the settings' folder",
    Code.PRUNE_WITHOUT_SET: "prune needs a set",
    Code.PASSED_OVER: "a settings file is not used",
    Code.SECRET_ENV: "--secret-env names a secret that no service has",
    Code.UNKNOWN_SERVICE: "the settings name a service that no manifest has",
    Code.FINGERPRINT_KEY: "the key of fingerprints can be guessed",
    Code.NO_CLUSTER: "no cluster is known for a key of the manifests",
    Code.UNKNOWN_CLUSTER: "the settings name an unknown cluster",
    Code.ENDPOINT: "the endpoint is no http(s) address",
    Code.NO_LOGIN: "the cluster has no credentials",
    Code.NOT_VERIFIED: "the cluster's certificate is not verified",
    Code.ASSUMED_VERIFIED: "the certificate is verified although the file does not say so",
    Code.ONLY_CLUSTER: "the only cluster known is used",
    Code.CLI_FILE: "oscar-cli's file cannot be used",
    Code.ALIAS_LOOP: "aliases of clusters go round in a circle",
    Code.SAME_IDENTITY: "two entries are one cluster",
    Code.ENDPOINT_NOT_ALLOWED: "the address may not have credentials",
    Code.OUTSIDE: "a file that the settings name lies outside their folder",
    Code.UNGUARDED: "in CI, files decide where credentials go",
}
