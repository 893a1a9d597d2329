"""Files up and down by our client: ``client_transfers.py CLUSTER STORE KEY SECRET FOLDER TO``."""

import sys
from pathlib import Path

from oscar_sync.client import Client

url, store, access_key, secret_key, folder, target = sys.argv[1:]
client = Client(cluster_id="bench", endpoint=url, user="oscar", password="bench")
storage = client.create_storage_client()
account = {"endpoint": store, "access_key": access_key, "secret_key": secret_key}
storage.storage_providers["minio"] = {"default": account}
files = sorted(Path(folder).iterdir())
for path in files:
    storage.upload_file("minio.default", str(path), "bench/up")
for path in files:
    storage.download_file("minio.default", target, f"bench/up/{path.name}")
print(len(files), "moved")
