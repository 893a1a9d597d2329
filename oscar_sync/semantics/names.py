"""Names that Kubernetes, Knative and object stores accept."""

import re
from functools import lru_cache
from typing import Final

from oscar_sync.model.amounts import plural

LONGEST_SERVICE: Final = 39
"""oscar-server 2.1: the validator's ``max=39``."""

LONGEST_SUBDOMAIN: Final = 253
MOST_ANNOTATION_BYTES: Final = 262_144
"""Of all annotations of an object, keys and values together (record 138)."""

_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED: Final = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_SECRET: Final = re.compile(r"[-._a-zA-Z0-9]+")
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")


def service_name_fault(name: str) -> str:
    """Return why no service can be called *name*, blank if one can (record 012)."""
    if len(name) > LONGEST_SERVICE:
        return f"has {len(name)} characters; {LONGEST_SERVICE} is the most"
    if not _SUBDOMAIN.fullmatch(name):
        return "may hold only a-z, 0-9 and -, and begins and ends with a letter or digit"
    return ""


def is_knative_name(name: str) -> bool:
    """Tell whether Knative and Kubernetes Services take *name*: a DNS-1035 label."""
    return _LABEL_1035.fullmatch(name) is not None


def is_dns_label(name: str) -> bool:
    """Tell whether *name* is a DNS-1123 label, as volumes need (oscar-server 2.6)."""
    return len(name) <= 63 and _LABEL.fullmatch(name) is not None


def bucket_name_fault(name: str) -> str:
    """Return why S3 and MinIO refuse a bucket called *name*, blank if they do not (record 114)."""
    if not 3 <= len(name) <= 63:
        return f"has {plural(len(name), 'character')}; a bucket's name has 3 to 63"
    if not _BUCKET.fullmatch(name):
        return "may hold only a-z, 0-9, - and ., and begins and ends with a letter or digit"
    if ".." in name or ".-" in name or "-." in name:
        return "has a dot beside a dot or a hyphen"
    if _ADDRESS.fullmatch(name):
        return "looks like an IP address"
    if name == "minio":
        return "is reserved by MinIO"
    return ""


@lru_cache(maxsize=4096)
def qualified_key_fault(key: str) -> str:
    """Return why Kubernetes refuses *key* of a label or annotation, blank if not (record 103)."""
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > LONGEST_SUBDOMAIN or not _SUBDOMAIN.fullmatch(prefix)):
        return "the part before / must be a DNS name in lower case"
    if len(name) > 63 or not _QUALIFIED.fullmatch(name):
        return (
            "a name has 1 to 63 letters, digits, -, _ and ., "
            "and begins and ends with a letter or digit"
        )
    return ""


def secret_name_fault(name: str) -> str:
    """Return why Kubernetes refuses a secret called *name*, blank if it does not (record 138)."""
    if len(name) > LONGEST_SUBDOMAIN or not _SECRET.fullmatch(name):
        return "may hold only letters, digits, -, _ and ., 253 at most"
    if name == "." or name.startswith(".."):
        return "begins with two dots, or is a dot"
    return ""


def label_value_fault(value: str) -> str:
    """Return why Kubernetes refuses *value* of a label, blank if it does not."""
    if len(value) > 63 or (value and not _QUALIFIED.fullmatch(value)):
        return (
            "has at most 63 letters, digits, -, _ and ., and begins and ends with a letter or digit"
        )
    return ""
