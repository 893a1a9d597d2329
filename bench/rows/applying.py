"""Rows 11 and 12: an apply of many plain updates on a server faster than today's."""

import json
import socket
import time
from pathlib import Path

from bench import curl, workload
from bench.measuring import Result, Sample, in_turn, paired, run
from bench.setting import HERE, Setting, Stub

_COUNT, _PEER_COUNT = 400, 100
_AT_ONCE = 16
_LATENCY_MS = 20
_FAULTY = 20
_MOST_LISTS = 6
"""The plan's list, the premise's, and one read-back for each batch of two seconds."""


def apply(setting: Setting) -> Result:
    """Compare an apply of 400 updates with curl's bare PUTs, and with oscar-python."""
    folder = setting.services(_COUNT, range(_COUNT))
    ceiling = _ceiling(setting)
    with setting.stub(_COUNT, _LATENCY_MS) as stub:
        environ = setting.login(stub)
        command = [*setting.program, "apply", str(folder), "--yes", "--quiet"]
        command += ["--parallelism", str(_AT_ONCE)]

        def ours() -> Sample:
            stub.reset()
            return run(command, environ, says=f"{_COUNT} of {_COUNT} actions done")

        contenders = {"oscar-sync": ours}
        if curl.is_there():
            address, bodies = f"{stub.url}/system/services", _bodies(setting)
            puts = curl.puts(setting.folder / "bodies", address, "oscar:bench", bodies, _AT_ONCE)
            contenders["curl -Z"] = lambda: run(puts, environ)
        samples = in_turn(contenders, setting.rounds)
        ours()
        faults = _too_many(stub.counts())
        peer = _oscar_python(setting, stub, folder)
    ratios = [
        paired("oscar-python, for each service", 0.10, samples["oscar-sync"][: len(peer)], peer,
               _COUNT / _PEER_COUNT),
    ]  # fmt: skip
    notes = [f"the stub alone answers {ceiling:,.0f} PUTs/s; this row asks it for at most 800"]
    if curl.is_there():
        ratios.insert(0, paired("curl -Z", 2.0, samples["oscar-sync"], samples["curl -Z"]))
    else:
        notes.append(curl.MISSING)
    return Result({**samples, f"oscar-python ({_PEER_COUNT})": peer}, ratios, notes, faults)


def apply_faults(setting: Setting) -> Result:
    """Compare the same apply where one PUT in twenty fails with one where none does."""
    folder = setting.services(_COUNT, range(_COUNT))
    command = [*setting.program, "apply", str(folder), "--yes", "--quiet"]
    command += ["--parallelism", str(_AT_ONCE)]
    wrong: set[str] = set()
    with (
        setting.stub(_COUNT, _LATENCY_MS) as well,
        setting.stub(_COUNT, _LATENCY_MS, _FAULTY) as ill,
    ):

        def applied(stub: Stub) -> Sample:
            stub.reset()
            sample = run(command, setting.login(stub), says=f"{_COUNT} of {_COUNT} actions done")
            wrong.update(_wrong(stub))
            return sample

        contenders = {"with faults": lambda: applied(ill), "without": lambda: applied(well)}
        samples = in_turn(contenders, setting.rounds)
        counts = ill.counts()
    ours, theirs = samples.values()
    faults = [f"{name} is not as its files say" for name in sorted(wrong)]
    notes = [f"{counts['faults']} of {counts['PUT /system/services']} PUTs failed"]
    return Result(samples, [paired("without faults", 1.5, ours, theirs)], notes, faults)


def _wrong(stub: Stub) -> set[str]:
    """Return the names of the services that the server does not show as the files say."""
    wanted = {service.name: service for service in workload.services(_COUNT, range(_COUNT))}
    return {
        raw["name"]
        for raw in stub.services()
        if raw["script"] != wanted[raw["name"]].script
        or f"memory: {raw['memory']}" not in wanted[raw["name"]].fdl
    }


def _too_many(counts: dict[str, int]) -> list[str]:
    faults = []
    if counts.get("PUT /system/services/NAME", 0) + counts.get("PUT /system/services", 0) != _COUNT:
        faults.append(f"{_COUNT} updates made other than {_COUNT} PUTs: {counts}")
    if counts.get("GET /system/services", 0) > _MOST_LISTS:
        faults.append(f"read back by more than {_MOST_LISTS} lists: {counts}")
    if counts.get("GET /system/services/NAME", 0):
        faults.append(f"read back by name: {counts}")
    return faults


def _oscar_python(setting: Setting, stub: Stub, folder: Path) -> list[Sample]:
    script = HERE / "peers" / "oscar_python_updates.py"
    command = [setting.peer("python"), script, str(folder), stub.url, str(_PEER_COUNT)]
    return [
        run(command, setting.environ, says=f"{_PEER_COUNT} updated")
        for _ in range(setting.slow_rounds)
    ]


def _bodies(setting: Setting) -> list[bytes]:
    """Return the bodies of the PUTs: what the server shows, with the memory of the files."""
    listed = json.loads(setting.canned.read_text())["services"][:_COUNT]
    wanted = workload.services(_COUNT, range(_COUNT))
    return [
        json.dumps({**raw, "script": service.script}).encode()
        for raw, service in zip(listed, wanted, strict=True)
    ]


def _ceiling(setting: Setting) -> float:
    """Return how many PUTs a second the stub answers without latency, to one bare socket."""
    requests = [
        b"PUT /system/services HTTP/1.1\r\nHost: stub\r\nContent-Length: %d\r\n\r\n%s"
        % (len(body), body)
        for body in _bodies(setting)
    ]
    with setting.stub(_COUNT) as stub, socket.create_connection(("127.0.0.1", stub.port)) as sock:
        start = time.perf_counter()
        for request in requests:
            sock.sendall(request)
            sock.recv(4096)
        return len(requests) / (time.perf_counter() - start)
