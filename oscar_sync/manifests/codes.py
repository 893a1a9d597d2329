"""The codes of what can be wrong with manifests: stable, never reused."""

from oscar_sync.documents.findings import NOTE, WARNING
from oscar_sync.model.code import TitledCode


class ManifestCode(TitledCode):
    """OSY1xx."""

    NOT_YAML = "OSY101", "the file is not YAML or JSON"
    DUPLICATE_KEY = "OSY102", "a key occurs twice in one mapping"
    BOMB = "OSY103", "nested too deeply, or aliases expand to too much"
    NOT_UTF8 = "OSY104", "the file is not UTF-8"
    UNREADABLE = "OSY105", "a file or folder cannot be read"
    TOO_LARGE_FILE = "OSY106", "a discovered file is over 2 MiB and was not parsed", WARNING
    SYMLINK_LOOP = "OSY107", "a symbolic link leads back, or to a folder that is ignored in part"
    NO_SUCH_PATH = "OSY108", "a PATH does not exist"
    NO_FDL = "OSY109", "there is no FDL at all"
    MISSPELT_FUNCTIONS = "OSY110", "a top-level key looks like `functions`"
    SECOND_DOCUMENT = "OSY111", "a second YAML document has `functions`"
    NOT_FDL = "OSY112", "the file is not an FDL and was skipped", NOTE
    SHAPE = "OSY113", "the file does not have the shape of an FDL"
    AWS_IGNORED = "OSY114", "functions for another platform are ignored", WARNING
    UNKNOWN_KEY = "OSY115", "no server knows the key", WARNING
    REMOVED_KEY = "OSY116", "servers no longer know the key", WARNING
    SERVER_OWNED = "OSY117", "the server sets this field; the value is not sent", NOTE
    BOTH_VARIABLES = "OSY118", "both spellings of environment variables", WARNING
    NOT_TEXT = "OSY119", "a text is required"
    NOT_FLAG = "OSY120", "true or false is required"
    NOT_INTEGER = "OSY121", "a whole number is required"
    NOT_LIST = "OSY122", "a list is required"
    NOT_MAPPING = "OSY123", "a mapping is required"
    REQUIRED = "OSY124", "a required field is missing or blank"
    CHOICE = "OSY125", "the value is not one of the possible ones"
    QUANTITY = "OSY126", "not a Kubernetes quantity"
    NAME = "OSY127", "the name cannot be used"
    STRING = "OSY128", "the server refuses or changes the value, or fails on it"
    PATH = "OSY129", "the path cannot be used"
    BUCKET_NAME = "OSY130", "the name of the bucket is not valid"
    PROVIDER = "OSY131", "the storage provider is unknown or not defined"
    PROVIDER_CREDENTIALS = "OSY132", "the storage provider has no endpoint or credentials"
    TWO_INPUTS = "OSY133", "two inputs of one service in one folder"
    RESERVED_ANNOTATION = "OSY134", "the annotation belongs to the server or to oscar-sync"
    LABEL = "OSY135", "Kubernetes refuses the label or annotation"
    TOO_LARGE = "OSY136", "the definition does not fit into one ConfigMap"
    EXPOSE = "OSY137", "the exposed service cannot be built"
    SCALE = "OSY138", "the scale cannot be built"
    VOLUME = "OSY139", "the server refuses the volume"
    FEDERATION = "OSY140", "the server refuses the federation"
    KSERVE = "OSY141", "the server refuses the KServe block"
    ISOLATION = "OSY142", "the isolation makes the server fail"
    MOUNT = "OSY143", "the server refuses the mount"
    IMAGE = "OSY144", "the name of the image is not valid"
    SCRIPT_MISSING = "OSY150", "the script does not exist"
    SCRIPT_OUTSIDE = "OSY151", "a file lies outside the settings' folder"
    SCRIPT_UNREADABLE = "OSY152", "the script cannot be read"
    TEMPLATE = "OSY153", "the file is a template that was not rendered"
    PRIVATE = "OSY154", "the file is private: no manifest may read it"
    OVERLAY = "OSY160", "the overlay cannot be used"
    OVERLAY_VARIABLE = "OSY161", "an overlay names an undefined environment variable"
    ENV_FILE = "OSY162", "the env file cannot be used"
    TWICE = "OSY170", "a service is defined twice on one cluster"
    TRIGGER_LOOP = "OSY171", "an output feeds its own input"
    SHARED_INPUT = "OSY172", "one upload starts several services", WARNING
    SEED_TRIGGERS = "OSY173", "a seed would start a service"
    SEED_PROVIDER = "OSY174", "a seed goes to a provider that its service does not define"
    PLAIN_SECRET = "OSY180", "a secret is in plain text", WARNING
    INPUT_FILTER = "OSY181", "prefix and suffix of an input do nothing", WARNING
    MOVING_TAG = "OSY182", "the image's tag moves", WARNING
    FOREIGN_INPUT = "OSY183", "an input of a MinIO that may not be the cluster's own", WARNING
    MISSPELT_KEY = "OSY184", "a key is misspelt"
    AMOUNT = "OSY185", "no pod can have the amount: its unit is missing or wrong", WARNING
