"""Digests that uploaders leave in the metadata of an object, for those who compare later. Pure."""

import binascii
from collections.abc import Mapping
from typing import Final

_PREFIX: Final = "x-amz-meta-"
OURS: Final = "sha256"
RCLONE: Final = "md5chksum"
"""In base64, at what rclone cuts into parts (its documentation of S3, "Multipart uploads")."""
_MD5_BYTES: Final = 16


def in_metadata(metadata: Mapping[str, str]) -> str:
    """Return ``sha256:HEX`` or ``md5:HEX`` of the whole content, blank for none."""
    named = {name.lower().removeprefix(_PREFIX): text for name, text in metadata.items()}
    if ours := named.get(OURS):
        return f"sha256:{ours.lower()}"
    try:
        digest = binascii.a2b_base64(named.get(RCLONE, "").encode(), strict_mode=True)
    except (ValueError, binascii.Error):
        return ""
    return f"md5:{digest.hex()}" if len(digest) == _MD5_BYTES else ""
