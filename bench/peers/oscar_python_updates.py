"""oscar-python as its own documentation shows it: one ``update_service`` for each file.

Run by the yardsticks' interpreter as ``oscar_python_updates.py FOLDER URL COUNT``.
"""

import sys
from pathlib import Path

from oscar_python.client import Client

folder, url, count = sys.argv[1:]
client = Client(
    options={
        "cluster_id": "bench",
        "endpoint": url,
        "user": "oscar",
        "password": "bench",
        "ssl": "True",
    }
)
files = sorted(Path(folder).rglob("svc-*.yaml"))[: int(count)]
answers = [client.update_service(path.stem, str(path)).status_code for path in files]
print(answers.count(204), "updated")
