"""The public FDL files that tests read where they are."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]


CORPUS = Path(os.environ.get("OSCAR_SYNC_CORPUS", HERE.parent / "shared" / "corpus"))


INDEX = CORPUS / "index.json"
