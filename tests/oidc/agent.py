"""The real oidc-agent, with accounts at the tests' provider."""

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Self

from tests.machine import PATIENCE_S
from tests.oidc.provider import CLIENT, Provider


class RunningAgent:
    """An agent of its own folder and socket; it can be ended and started again."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self.provider = provider
        self.socket = folder / "agent.sock"
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "OIDC_CONFIG_DIR": str(folder),
            "OIDC_SOCK": str(self.socket),
            "OIDC_ENCRYPTION_PW": "of no worth",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                "oidc-agent",
                "--console",
                "--no-autoload",
                "--no-autoreauthenticate",
                "--socket-path",
                str(self.socket),
            ],
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end, moment = time.monotonic() + PATIENCE_S, threading.Event()
        while self.call("oidc-add", "--loaded").returncode:
            assert time.monotonic() < end, "oidc-agent does not start"
            moment.wait(0.02)

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)
            self.process = None
        self.socket.unlink(missing_ok=True)

    def call(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def make(self, account: str, name: str) -> None:
        """Make an account for one of the provider's users; it is loaded, too."""
        done = self.call(
            "oidc-gen", "--client-id", CLIENT, "--client-secret", "",
            "--issuer", self.provider.issuer, "--scope", "openid profile offline_access",
            "--redirect-uri", "http://localhost:4242", "--rt", self.provider.refresh_token(name),
            "--prompt", "none", "--confirm-default", "--pw-env", account,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def load(self, account: str) -> None:
        """Load an account that was made before the agent was started anew."""
        done = self.call("oidc-add", "--pw-env", account)
        assert done.returncode == 0, done.stdout + done.stderr
