"""Row 20: whether the emulator answers fast enough for no test or demo to wait for it."""

import json

from bench import curl
from bench.measuring import Ratio, Result, Sample, run
from bench.setting import Emulated, Setting

_COUNT, _SERVICES, _AT_ONCE = 1000, 250, 16
_ENOUGH = 500


def emulator(setting: Setting) -> Result:
    """Compare 1,000 PUTs by 16 clients with what 500 requests a second would take.

    The same client against the stub tells what is the client's own.
    """
    if not curl.is_there():
        return Result({}, [], [curl.MISSING])
    samples: dict[str, list[Sample]] = {"emulator": [], "stub": []}
    with setting.emulator() as emulated, setting.stub(_SERVICES) as stub:
        bodies = _bodies(setting, emulated)
        address = f"{emulated.url}/system/services"
        login = f"{emulated.user}:{emulated.password}"
        ours = curl.puts(setting.folder / "to-emulator", address, login, bodies, _AT_ONCE)
        address = f"{stub.url}/system/services"
        theirs = curl.puts(setting.folder / "to-stub", address, "oscar:bench", bodies, _AT_ONCE)
        for _ in range(setting.rounds):
            samples["emulator"].append(run(ours, setting.environ))
            samples["stub"].append(run(theirs, setting.environ))
    enough_s = _COUNT / _ENOUGH
    ratio = Ratio(
        f"{_ENOUGH} a second", 1.0, [one.wall_s / enough_s for one in samples["emulator"]]
    )
    return Result(samples, [ratio])


def _bodies(setting: Setting, emulated: Emulated) -> list[bytes]:
    """Return PUTs of services that the emulator is given first; each says something new."""
    folder = setting.services(_SERVICES)
    command = [*setting.program, "apply", folder, "--yes", "--quiet"]
    run(command, {**setting.environ, **emulated.login}, says=f"{_SERVICES} of {_SERVICES}")
    listed = json.loads(emulated.call("GET", "/system/services"))
    return [
        json.dumps({**raw, "memory": f"{512 + place}Mi"}).encode()
        for place in range(_COUNT // _SERVICES)
        for raw in listed
    ]
