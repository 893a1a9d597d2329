"""One FDL file to the services it names, still as written. All shapes of oscar-clients 3.2."""

from typing import Final

from msgspec import Struct

from oscar_sync.documents.paths import dotted
from oscar_sync.documents.places import Places
from oscar_sync.documents.reading import FaultKind, Reading
from oscar_sync.documents.scalars import Tree, is_null
from oscar_sync.documents.suggestion import closest
from oscar_sync.manifests.codes import ManifestCode
from oscar_sync.manifests.findings import Findings, note_faults, unknown_key
from oscar_sync.model.fdl_fields import BY_NAME
from oscar_sync.model.origin import FieldPath

FUNCTIONS: Final = "functions"
OSCAR: Final = "oscar"
SHARED_BLOCKS: Final = ("storage_providers", "clusters")
_TOP: Final = frozenset({FUNCTIONS, *SHARED_BLOCKS})
_IGNORE_HINT: Final = "if it is not an FDL, name it in .oscar-syncignore"
_TEMPLATE_HINT: Final = "lines with {{ … }} are a template: render it first"


class RawService(Struct, frozen=True):
    """A service as its file has it: ``prefix`` leads to it, ``folder`` is the file's own."""

    places: Places
    prefix: FieldPath
    cluster_key: str
    fields: dict[str, Tree]
    shared: dict[str, Tree]
    folder: str


def services_of(
    reading: Reading, places: Places, folder: str, findings: Findings
) -> list[RawService]:
    if not reading.documents and reading.faults:
        template = _TEMPLATE_HINT if "{{" in places.text else ""
        note_faults(findings, reading.faults, places, template or _IGNORE_HINT)
        return []
    first = reading.documents[0] if reading.documents else {}
    later = any(isinstance(doc, dict) and FUNCTIONS in doc for doc in reading.documents[1:])
    if later:
        _second_document(places, findings)
    if not isinstance(first, dict) or FUNCTIONS not in first:
        if not later:
            _not_fdl(reading, places, findings)
        return []
    if not reading.faults and _is_of_another_tool(first):
        _skipped(places, "its functions are for another tool (provider, handler)", findings)
        return []
    note_faults(findings, reading.faults, places)
    _top_keys(first, places, findings)
    return _Reader(places, folder, first, findings).services()


def _second_document(places: Places, findings: Findings) -> None:
    findings.at(
        ManifestCode.SECOND_DOCUMENT,
        places,
        (),
        "functions is in a later YAML document (after ---)",
        "give each FDL a file of its own: OSCAR's tools read the first document only",
    )


def _not_fdl(reading: Reading, places: Places, findings: Findings) -> None:
    for document in reading.documents:
        for key in document if isinstance(document, dict) and not is_published(document) else ():
            if closest(key, (FUNCTIONS,)):
                findings.at(
                    ManifestCode.MISSPELT_FUNCTIONS,
                    places,
                    (key,),
                    f"top-level key {key}; did you mean functions?",
                    f"write functions; {_IGNORE_HINT}",
                )
                return
    why = "it has no functions key"
    for fault in reading.faults:
        if fault.kind is not FaultKind.DUPLICATE:
            why = fault.message
    _skipped(places, why, findings)


def is_published(document: dict[str, Tree]) -> bool:
    """Tell documents of ours, such as a plan (``-o yaml=plan.yaml``); `actions` are not FDL."""
    return "format_version" in document and FUNCTIONS not in document


def _skipped(places: Places, why: str, findings: Findings) -> None:
    remedy = "nothing to do if it is not an FDL"
    findings.of_file(ManifestCode.NOT_FDL, places.file, f"skipped: {why}", remedy)


def _is_of_another_tool(document: dict[str, Tree]) -> bool:
    """Tell a file of Serverless or OpenFaaS, which no FDL with a mistake can be taken for."""
    # FDL has no `provider`, no `handler`, and a list in place of each function.
    functions = document[FUNCTIONS]
    return (
        "provider" in document
        and isinstance(functions, dict)
        and bool(functions)
        and not any(closest(name, (OSCAR,)) for name in functions)
        and all(isinstance(one, dict) and "handler" in one for one in functions.values())
    )


def _top_keys(document: dict[str, Tree], places: Places, findings: Findings) -> None:
    for key in document:
        if key not in _TOP and not key.startswith(("x-", ".")):
            code, message, remedy = unknown_key(key, key, _TOP)
            findings.at(code, places, (key,), message, remedy)


class _Reader:
    def __init__(
        self, places: Places, folder: str, document: dict[str, Tree], findings: Findings
    ) -> None:
        self.places = places
        self.folder = folder
        self.document = document
        self.findings = findings
        self.shared: dict[str, Tree] = {
            key: document[key] for key in SHARED_BLOCKS if key in document
        }

    def services(self) -> list[RawService]:
        functions = self.document[FUNCTIONS]
        if not isinstance(functions, dict):
            is_list = isinstance(functions, list)
            self.shape(
                (FUNCTIONS,),
                "functions must be a mapping" + (", not a list" if is_list else ""),
                "write `oscar:` below it" + (" without `- `" if is_list else ", indented further")
                + ", and the services below that",
            )  # fmt: skip
            return []
        for platform in [name for name in functions if name != OSCAR]:
            path = (FUNCTIONS, platform)
            if closest(platform, (OSCAR,)):
                code, message, remedy = unknown_key(dotted(path), platform, (OSCAR,))
                self.findings.at(code, self.places, path, message, remedy)
            else:
                self.findings.at(
                    ManifestCode.AWS_IGNORED,
                    self.places,
                    path,
                    f"functions.{platform} is not for OSCAR and is ignored",
                    "nothing to do; services for OSCAR are under functions.oscar",
                )
        entries = functions.get(OSCAR, [])
        if not isinstance(entries, list):
            self.shape(
                (FUNCTIONS, OSCAR),
                "functions.oscar must be a list",
                "begin each service with `- CLUSTER:`",
            )
            return []
        return [
            service for place, entry in enumerate(entries) for service in self.entry(entry, place)
        ]

    def shape(self, path: FieldPath, message: str, remedy: str) -> None:
        self.findings.at(ManifestCode.SHAPE, self.places, path, message, remedy)

    def entry(self, entry: Tree, place: int) -> list[RawService]:
        path: FieldPath = (FUNCTIONS, OSCAR, place)
        if not isinstance(entry, dict) or not entry:
            self.shape(path, "an entry of functions.oscar must be a mapping", "write `- CLUSTER:`")
            return []
        if any(key in BY_NAME and not isinstance(entry[key], dict) for key in entry):
            return self.flat(entry, path)
        return [
            service
            for key, fields in entry.items()
            for service in self.keyed(key, fields, (*path, key))
        ]

    def flat(self, entry: dict[str, Tree], path: FieldPath) -> list[RawService]:
        """Return a service that stands without a cluster's key; a mis-indented one is an error."""
        for key, value in entry.items():
            if key not in BY_NAME and is_null(value):
                self.shape(
                    (*path, key),
                    f"the fields of the service are beside {key}, not below it",
                    f"indent them further than {key}",
                )
                return []
        return [RawService(self.places, path, "", entry, self.shared, self.folder)]

    def keyed(self, key: str, fields: Tree, path: FieldPath) -> list[RawService]:
        if not isinstance(fields, dict) or not fields:
            self.shape(
                path,
                f"{key} has no service below it",
                "indent the service's fields further than its cluster's key",
            )
            return []
        return [RawService(self.places, path, key, fields, self.shared, self.folder)]
