"""The codes of what can be wrong with manifests: stable, never reused."""

from enum import StrEnum
from typing import Final


class ManifestCode(StrEnum):
    """OSY1xx."""

    NOT_YAML = "OSY101"
    DUPLICATE_KEY = "OSY102"
    BOMB = "OSY103"
    NOT_UTF8 = "OSY104"
    UNREADABLE = "OSY105"
    TOO_LARGE_FILE = "OSY106"
    SYMLINK_LOOP = "OSY107"
    NO_SUCH_PATH = "OSY108"
    NO_FDL = "OSY109"
    MISSPELT_FUNCTIONS = "OSY110"
    SECOND_DOCUMENT = "OSY111"
    NOT_FDL = "OSY112"
    SHAPE = "OSY113"
    AWS_IGNORED = "OSY114"
    UNKNOWN_KEY = "OSY115"
    REMOVED_KEY = "OSY116"
    SERVER_OWNED = "OSY117"
    BOTH_VARIABLES = "OSY118"
    NOT_TEXT = "OSY119"
    NOT_FLAG = "OSY120"
    NOT_INTEGER = "OSY121"
    NOT_LIST = "OSY122"
    NOT_MAPPING = "OSY123"
    REQUIRED = "OSY124"
    CHOICE = "OSY125"
    QUANTITY = "OSY126"
    NAME = "OSY127"
    STRING = "OSY128"
    PATH = "OSY129"
    BUCKET_NAME = "OSY130"
    PROVIDER = "OSY131"
    PROVIDER_CREDENTIALS = "OSY132"
    TWO_INPUTS = "OSY133"
    RESERVED_ANNOTATION = "OSY134"
    LABEL = "OSY135"
    TOO_LARGE = "OSY136"
    EXPOSE = "OSY137"
    SCALE = "OSY138"
    VOLUME = "OSY139"
    FEDERATION = "OSY140"
    KSERVE = "OSY141"
    ISOLATION = "OSY142"
    MOUNT = "OSY143"
    IMAGE = "OSY144"
    SCRIPT_MISSING = "OSY150"
    SCRIPT_OUTSIDE = "OSY151"
    SCRIPT_UNREADABLE = "OSY152"
    TEMPLATE = "OSY153"
    PRIVATE = "OSY154"
    OVERLAY = "OSY160"
    OVERLAY_VARIABLE = "OSY161"
    ENV_FILE = "OSY162"
    TWICE = "OSY170"
    TRIGGER_LOOP = "OSY171"
    SHARED_INPUT = "OSY172"
    SEED_TRIGGERS = "OSY173"
    SEED_PROVIDER = "OSY174"
    PLAIN_SECRET = "OSY180"
    INPUT_FILTER = "OSY181"
    MOVING_TAG = "OSY182"
    FOREIGN_INPUT = "OSY183"
    MISSPELT_KEY = "OSY184"


TITLES: Final = {
    ManifestCode.NOT_YAML: "the file is not YAML or JSON",
    ManifestCode.DUPLICATE_KEY: "a key occurs twice in one mapping",
    ManifestCode.BOMB: "nested too deeply, or aliases expand to too much",
    ManifestCode.NOT_UTF8: "the file is not UTF-8",
    ManifestCode.UNREADABLE: "a file or folder cannot be read",
    ManifestCode.TOO_LARGE_FILE: "a discovered file is over 2 MiB and was not parsed",
    ManifestCode.SYMLINK_LOOP: "a symbolic link leads back, or to a folder that is ignored in part",
    ManifestCode.NO_SUCH_PATH: "a PATH does not exist",
    ManifestCode.NO_FDL: "there is no FDL at all",
    ManifestCode.MISSPELT_FUNCTIONS: "a top-level key looks like `functions`",
    ManifestCode.SECOND_DOCUMENT: "a second YAML document has `functions`",
    ManifestCode.NOT_FDL: "the file is not an FDL and was skipped",
    ManifestCode.SHAPE: "the file does not have the shape of an FDL",
    ManifestCode.AWS_IGNORED: "functions for another platform are ignored",
    ManifestCode.UNKNOWN_KEY: "no server knows the key",
    ManifestCode.REMOVED_KEY: "servers no longer know the key",
    ManifestCode.SERVER_OWNED: "the server sets this field; the value is not sent",
    ManifestCode.BOTH_VARIABLES: "both spellings of environment variables",
    ManifestCode.NOT_TEXT: "a text is required",
    ManifestCode.NOT_FLAG: "true or false is required",
    ManifestCode.NOT_INTEGER: "a whole number is required",
    ManifestCode.NOT_LIST: "a list is required",
    ManifestCode.NOT_MAPPING: "a mapping is required",
    ManifestCode.REQUIRED: "a required field is missing or blank",
    ManifestCode.CHOICE: "the value is not one of the possible ones",
    ManifestCode.QUANTITY: "not a Kubernetes quantity",
    ManifestCode.NAME: "the name cannot be used",
    ManifestCode.STRING: "the server refuses or changes the value, or fails on it",
    ManifestCode.PATH: "the path cannot be used",
    ManifestCode.BUCKET_NAME: "the name of the bucket is not valid",
    ManifestCode.PROVIDER: "the storage provider is unknown or not defined",
    ManifestCode.PROVIDER_CREDENTIALS: "the storage provider has no endpoint or credentials",
    ManifestCode.TWO_INPUTS: "two inputs of one service in one folder",
    ManifestCode.RESERVED_ANNOTATION: "the annotation belongs to the server or to oscar-sync",
    ManifestCode.LABEL: "Kubernetes refuses the label or annotation",
    ManifestCode.TOO_LARGE: "the definition does not fit into one ConfigMap",
    ManifestCode.EXPOSE: "the exposed service cannot be built",
    ManifestCode.SCALE: "the scale cannot be built",
    ManifestCode.VOLUME: "the server refuses the volume",
    ManifestCode.FEDERATION: "the server refuses the federation",
    ManifestCode.KSERVE: "the server refuses the KServe block",
    ManifestCode.ISOLATION: "the isolation makes the server fail",
    ManifestCode.MOUNT: "the server refuses the mount",
    ManifestCode.IMAGE: "the name of the image is not valid",
    ManifestCode.SCRIPT_MISSING: "the script does not exist",
    ManifestCode.SCRIPT_OUTSIDE: "a file lies outside the settings' folder",
    ManifestCode.SCRIPT_UNREADABLE: "the script cannot be read",
    ManifestCode.PRIVATE: "the file is private: no manifest may read it",
    ManifestCode.TEMPLATE: "the file is a template that was not rendered",
    ManifestCode.OVERLAY: "the overlay cannot be used",
    ManifestCode.OVERLAY_VARIABLE: "an overlay names an undefined environment variable",
    ManifestCode.ENV_FILE: "the env file cannot be used",
    ManifestCode.TWICE: "a service is defined twice on one cluster",
    ManifestCode.TRIGGER_LOOP: "an output feeds its own input",
    ManifestCode.SHARED_INPUT: "one upload starts several services",
    ManifestCode.SEED_TRIGGERS: "a seed would start a service",
    ManifestCode.SEED_PROVIDER: "a seed goes to a provider that its service does not define",
    ManifestCode.PLAIN_SECRET: "a secret is in plain text",
    ManifestCode.INPUT_FILTER: "prefix and suffix of an input do nothing",
    ManifestCode.MOVING_TAG: "the image's tag moves",
    ManifestCode.FOREIGN_INPUT: "an input of a MinIO that may not be the cluster's own",
    ManifestCode.MISSPELT_KEY: "a key is misspelt",
}
