"""The writes that carry an action out."""

from enum import StrEnum

from msgspec import Struct


class Do(StrEnum):
    """One write on the wire (product 6; laws L5 and L11 count these)."""

    POST = "post"
    PUT = "put"
    UNHOOK = "unhook"
    DELETE = "delete"
    ERASE = "erase"
    MARKER = "marker"
    HOOK = "hook"
    REHOOK = "rehook"
    """All notifications of a bucket that start one service start another one from then on."""
    RESTART = "restart"
    UPLOAD = "upload"
    DELETE_OBJECT = "delete-object"
    CREATE_BUCKET = "create-bucket"
    SET_ACCESS = "set-access"
    TAG = "tag"
    TAG_KEPT = "tag-kept"
    """The mark by which ``doctor`` knows what a removal kept."""
    CREATE_VOLUME = "create-volume"
    DELETE_VOLUME = "delete-volume"


class Step(Struct, frozen=True):
    """One write. ``target`` is a service, ``bucket``, ``bucket/key`` or ``bucket/prefix``.

    ``note`` says in words what it is for (``without inputs and outputs``); ``size_bytes`` and
    ``checksum`` (``sha256:...``) belong to uploads; an object that is deleted has the checksum that
    its store tells; ``restarts`` is how often the server restarts MinIO during it.
    ``member`` is the id of the cluster where it is sent, blank for the action's own; ``target``
    then is ``cluster/service``. ``is_detach``: a PUT that takes buckets out of a definition or
    access to them away, and gives nothing. ``access`` is what a bucket is given: its visibility and
    the users.
    """

    do: Do
    target: str
    note: str = ""
    size_bytes: int = 0
    checksum: str = ""
    restarts: int = 0
    member: str = ""
    is_detach: bool = False
    access: tuple[str, tuple[str, ...]] | None = None

    @property
    def restarts_store(self) -> bool:
        return self.restarts > 0
