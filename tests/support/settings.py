"""Settings read from a text, with what is found in it."""

import posixpath

from oscar_sync.documents.findings import Findings
from oscar_sync.documents.places import Places
from oscar_sync.documents.yaml_reader import read_yaml
from oscar_sync.model.diagnostic import Diagnostic
from oscar_sync.settings.reading import Loaded, read_settings


def read(text: str) -> tuple[Loaded, list[Diagnostic]]:
    findings = Findings()
    (tree,) = read_yaml(text).documents
    places = Places(text, "oscar-sync.yaml", "settings")
    folder = "/work"
    path = posixpath.join(folder, places.file)
    return read_settings(tree, places, folder, path, {}, findings), findings.diagnostics
