"""The page on FDL in the wild says what the program says today."""

import pytest

from tests.support.corpus import CORPUS, INDEX
from tools.wild import PAGE, page, verdicts


@pytest.mark.skipif(
    not INDEX.is_file(), reason="no corpus here; OSCAR_SYNC_CORPUS names its folder"
)
def test_the_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(verdicts(CORPUS)), "run: python -m tools.wild"


def test_what_is_no_fdl_is_counted_apart(tmp_path):
    (tmp_path / "me__here").mkdir()
    (tmp_path / "me__here" / "pod.yaml").write_text("kind: Pod\n")
    (tmp_path / "me__here" / "bad.yaml").write_text("functions: {oscar: [{a: {name: x}}]}\n")
    text = page(verdicts(tmp_path))
    assert "2 files of 1 repositories: 0 can be deployed as they are, 1 cannot, 1 are YAML" in text
    assert "**me/here: `bad.yaml`**" in text
