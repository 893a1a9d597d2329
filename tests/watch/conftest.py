"""A project with one service, for an emulated cluster."""

import pytest

FDL = """\
functions:
  oscar:
  - any:
      name: {name}
      image: ghcr.io/x/hello:1.0
      memory: {memory}
      script: hello.sh
"""


@pytest.fixture
def project(tmp_path, oscar_emulator):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "oscar-sync.yaml").write_text(
        "set: tests\nclusters:\n  edge:\n"
        f"    endpoint: {oscar_emulator.url}\n    auth_user: {oscar_emulator.user}\n"
        '    auth_password: "${PASSWORD}"\n  "*": edge\n'
    )
    (folder / "hello.sh").write_text("#!/bin/sh\necho hello\n")
    (folder / "hello.yaml").write_text(FDL.format(name="hello", memory="1Gi"))
    return folder
