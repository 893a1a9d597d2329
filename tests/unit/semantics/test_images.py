"""What a reference to an image may be, and which names hold secrets."""

import pytest

from oscar_sync.semantics.images import image_fault
from oscar_sync.semantics.secret_names import names_secret

DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    "image",
    [
        "x", "i:1", "library/x", "ghcr.io/grycap/cowsay:1.0", "localhost/x", "localhost:5000/a/b:1",
        "reg:5000/a", "REG.example.org/a", "10.0.0.1:5000/a", f"a@{DIGEST}", f"a:b@{DIGEST}",
        "a_b/c__d-e.f:v1", "a" * 255, "docker.io/library/x:V_1.2-x", "[fd00::1]:5000/x",
    ],
)  # fmt: skip
def test_what_can_be_pulled_is_taken(image):
    assert image_fault(image) == ""


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        ("a b", "contains a space"),
        ("Y :1", "contains a space"),
        (" x", "contains a space"),
        ("x\n", "contains a space"),
        ("UPPER/x:1", "has capital letters in its path"),
        ("ghcr.io/Grycap/x", "has capital letters in its path"),
        ("http://x/y", "begins with a scheme"),
        ("docker://x/y", "begins with a scheme"),
        ("${IMAGE}", "is a template that was not rendered"),
        ("ghcr.io/x:${TAG}", "is a template that was not rendered"),
        ("{{ image }}", "is a template that was not rendered"),
        ("<image>", "is a template that was not rendered"),
        ("a//b", "is not HOST/PATH:TAG"),
        ("/a", "is not HOST/PATH:TAG"),
        ("a/", "is not HOST/PATH:TAG"),
        ("a:", "is not HOST/PATH:TAG"),
        ("a:1:2/x:", "is not HOST/PATH:TAG"),
        ("a@sha256:12", "is not HOST/PATH:TAG"),
        ("-a", "is not HOST/PATH:TAG"),
        ("a" * 256, "has more than 255 characters"),
        ("A" * 3 + "//b", "is not HOST/PATH:TAG"),
    ],
)
def test_what_no_node_can_pull_says_why(image, fault):
    assert image_fault(image) == fault


def test_a_node_of_interlink_may_take_a_scheme_of_apptainer():
    assert image_fault("docker://deltares/sfincs:v2.1-Release", is_interlink=True) == ""
    assert image_fault("http://x", is_interlink=True) == "begins with a scheme"


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD", "password", "dbPassword", "MYSQL_ROOT_PASSWD", "API_KEY", "APIKEY",
        "AWS_SECRET_ACCESS_KEY", "secret", "GITHUB_TOKEN", "client.secret", "PGPWD_PWD",
        "SSH_PRIVATE_KEY", "S3_CREDENTIALS", "DB_PASS", "smtpPass",
    ],
)  # fmt: skip
def test_a_name_that_says_so_holds_a_secret(name):
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "MODEL", "MAX_TOKENS", "TOKENIZER", "TOKEN_FILE", "SECRET_NAME", "PASSWORD_LENGTH",
        "KEY", "KEYBOARD", "PUBLIC_KEY", "TOKEN_URL", "SECRETARY", "ACCESS", "AWS_ACCESS_KEY_ID",
        "PASS_THROUGH", "BYPASS", "COMPASS",
    ],
)  # fmt: skip
def test_a_name_that_only_tells_about_one_does_not(name):
    assert not names_secret(name)
