"""A text does not send its reader to a place that is not there."""

import re
from urllib.parse import unquote

import pytest

from tests.house.tree import ROOT, tracked_files

TEXTS = [path for path in tracked_files() if path.suffix == ".md"]
CODE_BLOCK = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_files_that_exist(text):
    prose = CODE_BLOCK.sub("", text.read_text(encoding="utf-8"))
    targets = [unquote(target).partition("#")[0] for target in LINK.findall(prose)]
    lost = [
        target
        for target in targets
        if target and ":" not in target and not (text.parent / target).exists()
    ]

    assert lost == []
