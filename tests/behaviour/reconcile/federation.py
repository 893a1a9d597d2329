"""A project for three clusters of one federation, and the clusters by hand."""

import io

import yaml
from minio import Minio

from oscar_sync.model.plan_options import PlanOptions, Scope
from oscar_sync.model.report import Status
from oscar_sync.reconcile.connect import Connections
from oscar_sync.reconcile.desire import desire
from oscar_sync.reconcile.desire.request import DesireRequest
from oscar_sync.reconcile.once import ApplyOptions, apply_once, plan_once
from tests.emulator.calling import SERVICES, Api
from tests.machine import PATIENCE_S
from tests.property.world import no_sleep, told

PASSWORD = "one-for-all-clusters"
NOWHERE = "http://127.0.0.1:1"
REMOVE = PlanOptions(Scope.REMOVE, ("edge/plants",))


class Federation:
    """A project for three clusters, and the clusters by hand."""

    def __init__(self, folder, emulators):
        self.folder = folder
        self.apis = dict(zip(("edge", "near", "far"), map(Api, emulators), strict=True))
        self.settings = {}
        self.unknown = set()
        self.environ = {
            "PASSWORD": PASSWORD, "XDG_CACHE_HOME": str(folder), "HOME": str(folder),
            "OSCAR_SYNC_FINGERPRINT_KEY": "k" * 32,
        }  # fmt: skip
        (folder / "files").mkdir()

    def address(self, name):
        return self.apis[name].emulator.url if name in self.apis else NOWHERE

    def origin(self, *members, **fields):
        """Return a service of edge that is federated with *members*, each ``CLUSTER/SERVICE``."""
        named = [one.split("/") for one in members]
        federation = {
            "topology": fields.pop("topology", "star"),
            "members": [
                {"type": "oscar", "cluster_id": name, "service_name": one} for name, one in named
            ],
        }
        return {
            "name": "plants", "cluster_id": "edge", "image": "ghcr.io/x/a:1", "script": "s\n",
            "environment": {"secrets": {"refresh_token": "fresh"}},
            "federation": federation,
            "clusters": {
                name: {"endpoint": self.address(name), "auth_user": "", "auth_password": "",
                       "ssl_verify": False}
                for name in dict.fromkeys(("edge", *(name for name, _ in named)))
            },
            **fields,
        }  # fmt: skip

    def write(self, *services, **settings):
        """Write services, each a definition for edge or a pair with its cluster."""
        files = self.folder / "files"
        for path in files.glob("*.yaml"):
            path.unlink()
        for number, one in enumerate(services):
            cluster, service = one if isinstance(one, tuple) else ("edge", one)
            body = {"functions": {"oscar": [{cluster: service}]}}
            (files / f"{number}.yaml").write_text(yaml.safe_dump(body))
        self.settings.update(settings)
        entries = {
            name: {
                "endpoint": api.emulator.url, "auth_user": api.emulator.user,
                "auth_password": "${PASSWORD}", "identity": f"{name}.example.org",
            }
            for name, api in self.apis.items()
            if name not in self.unknown
        }  # fmt: skip
        whole = {"set": "laws", "clusters": entries, **self.settings}
        whole = {name: value for name, value in whole.items() if value is not None}
        (files / "oscar-sync.yaml").write_text(yaml.safe_dump(whole))

    def run(self, options=None, *, between=None, is_applied=True, **request):
        wanted = desire(DesireRequest(paths=(str(self.folder / "files"),), **request), self.environ)
        connections = Connections(self.environ, 4, PATIENCE_S, sleep=no_sleep)
        try:
            found = plan_once(wanted, options or PlanOptions(), connections)
            if not is_applied:
                return found.draft.plan
            if between:
                between()
            return apply_once(found, ApplyOptions(), connections)
        finally:
            connections.close()

    def plan(self, options=None, **request):
        return self.run(options, is_applied=False, **request)

    def stranger(self, name, service, bucket):
        """Let somebody else have a service with data on a cluster."""
        body = {
            "name": service, "image": "ghcr.io/else/b:1", "script": "theirs\n",
            "input": [{"storage_provider": "minio.default", "path": f"{bucket}/in"}],
        }  # fmt: skip
        assert self.apis[name].post(body).status == 201
        self.put(name, bucket, "in/data")

    def store(self, name):
        emulator = self.apis[name].emulator
        keys = (emulator.access_key, emulator.secret_key)
        return Minio(emulator.s3_url.removeprefix("http://"), *keys, secure=False)

    def put(self, name, bucket, key):
        self.store(name).put_object(bucket, key, io.BytesIO(b"kept"), 4)

    def objects(self, name):
        store = self.store(name)
        return {
            (bucket.name, item.object_name)
            for bucket in store.list_buckets()
            for item in store.list_objects(bucket.name, recursive=True)
        }

    def hooks(self, name, bucket):
        """Return the folders whose uploads start something."""
        found = self.store(name).get_bucket_notification(bucket).queue_config_list
        return [rule.prefix_filter_rule.value for rule in found]

    def services(self, name):
        return {one["name"] for one in self.apis[name].get(SERVICES).json}

    def shown(self, name, service):
        return self.apis[name].shown(service)

    def writes_to(self, name):
        return [one for one in self.apis[name].emulator.requests if one[0] not in ("GET", "HEAD")]


def codes(plan):
    return [item.code for item in plan.blocked]


def fates(plan):
    return [
        (f"{one.cluster}/{one.service}", one.fate)
        for action in plan.all_actions
        for one in action.members
    ]


def done(report):
    return all(result.status is Status.DONE for result in report.results), told(report)


def at(*paths):
    return [{"storage_provider": "minio.default", "path": path} for path in paths]


def applied(world, *members, **fields):
    """Have an origin with its workers."""
    world.write(world.origin(*members, **fields))
    is_done, why = done(world.run())
    assert is_done, why
