"""Names, labels, annotations, environment names."""

from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.draft import ServiceDraft
from oscar_sync.manifests.findings import ERROR, WARNING
from oscar_sync.semantics.names import (
    MOST_ANNOTATION_BYTES,
    is_knative_name,
    label_value_fault,
    qualified_key_fault,
    secret_name_fault,
    service_name_fault,
)

_RESERVED = ("oscar.grycap/", "oscar-sync.io/")


def check(draft: ServiceDraft) -> None:
    """Note names that cannot be used (oscar-server 2.1, 12.16; records 012, 103, 138)."""
    if draft.name:
        _name(draft)
    if draft.values.get("annotations"):
        _annotations(draft)
    if draft.values.get("labels"):
        _labels(draft)
    _environment(draft)


def _name(draft: ServiceDraft) -> None:
    fault = service_name_fault(draft.name)
    if fault:
        remedy = "write lower-case letters, digits and hyphens, at most 39"
        draft.say(ManifestCode.NAME, ("name",), f"name {draft.name} {fault}", remedy)
    elif not is_knative_name(draft.name):
        is_exposed = any(draft.block("expose").get("api_port") or ())
        takers = "a Kubernetes Service" if is_exposed else "Knative and Kubernetes Services"
        draft.say(
            ManifestCode.NAME,
            ("name",),
            f"name {draft.name} begins with a digit or holds a dot: OSCAR accepts it, {takers} "
            f"{'does' if is_exposed else 'may'} not",
            "begin with a letter and use hyphens",
            severity=ERROR if is_exposed else WARNING,
        )


def _annotations(draft: ServiceDraft) -> None:
    annotations = draft.values["annotations"]
    text = "".join([*annotations, *annotations.values()])
    size = len(text.encode(errors="surrogatepass"))
    if size > MOST_ANNOTATION_BYTES:
        draft.say(
            ManifestCode.LABEL,
            ("annotations",),
            f"the annotations have {size:,} bytes; Kubernetes takes "
            f"{MOST_ANNOTATION_BYTES:,} at most",
            "shorten them",
        )
    for key in annotations:
        path = ("annotations", key)
        if key.startswith(_RESERVED):
            owner = key.partition("/")[0]
            draft.say(
                ManifestCode.RESERVED_ANNOTATION,
                path,
                f"annotations {owner}/* are set by the software itself: {key}",
                "delete the line",
            )
        elif fault := qualified_key_fault(key):
            draft.say(ManifestCode.LABEL, path, f"Kubernetes refuses the key {key}: {fault}",
                      "write [prefix.example/]name")  # fmt: skip


def _labels(draft: ServiceDraft) -> None:
    for key, value in draft.values["labels"].items():
        path = ("labels", key)
        if fault := qualified_key_fault(key):
            draft.say(ManifestCode.LABEL, path, f"Kubernetes refuses the key {key}: {fault}",
                      "write [prefix.example/]name")  # fmt: skip
        elif fault := label_value_fault(value):
            draft.say(
                ManifestCode.LABEL,
                path,
                f"Kubernetes refuses the value of {key}: {fault}",
                "shorten it, or use an annotation",
            )


def _environment(draft: ServiceDraft) -> None:
    for kind, values in draft.block("environment").items():
        for name in values:
            if not name or "=" in name:
                draft.say(
                    ManifestCode.NAME,
                    ("environment", kind, name),
                    f"{name!r} cannot be the name of an environment variable",
                    "write a name without = before the colon",
                )
            elif kind == "secrets" and (fault := secret_name_fault(name)):
                draft.say(
                    ManifestCode.NAME,
                    ("environment", kind, name),
                    f"{name!r} cannot be the name of a secret: it {fault}",
                    "write the name with _ in their place",
                )
