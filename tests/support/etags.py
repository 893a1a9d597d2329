"""ETags of objects in parts."""

import hashlib


def parts_etag(path, part):
    content = path.read_bytes()
    pieces = [content[start : start + part] for start in range(0, len(content), part)]
    joined = b"".join(hashlib.md5(piece).digest() for piece in pieces)
    return f"{hashlib.md5(joined).hexdigest()}-{len(pieces)}"
