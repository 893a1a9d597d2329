"""What a reference to a container image may be (the grammar of the distribution project).

``[host[:port]/]path[:tag][@digest]``: the first part is a host if it has a dot or a port, or is
``localhost``; paths are in lower case. Whatever else: it cannot be pulled, and the service never
gets ready.
"""

import re
from typing import Final

_HOST: Final = (
    r"(?:localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|[A-Za-z0-9-]+(?=:)|\[[0-9A-Fa-f:]+\])"
)
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?:{_HOST}(?::[0-9]+)?/)?{_PART}(?:/{_PART})*"
    r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
    r"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?"
)
_LONGEST: Final = 255


_OF_APPTAINER: Final = ("docker://", "oras://", "library://", "shub://")


def image_fault(image: str, *, is_interlink: bool = False) -> str:
    # A node of interLink may run Apptainer, whose references begin with a scheme of its own.
    if is_interlink and image.startswith(_OF_APPTAINER):
        return ""
    if _REFERENCE.fullmatch(image):
        is_long = len(image.partition("@")[0]) > _LONGEST
        return f"has more than {_LONGEST} characters" if is_long else ""
    if "{{" in image or "${" in image or "<" in image:
        return "is a template that was not rendered"
    if "://" in image:
        return "begins with a scheme"
    if image != image.strip() or len(image.split()) > 1:
        return "contains a space"
    name = image.partition("@")[0]
    if name != name.lower() and _REFERENCE.fullmatch(image.lower()):
        return "has capital letters in its path"
    return "is not HOST/PATH:TAG"
