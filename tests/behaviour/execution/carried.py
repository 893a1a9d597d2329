"""One plan carried out, and what went over the wire meanwhile: the plan's own reads left out."""

import json

from msgspec.structs import replace

from oscar_sync.model.plan_options import PlanOptions
from oscar_sync.reconcile.once import ApplyOptions, Stop, apply_once, plan_once
from tests.emulator.calling import SERVICES
from tests.property.proxy import as_it_is, no_fault, no_interest
from tests.property.world import no_sleep
from tests.support.services import minio, service


def carried_out(world, options=None, **more):
    """Return the one result of what is planned now."""
    (result,) = reported(world, options, **more).results
    return result


def reported(
    world,
    options=None,
    *,
    fault=no_fault,
    store_fault=no_fault,
    landed=no_interest,
    rewrite=as_it_is,
    material=None,
    stop=None,
    sleep=None,
    now=None,
    **request,
):
    """Return the report of what is planned now.

    The faults, *landed*, *rewrite*, *sleep* and *now* begin when the plan is made; *material* are
    fields of what the plan holds for its action, in place of its own.
    """
    with world.connections() as connections:
        found = plan_once(world.desire(**request), options or PlanOptions(), connections)
        held = {
            name: replace(one, **(material or {})) for name, one in found.draft.materials.items()
        }
        found = replace(found, draft=replace(found.draft, materials=held))
        world.forget()
        world.oscar.fault, world.s3.fault = fault, store_fault
        world.oscar.landed, world.oscar.rewrite = landed, rewrite
        connections.sleep, connections.now = sleep or no_sleep, now or connections.now
        report = apply_once(found, ApplyOptions(stop=stop or Stop()), connections)
    world.oscar.fault, world.s3.fault = no_fault, no_fault
    world.oscar.landed, world.oscar.rewrite = no_interest, as_it_is
    return report


def requests(world):
    """Return every request since the plan, in the order in which they began."""
    told = [(one, "") for one in world.oscar.seen] + [(one, "store ") for one in world.s3.seen]
    return [
        f"{place}{one.method} {one.path.removeprefix('/system/')}"
        for one, place in sorted(told, key=lambda item: item[0].started_s)
    ]


def sent(world, method, path):
    """Return how often a request went out."""
    return requests(world).count(f"{method} {path}")


def answering(method, path, kind, *, only=None):
    """Return a fault: requests for *path* fare as *kind* says, or the *only*th of them does."""
    seen = []

    def fault(got_method, got_path, query):
        if (got_method, got_path) != (method, f"/system/{path}"):
            return ""
        seen.append(query)
        return kind if only in (None, len(seen)) else ""

    return fault


def meanwhile(method, path, act, *, at=1):
    """Return a fault that is none: somebody *act*s just before the request *at* for *path*."""
    seen = []

    def fault(got_method, got_path, query):
        if (got_method, got_path) == (method, f"/system/{path}"):
            seen.append(query)
            if len(seen) == at:
                act()
        return ""

    return fault


def showing(name, *, after, **fields):
    """Return a rewriter: GETs of the service, but the first *after*, show other *fields*."""
    seen = []

    def rewrite(path, answer):
        if path != f"{SERVICES}/{name}" or not answer.startswith(b"{"):
            return answer
        seen.append(path)
        shown = {**json.loads(answer), **fields} if len(seen) > after else json.loads(answer)
        return json.dumps(shown).encode()

    return rewrite


def leave_a_bucket(world, *others, more=()):
    """Leave red, whose service alpha is gone, and the word to erase it beside *more* removals."""
    world.write(service(output=minio("red/out")), *others)
    world.apply()
    world.put("red", "kept/it", b"x")
    world.write(*others)
    world.write_settings(removed=["alpha"])
    world.apply()
    world.write_settings(removed=[{"service": "alpha", "erase": ["red"]}, *more])
