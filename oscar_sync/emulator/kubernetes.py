"""What the Kubernetes API server says about names, labels, sizes, scales (012, 062, 103)."""

import re
from collections.abc import Mapping, Sequence

__all__ = [
    "CONFIGMAP_LIMIT",
    "autoscaler_problems",
    "invalid_object",
    "is_dns_label",
    "is_label_value",
    "metadata_problems",
    "name_problem",
    "positive_quantity",
    "quantity_problem",
    "secret_key_problems",
    "service_name_problem",
    "too_long",
]

CONFIGMAP_LIMIT = 1_048_576
_ANNOTATION_LIMIT = 262_144
_NAME_LIMIT = 253
_LABEL_LIMIT = 63
_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_NAME_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SERVICE = "[a-z]([-a-z0-9]*[a-z0-9])?"
_CONFIG_KEY = "[-._a-zA-Z0-9]+"
_QUANTITY = re.compile(r"([+-]?)([0-9]*\.?[0-9]*)([eEinumkKMGTP]*)([-+]?[0-9]*)")
_SUFFIXES = {"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"}
_WRONG_FORMAT = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)

_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    f"for validation is '{_SUBDOMAIN}')"
)
_LABEL_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value', "
    f" or '12345', regex used for validation is '{_LABEL_VALUE}')"
)
_NAME_PART_TEXT = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    f"validation is '{_NAME_PART}')"
)
_SERVICE_TEXT = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    f"regex used for validation is '{_SERVICE}')"
)
_CONFIG_KEY_TEXT = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
    f"'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '{_CONFIG_KEY}')"
)


def _go_quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def is_dns_label(name: str) -> bool:
    return re.fullmatch(_DNS_LABEL, name) is not None and len(name) <= _LABEL_LIMIT


def is_label_value(value: str) -> bool:
    return re.fullmatch(_LABEL_VALUE, value) is not None and len(value) <= _LABEL_LIMIT


def _label_value_problems(value: str) -> list[str]:
    problems = []
    if len(value) > _LABEL_LIMIT:
        problems.append(f"must be no more than {_LABEL_LIMIT} bytes")
    if re.fullmatch(_LABEL_VALUE, value) is None:
        problems.append(_LABEL_TEXT)
    return problems


def _qualified_name_problems(key: str) -> list[str]:
    prefix, slash, name = key.rpartition("/")
    if key.count("/") > 1:
        text = "a qualified name " + _NAME_PART_TEXT
        return [
            text.removesuffix(")") + ") with an optional DNS subdomain prefix and '/' (e.g. "
            "'example.com/MyName')"
        ]
    problems = []
    if slash:
        if not prefix:
            problems.append("prefix part must be non-empty")
        elif re.fullmatch(_SUBDOMAIN, prefix) is None:
            problems.append(f"prefix part {_SUBDOMAIN_TEXT}")
    if not name:
        problems.append("name part must be non-empty")
    elif len(name) > _LABEL_LIMIT:
        problems.append(f"name part must be no more than {_LABEL_LIMIT} bytes")
    if re.fullmatch(_NAME_PART, name) is None:
        problems.append(f"name part {_NAME_PART_TEXT}")
    return problems


def _in_words(field: str, value: str, problems: Sequence[str]) -> list[str]:
    return [f"{field}: Invalid value: {_go_quoted(value)}: {problem}" for problem in problems]


def name_problem(name: str) -> list[str]:
    problems = []
    if len(name) > _NAME_LIMIT:
        problems.append(f"must be no more than {_NAME_LIMIT} bytes")
    if re.fullmatch(_SUBDOMAIN, name) is None:
        problems.append(_SUBDOMAIN_TEXT)
    return _in_words("metadata.name", name, problems)


def service_name_problem(name: str) -> list[str]:
    return [] if re.fullmatch(_SERVICE, name) else _in_words("metadata.name", name, [_SERVICE_TEXT])


def metadata_problems(
    name: str,
    labels: Mapping[str, str],
    annotations: Mapping[str, str],
) -> list[str]:
    """Return what is wrong with an object's name, labels and annotations, each thing once."""
    problems = name_problem(name)
    for key, value in sorted(labels.items()):
        problems += _in_words("metadata.labels", key, _qualified_name_problems(key))
        problems += _in_words("metadata.labels", value, _label_value_problems(value))
    for key in sorted(annotations):
        problems += _in_words("metadata.annotations", key, _qualified_name_problems(key.lower()))
    size = sum(len(k.encode()) + len(v.encode()) for k, v in annotations.items())
    if size > _ANNOTATION_LIMIT:
        problems.append(too_long("metadata.annotations", _ANNOTATION_LIMIT))
    return list(dict.fromkeys(problems))


def secret_key_problems(keys: Sequence[str]) -> list[str]:
    listed = []
    for key in sorted(keys):
        problems = [] if re.fullmatch(_CONFIG_KEY, key) else [_CONFIG_KEY_TEXT]
        if len(key) > _NAME_LIMIT:
            problems.insert(0, f"must be no more than {_NAME_LIMIT} bytes")
        if key in {".", ".."}:
            problems.append(f"must not be '{key}'")
        elif key.startswith(".."):
            problems.append("must not start with '..'")
        listed += _in_words(f"data[{key}]", key, problems)
    return listed


def too_long(field: str, limit: int) -> str:
    return f"{field}: Too long: may not be more than {limit} bytes"


def invalid_object(kind: str, name: str, problems: Sequence[str]) -> str:
    told = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
    return f"{kind} {_go_quoted(name)} is invalid: {told}"


def quantity_problem(text: str) -> str | None:
    match = _QUANTITY.fullmatch(text)
    if match is None or not text:
        return _WRONG_FORMAT
    _, number, letters, exponent = match.groups()
    suffix = letters + exponent
    if not number.strip("."):
        return "unable to parse numeric part of quantity" if number else _WRONG_FORMAT
    if suffix in _SUFFIXES or re.fullmatch(r"[eE][+-]?[0-9]+", suffix):
        return None
    return "unable to parse quantity's suffix"


def positive_quantity(text: str) -> bool:
    if quantity_problem(text) is not None or text.startswith("-"):
        return False
    match = _QUANTITY.fullmatch(text)
    return match is not None and any(digit in "123456789" for digit in match[2])


def autoscaler_problems(expose: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the scale of an exposed service (record 062)."""
    low, high, load = expose["min_scale"], expose["max_scale"], expose["cpu_threshold"]
    problems = []
    if low < 1:
        problems.append(
            f"spec.minReplicas: Invalid value: {low}: must be greater than or equal to 1"
        )
    if high < 1:
        problems.append(f"spec.maxReplicas: Invalid value: {high}: must be greater than 0")
    if high < low:
        problems.append(
            f"spec.maxReplicas: Invalid value: {high}: must be greater than or equal to "
            "`minReplicas`",
        )
    if load < 1:
        problems.append(
            "spec.metrics[0].resource.target.averageUtilization: Invalid value: "
            f"{load}: must be greater than 0",
        )
    if low == 0:
        problems.append(
            "spec.metrics: Forbidden: must specify at least one Object or External metric to "
            "support scaling to zero replicas",
        )
    return problems
