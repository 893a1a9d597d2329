"""What a plan was made from on this machine: what a watch has to look at."""

import os
from collections.abc import Mapping

from msgspec import Struct, field

from oscar_sync.manifests.load.reader import RememberingReader as FileMemory
from oscar_sync.manifests.load.reader import Signature


class Reads(Struct, frozen=True):
    """Absolute paths: ``folders`` were searched for manifests, ``seeds`` are uploaded whole.

    ``files`` were read or looked for, each as it was just before (None: not there).
    """

    folders: frozenset[str] = frozenset()
    files: Mapping[str, Signature | None] = field(default_factory=dict)
    seeds: frozenset[str] = frozenset()

    def outside(self, folder: str) -> "Reads":
        """Return those that are not in *folder*, nor the folder itself."""

        def is_outside(path: str) -> bool:
            return path != folder and not path.startswith(f"{folder}{os.sep}")

        return Reads(
            frozenset(filter(is_outside, self.folders)),
            {path: signature for path, signature in self.files.items() if is_outside(path)},
            frozenset(filter(is_outside, self.seeds)),
        )

    def with_earlier(self, earlier: "Reads") -> "Reads":
        """Return these and *earlier* ones: of a pass that failed nobody knows what it left out."""
        files = {**earlier.files, **self.files}
        return Reads(self.folders | earlier.folders, files, self.seeds | earlier.seeds)


def reads_of(files: FileMemory) -> Reads:
    return Reads(files.folders, files.files, files.seeds)
