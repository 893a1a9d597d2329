"""A real proxy on loopback, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.weed import free_ports


@contextmanager
def proxy(*kinds: str, login: str = "", tls: Path | None = None) -> Iterator[str]:
    """Yield the place of a proxy that speaks *kinds*, over TLS with the certificate in *tls*.

    *login* is ``user:password``. It remembers who has logged in, by address: one proxy a test.
    """
    place = f"127.0.0.1:{free_ports(1)[0]}"
    spoken = "+".join((*kinds, "ssl") if tls else kinds)
    command = [sys.executable, "-u", "-m", "pproxy", "-l", f"{spoken}://{place}"]
    if login:
        command[-1] += f"#{login}"
    if tls:
        command += ["--ssl", f"{tls / 'cert.pem'},{tls / 'key.pem'}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline().decode()
            assert "Serving on" in said, said
            yield place
        finally:
            process.kill()
