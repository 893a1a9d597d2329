"""The codes of what can be wrong with settings and clusters: stable, never reused."""

from oscar_sync.documents.findings import NOTE, WARNING
from oscar_sync.model.code import TitledCode


class SettingsCode(TitledCode):
    """OSY2xx settings, OSY3xx clusters."""

    NOT_YAML = "OSY201", "the settings file is not YAML"
    DUPLICATE_KEY = "OSY202", "a key occurs twice in the settings"
    UNREADABLE = "OSY203", "the settings file cannot be read"
    UNKNOWN_KEY = "OSY204", "the settings have no such key"
    VALUE = "OSY205", "a value of the settings cannot be used"
    SET_NAME = "OSY206", "the name of the set is not valid"
    DURATION = "OSY207", "not a duration"
    CONSENT = "OSY208", "not a permission"
    UNDEFINED_VARIABLE = "OSY209", "an environment variable is not defined"
    REMOVED_AND_WANTED = "OSY210", "a service is to be removed and is in the manifests"
    SEED = "OSY211", "the seed cannot be used"
    SEED_OUTSIDE = "OSY212", "the seed's files lie outside the settings' folder"
    PRUNE_WITHOUT_SET = "OSY213", "prune needs a set"
    UNKNOWN_SERVICE = "OSY214", "the settings name a service that no manifest has", WARNING
    PASSED_OVER = "OSY215", "a settings file is not used", WARNING
    SECRET_ENV = "OSY216", "a secret to take from the environment is in no service", WARNING
    SILENCED = "OSY217", "`rules` of the settings turn warnings off", NOTE
    BARE_VARIABLE = "OSY218", "a variable without braces is not replaced", WARNING
    BUCKETS_WITHOUT_SET = "OSY219", "buckets need a set"
    BUCKET_ACCESS = "OSY220", "a service would give other access to a bucket than `buckets` says"
    IGNORED_NAME = "OSY221", "a path of `ignore` may be misspelt", WARNING
    EMPTY = "OSY222", "the settings file is empty", WARNING
    MOVED = "OSY225", "an entry of `moved` cannot be used"
    WINDOW = "OSY226", "not a window"
    FINGERPRINT_KEY = "OSY290", "the key of fingerprints can be guessed"
    NO_CLUSTER = "OSY301", "no cluster is known for a key of the manifests"
    UNKNOWN_CLUSTER = "OSY302", "the settings name an unknown cluster"
    ENDPOINT = "OSY303", "the endpoint is not an http(s) address"
    NO_LOGIN = "OSY304", "the cluster has no credentials"
    NOT_VERIFIED = "OSY306", "the cluster's certificate is not verified", WARNING
    ASSUMED_VERIFIED = (
        "OSY307",
        "the certificate is verified although the file does not say so",
        NOTE,
    )
    ONLY_CLUSTER = "OSY308", "the only cluster known is used", NOTE
    CLI_FILE = "OSY309", "oscar-cli's file cannot be used"
    ALIAS_LOOP = "OSY310", "aliases of clusters form a loop"
    SAME_IDENTITY = "OSY311", "two entries are one cluster"
    ENDPOINT_NOT_ALLOWED = "OSY312", "the address may not have credentials"
    UNGUARDED = "OSY313", "in CI, files decide where credentials go", WARNING
    OUTSIDE = "OSY314", "a file that the settings name lies outside their folder"
    NOTHING_FOR_CLUSTER = "OSY315", "no manifest is for what --cluster names", NOTE
    READ_BY_OTHERS = "OSY316", "other users can read a file that holds a token", WARNING
    BROKEN_ALIAS = "OSY317", "a name under `clusters` goes to an unknown cluster", WARNING
