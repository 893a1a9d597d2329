"""What a cluster and its store hold."""

from oscar_sync.semantics.normal_form import normal_form


def state(world):
    """Return everything a later run could differ by."""
    buckets = world.api.get("/system/buckets").json or []
    return {
        "services": {name: described(world.live(name)) for name in sorted(world.names())},
        "buckets": sorted((b["bucket_name"], b.get("visibility"), b.get("owner")) for b in buckets),
        "marks": {b["bucket_name"]: b["metadata"].get("oscar-sync") for b in buckets},
        "volumes": world.api.get("/system/volumes").json,
        "objects": world.objects(),
        "hooks": {bucket: world.hooks(bucket) for bucket in sorted(world.buckets())},
        "unfinished": world.unfinished(),
        "jobs": {name: world.jobs(name) for name in sorted(world.names())},
    }


def described(live):
    form = normal_form(live, is_live=True)
    stamps = {key: text for key, text in live["annotations"].items() if "oscar-sync" in key}
    return form, stamps, live["owner"], sorted(live["environment"].get("secrets", {}))
