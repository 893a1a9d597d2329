"""Three emulated clusters, each behind a witness, and a folder of files to bring them to."""

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.emulator.calling import SERVICES, Api
from tests.machine import PATIENCE_S
from tests.property.proxy import Proxy, as_it_is, no_fault, no_interest
from tests.property.world import as_yaml, no_sleep

CLUSTERS = ("east", "lab", "west")
PASSWORD = "one-for-all-clusters"
WAVES = [["lab"], ["east", "*"]]


class Fleet:
    def __init__(self, folder, emulators, proxies):
        self.folder = Path(folder)
        self.emulators = dict(zip(CLUSTERS, emulators, strict=True))
        self.proxies = dict(zip(CLUSTERS, proxies, strict=True))
        self.environ = {
            "PASSWORD": PASSWORD, "XDG_CACHE_HOME": str(folder), "HOME": str(folder),
            "OSCAR_SYNC_FINGERPRINT_KEY": "k" * 32,
        }  # fmt: skip
        self.settings = {}

    def reset(self):
        for name, emulator in self.emulators.items():
            emulator.reset()
            self.proxies[name].fault, self.proxies[name].landed = no_fault, no_interest
            self.proxies[name].rewrite = as_it_is
            self.hold(name, is_held=False)
        self.settings = {"waves": WAVES}

    def api(self, name):
        return Api(self.emulators[name])

    def hold(self, name, *, is_held=True):
        """Let the services of a cluster stay pending, or not."""
        cluster = self.emulators[name]._cluster
        cluster.settings = replace(cluster.settings, holds_workloads=is_held)

    def write(self, wanted, **settings):
        """Write the services of each cluster, and the settings."""
        for path in self.folder.glob("*.yaml"):
            path.unlink()
        for name, services in wanted.items():
            body = {"functions": {"oscar": [{name: service} for service in services]}}
            (self.folder / f"{name}.yaml").write_text(as_yaml(body))
        self.settings.update(settings)
        entries = {
            name: {
                "endpoint": proxy.url, "auth_user": self.emulators[name].user,
                "auth_password": "${PASSWORD}", "identity": f"{name}.example.org",
                "s3_endpoint": self.emulators[name].s3_url,
            }
            for name, proxy in self.proxies.items()
        }  # fmt: skip
        whole = {"set": "laws", "clusters": entries, **self.settings}
        (self.folder / "oscar-sync.yaml").write_text(as_yaml(whole))

    def plan(self, **request):
        return self._run(None, request)[0].draft.plan

    def apply(self, options=None, **request):
        """Return the plan and what became of it; the witnesses forget what was before."""
        found, report = self.passed(options, **request)
        return found.draft.plan, report

    def passed(self, options=None, **request):
        """Return the pass and what became of its plan."""
        return self._run(options or ApplyOptions(), request)

    def _run(self, options, request):
        wanted = desire(DesireRequest(paths=(str(self.folder),), **request), self.environ)
        for proxy in self.proxies.values():
            proxy.forget()
        connections = Connections(self.environ, 4, PATIENCE_S, sleep=no_sleep)
        try:
            found = plan_once(wanted, PlanOptions(), connections)
            return found, apply_once(found, options, connections) if options else None
        finally:
            connections.close()

    def writes(self, name):
        return self.proxies[name].writes


@contextmanager
def running_fleet(folder):
    with ExitStack() as stack:
        options = EmulatorOptions(password=PASSWORD, admin=True)
        emulators = [stack.enter_context(Emulator(options)) for _ in CLUSTERS]
        proxies = [stack.enter_context(Proxy(emulator._respond)) for emulator in emulators]
        yield Fleet(folder, emulators, proxies)


def check_turns(fleet, waves):
    """Each write to a wave begins after all of the waves before have ended and were read back."""
    before: list[str] = []
    for wave in waves:
        begins = [one.started_s for name in wave for one in fleet.writes(name)]
        if begins:
            for name in before:
                check_read_back(fleet, name, min(begins))
        before += wave


def check_read_back(fleet, name, moment):
    """Each service that was written is shown by a GET between its last write and *moment*."""
    written: dict[str, float] = {}
    for one in fleet.writes(name):
        assert one.ended_s < moment, name
        if one.method in ("POST", "PUT") and one.path == SERVICES:
            written[str(one.sent["name"])] = one.ended_s
    for service, ended_s in written.items():
        assert [
            one
            for one in fleet.proxies[name].seen
            if one.method == "GET"
            and one.path in {SERVICES, f"{SERVICES}/{service}"}
            and ended_s <= one.started_s
            and one.ended_s < moment
        ], f"{name}/{service} was not read back"
