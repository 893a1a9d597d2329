"""The real path of what somebody wrote: an answer for every text, never an error."""

import os


def real_path(path: str | os.PathLike[str]) -> str:
    """Return the real path of *path*; the link itself where one on its way may not be read."""
    # Such links are of /proc, which lies outside of every folder that a run may read.
    try:
        return os.path.realpath(path)
    except OSError as error:
        return os.path.abspath(error.filename or path)
    except ValueError:  # a NUL: no file has such a name
        return os.path.abspath(path)
