"""Files that may hold services and show none: while there is one, nothing is pruned (trust 4.7).

A service that left the manifests and one whose file cannot be understood look alike from afar.
"""

import re
from typing import Final

from oscar_sync.documents.reading import Reading
from oscar_sync.documents.scalars import Tree, is_null
from oscar_sync.documents.suggestion import closest
from oscar_sync.manifests.fdl import FUNCTIONS, OSCAR, is_published

LEADS_OUTSIDE: Final = "is a link that leads outside the settings' folder"
NOT_REGULAR: Final = "is not a regular file"
TOO_LARGE: Final = "is over the limit of 2 MiB"
NOT_CHECKED_OUT: Final = "is a submodule that is not checked out"
OTHER_NAME: Final = "holds an FDL under a name that is not read (.yaml, .yml, .fdl.json)"

_FUNCTIONS: Final = re.compile(r"""^\s*["']?functions["']?\s*:""", re.MULTILINE)
_LFS: Final = "version https://git-lfs.github.com/spec/"


def holds_fdl(text: str) -> bool:
    return _FUNCTIONS.search(text) is not None and OSCAR in text


def gap_of(text: str, reading: Reading, service_count: int) -> str:
    """Return why a manifest may hold more services than it shows, blank if there is no sign of it.

    *reading* is what *text* was read as.
    """
    if text.startswith(_LFS):
        return "is a Git LFS pointer, not the file itself"
    documents = [document for document in reading.documents if not is_null(document)]
    if any(isinstance(document, dict) and "sops" in document for document in documents):
        return "is encrypted by sops"
    if service_count:
        return ""
    if not documents:
        return "is empty, or holds comments only"
    if reading.faults:
        return "cannot be read as a whole"
    if any(isinstance(document, str) for document in documents):
        return "holds a text and no mapping: it may be encrypted, or a link that became a file"
    if all(_is_blank(document) for document in documents):
        return "holds no value"
    if any(_is_meant_as_fdl(document) for document in documents):
        return "looks like an FDL and names no service for OSCAR"
    return ""


def _is_blank(document: Tree) -> bool:
    """Tell whether a document is brackets and keys alone, as of a file that was cut short."""
    if isinstance(document, dict):
        return all(map(_is_blank, document.values()))
    if isinstance(document, list):
        return all(map(_is_blank, document))
    return is_null(document) or not document


def _is_meant_as_fdl(document: Tree) -> bool:
    if not isinstance(document, dict) or is_published(document):
        return False
    if any(closest(key, (OSCAR,)) for key in document):
        return "default" not in document  # with that it is oscar-cli's file
    for key in document:
        if key == FUNCTIONS or closest(key, (FUNCTIONS,)):
            return not _is_for_others(document[key])
    return False


def _is_for_others(functions: Tree) -> bool:
    if not isinstance(functions, dict) or not functions:
        return False
    return not any(key == OSCAR or closest(key, (OSCAR,)) for key in functions)
