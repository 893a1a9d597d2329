"""Files up and down as boto3's documentation shows it, with the same words as ours."""

import sys
from pathlib import Path

import boto3

_, store, access_key, secret_key, folder, target = sys.argv[1:]
client = boto3.client(
    "s3",
    endpoint_url=store,
    region_name="us-east-1",
    aws_access_key_id=access_key,
    aws_secret_access_key=secret_key,
)
files = sorted(Path(folder).iterdir())
Path(target).mkdir(exist_ok=True)
for path in files:
    client.upload_file(str(path), "bench", f"down/{path.name}")
for path in files:
    client.download_file("bench", f"down/{path.name}", f"{target}/{path.name}")
print(len(files), "moved")
