"""Each test that the threat model names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_of_the_threat_model_exists():
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "tests" / "security" / "README.md").read_text())
    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []
