"""What a server may answer to a request."""

from tests.support.services import minio

IMAGE = "ghcr.io/x/a:1"
REFUSALS = ("401", "403", "409")
UNDONE = ("refuse", "before", "500-before")
DONE = ("500-after", "after", "warn", "reset", "slow=0.05", "truncate")
SERVICES = "/system/services"


def service(name="alpha", **more):
    return {"name": name, "image": IMAGE, "script": "#!/bin/sh\necho\n", **more}


def full(**more):
    return service(input=minio("red/in"), output=minio("red/out", "blue/out"), **more)
