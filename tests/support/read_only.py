"""The program as on a read-only root file system: ``python -c HOOK WORDS``."""

# Refuses what a read-only file system refuses, whoever runs it: root may write to a folder of 0500.
# WRITABLE in the environment names the folders that can be written.
HOOK = """\
import errno, os, sys

FOLDERS = os.environ["WRITABLE"].split(os.pathsep)
WRITABLE = tuple(f"{name}{os.sep}" for name in (*FOLDERS, os.devnull))

def refuse(event, words):
    if event == "open":
        path, mode, flags = words
        is_writing = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.chmod"):
        path, is_writing = words[0], True
    else:
        return
    if is_writing and isinstance(path, (str, bytes)):
        if not f"{os.path.abspath(os.fsdecode(path))}{os.sep}".startswith(WRITABLE):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

sys.dont_write_bytecode = True
sys.addaudithook(refuse)
from oscar_sync.__main__ import main
main()
"""
