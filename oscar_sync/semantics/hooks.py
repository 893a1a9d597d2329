"""Bucket notifications: which uploads start which service (oscar-server 9; records 126-128)."""

import re
from collections.abc import Iterable
from typing import Final

from oscar_sync.model.form import Form
from oscar_sync.model.identity import BucketName
from oscar_sync.semantics.buckets import inputs

EVENT: Final = "s3:ObjectCreated:*"

_ARN: Final = re.compile(r"arn:minio:sqs:[^:]*:([^:]+):webhook")


def arn_of(service: str) -> str:
    return f"arn:minio:sqs::{service}:webhook"


def service_of(arn: str) -> str:
    match = _ARN.fullmatch(arn)
    return match[1] if match else ""


def wanted_hooks(form: Form) -> frozenset[tuple[BucketName, str]]:
    return frozenset((bucket, f"{folder}/") for bucket, folder in inputs(form))


def deaf_hooks(form: Form, bucket_list: Iterable[str]) -> frozenset[tuple[BucketName, str]]:
    """Return bucket and prefix of the notifications that OSCAR sets on per-user buckets."""
    # Their prefix reads ``<folder>//``, which no upload to the folder matches (oscar-server 9;
    # 208).
    folders = {folder for _, folder in inputs(form)}
    return frozenset(
        (BucketName(bucket), f"{folder}//") for bucket in bucket_list for folder in folders
    )
