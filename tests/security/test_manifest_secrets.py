"""No secret of a manifest stands in what is said about it (L8)."""

import pytest

from oscar_sync.cli.main import call

HEAD = (
    "functions:\n  oscar:\n  - any:\n      name: demo\n"
    "      image: ghcr.io/x/demo:1.0\n      script: demo.sh\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "      environment: {secrets: {TOKEN: [hush-hush]}}\n",
        "      environment: {secrets: {TOKEN: hush-hush}}\n",
        "      storage_providers: {s3: {x: {secret_key: [hush-hush]}}}\n",
        "      storage_providers: {s3: {x: {secret_key: {a: hush-hush}}}}\n",
        "      storage_providers: {webdav: {x: {password: ' hush-hush ', hostname: h}}}\n",
    ],
)
def test_a_finding_never_quotes_a_secret(tmp_path, capfd, body):
    (tmp_path / "demo.yaml").write_text(HEAD + body)
    (tmp_path / "demo.sh").write_text("#!/bin/sh\n")
    for output in ("text", "json", "github"):
        call(["validate", str(tmp_path), "-o", output])
        out, err = capfd.readouterr()
        assert "hush-hush" not in out + err
