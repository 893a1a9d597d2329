"""A finding shows its line, secrets masked, however many findings and however long lines are."""

import pytest

from oscar_sync.documents.snippet import snippet
from tests.machine import computing

BLOCK = "a:\n  secrets:\n    - x: hush\n\n      y: hush\n  z: shown\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [(3, "    - x: (sensitive)"), (4, ""), (5, "      y: (sensitive)"), (6, "  z: shown")],
)
def test_values_below_secrets_are_masked_and_no_others(line: int, shown: str) -> None:
    assert snippet(BLOCK, line, 1).splitlines()[0] == f"   {line} | {shown}"


def test_a_line_that_is_no_mapping_is_masked_whole_below_secrets() -> None:
    assert "hush" not in snippet("secrets:\n  X: |\n    hush\n", 3, 5)


@pytest.mark.parametrize(
    "text",
    ["a: b\n" * 5_000, " \n" * 5_000 + "a", "- - " * 500_000, "secret" * 300_000, "a " * 500_000],
    ids=["many lines", "blank lines", "nested", "almost a secret", "one long line"],
)
def test_thousands_of_findings_are_shown_in_bounded_time(text: str) -> None:
    with computing(most_s=20):
        for line in range(1, 2_001):
            snippet(text, line if "\n" in text else 1, 5)
