"""What a cluster answers that holds the workload: asked of the emulator once, kept as a file.

Run as ``python -m bench.canned FOLDER FILE``: the services below FOLDER are created as
oscar-sync creates them, and the answers to info, config and list go to FILE as JSON.
"""

import json
import sys
from pathlib import Path

import requests

import oscar_sync
from oscar_sync.emulator.server import Emulator, EmulatorOptions
from oscar_sync.execution.annotations import stamp_for
from oscar_sync.model.material import CreateMaterial
from oscar_sync.semantics.bodies import post_body


def answers(folder: str) -> dict[str, object]:
    """Return the bodies of info, config and list of a cluster that holds the services."""
    with Emulator(EmulatorOptions()) as emulator:
        login = (emulator.user, emulator.password)
        environ = {
            "OSCAR_ENDPOINT": emulator.url,
            "OSCAR_USERNAME": login[0],
            "OSCAR_PASSWORD": login[1],
        }
        found = oscar_sync.plan(folder, environ=environ)
        api = found.connections.to(found.planned.desired.settings.clusters[0]).api
        for material in found.planned.draft.materials.values():
            if not isinstance(material, CreateMaterial):
                continue
            stamp = stamp_for(material.form, material, lambda: None)
            answer = api.post_service(post_body(material.form, {}, stamp, material.release))
            if answer.status >= 300:
                raise SystemExit(f"the emulator answered {answer.status}: {answer.text}")
        bodies = {
            name: requests.get(f"{emulator.url}/system/{name}", auth=login, timeout=60).json()
            for name in ("info", "config", "buckets", "services")
        }
    # No store is named: see "What the rows do not show" in docs/benchmarks.md.
    bodies["config"]["minio_provider"]["endpoint"] = ""
    return bodies


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(answers(sys.argv[1])))
