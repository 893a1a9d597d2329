"""Names that no manifest and no seed may read (trust 4.3)."""

import pytest

from oscar_sync.documents.private import is_left_out, is_of_a_tool, is_private

TOOLS = (
    ".git/config", ".env", ".env.local", ".oscar-sync/key", ".docker/config.json", ".kube/config",
    ".azure/token.json", ".terraform/x", ".mc/config.json", "kubeconfig", "kubeconfig.yaml",
    "edge.kubeconfig", "terraform.tfstate", "prod.tfstate.backup", ".vault-token", ".s3cfg",
    "rclone.conf", ".netrc", ".npmrc", "deep\\.ENV",
)  # fmt: skip
KEYS = ("server.pem", "a/id_rsa", "id_ed25519.pub", "b.KEY", "c.p12")
OPEN = (
    "script.sh", "environment.sh", "git/config", "docker/config.json", "kubeconfig-howto.md",
    "tfstate", "rclone.conf.md", "public.html", "monkey", "valid_id", "",
)  # fmt: skip


@pytest.mark.parametrize("path", TOOLS)
def test_what_tools_keep_log_ins_in_is_private_and_no_token(path):
    assert is_private(path)
    assert is_of_a_tool(path)


@pytest.mark.parametrize("path", KEYS)
def test_a_key_is_private_and_may_lie_where_a_token_does(path):
    assert is_private(path)
    assert not is_of_a_tool(path)


@pytest.mark.parametrize("path", OPEN)
def test_other_names_may_be_read(path):
    assert not is_private(path)


@pytest.mark.parametrize(
    ("name", "is_out"), [(".git", True), (".OSCAR-SYNC", True), (".env", False), ("git", False)]
)
def test_a_seed_passes_over_the_folders_of_git_and_of_this_program_alone(name, is_out):
    assert is_left_out(name) is is_out
