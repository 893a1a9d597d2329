"""What is at a path that somebody wrote: an answer for every text, never an error.

``pathlib`` raises for a path that is too long or leads through a link or a folder that may not be
read; whoever needs the reason opens the file.
"""

import os
from typing import TypeAlias

AnyPath: TypeAlias = str | os.PathLike[str]


def real_path(path: AnyPath) -> str:
    """Return the real path of *path*; the link itself where one on its way may not be read."""
    # Such links are of /proc, which lies outside of every folder that a run may read.
    try:
        return os.path.realpath(path)
    except OSError as error:
        return os.path.abspath(error.filename or path)
    except ValueError:  # a NUL: no file has such a name
        return os.path.abspath(path)


def exists(path: AnyPath) -> bool:
    return os.path.exists(path)


def is_file(path: AnyPath) -> bool:
    return os.path.isfile(path)


def is_folder(path: AnyPath) -> bool:
    return os.path.isdir(path)
