"""What others do to a cluster: `by_hand.py post FILE`, `put SERVICE FIELD=VALUE`,
`delete SERVICE`, `wipe`.
"""

import json
import os
import sys
from pathlib import Path

import requests

ENDPOINT = os.environ["OSCAR_ENDPOINT"]
SERVICES = f"{ENDPOINT}/system/services"


def main() -> None:
    verb, *named = sys.argv[1:]
    with requests.Session() as session:
        session.auth = os.environ["OSCAR_USERNAME"], os.environ["OSCAR_PASSWORD"]
        if verb == "wipe":
            session.post(f"{ENDPOINT}/_emulator/wipe", timeout=60).raise_for_status()
            return
        if verb == "delete":
            session.delete(f"{SERVICES}/{named[0]}", timeout=60).raise_for_status()
            return
        if verb == "post":
            service = json.loads(Path(named[0]).read_text(encoding="utf-8"))
        else:
            field, _, text = named[1].partition("=")
            value = json.loads(text) if text.startswith("[") else text
            service = session.get(f"{SERVICES}/{named[0]}", timeout=60).json() | {field: value}
        session.request(verb, SERVICES, json=service, timeout=60).raise_for_status()


if __name__ == "__main__":
    main()
