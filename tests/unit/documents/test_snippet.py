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


HUSH = "hush-4711"


@pytest.mark.parametrize(
    "text",
    [
        "    auth_pasword: {}",
        "    auth_passwrod: {}",
        "    Pasword : '{}'",
        "    tokne: {}",
        "    refresh_tokn: {}",
        "    secert_key: {}",
        "    acces_key: {}",
        '    "api_key": "{}",',
        "  x: {{a: 1, passwrd: {}}}",
        "endpoint: http://me:{}@oscar.example.org",
        "endpoint: https://{}@oscar.example.org/x",
        "password: |\n  {}",
        "password: >-\n\n  first\n  {}",
        'password: "first\n  {}"',
        "secrets:\n- name: A\n  value: {}",
        "secrets:\n- {}",
        "secrets: {{\n A: 1,\nB: {}}}",
        "? password\n: {}",
        "a: &pw {}\nauth_password: *pw",
        "a: &pw\n  b:\n    c: {}\nsecrets:\n  <<: *pw",
        "DB_PASSWORD={}",
    ],
)
def test_no_value_of_what_looks_like_a_secret_is_shown(text: str) -> None:
    source = text.format(HUSH)
    shown = [snippet(source, line, 1) for line in range(1, source.count("\n") + 2)]
    assert HUSH not in "".join(shown)
    assert "(sensitive)" in "".join(shown)


@pytest.mark.parametrize(
    "text",
    [
        "  image: ghcr.io/x/hello:1.0",
        "  memory: 1Gi",
        "endpoint: https://oscar.example.org",
        "  script: run.sh",
        "  a: &base x\n  b: *base",
        "  allowed_users: [me]",
        "endpoint: ${EDGE}",
    ],
)
def test_other_values_are_shown_as_they_are_written(text: str) -> None:
    lines = text.split("\n")
    shown = [snippet(text, number, 1) for number in range(1, len(lines) + 1)]
    assert [one.splitlines()[0][7:] for one in shown] == lines
