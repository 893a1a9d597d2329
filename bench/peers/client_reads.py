"""The same script for both clients: ``client_reads.py PACKAGE URL get|list COUNT``."""

import sys
from importlib import import_module

package, url, what, count = sys.argv[1:]
client = import_module(f"{package}.client").Client(
    options={
        "cluster_id": "bench",
        "endpoint": url,
        "user": "oscar",
        "password": "bench",
        "ssl": "True",
    }
)
if what == "get":
    names = [f"svc-{number:05}" for number in range(int(count))]
    print(sum(client.get_service(name).json()["name"] == name for name in names), "read")
else:
    print(len(client.list_services().json()), "read")
