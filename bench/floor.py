"""The floor of a plan: start, list and read the same files, one GET of the list, parse, leave.

Run as ``python floor.py FOLDER PORT``.
"""

import http.client
import json
import os
import sys


def contents(folder):
    """Return the bytes of every file below *folder*."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                found += contents(entry.path)
            else:
                with open(entry.path, "rb") as file:  # noqa: PTH123 - the fastest way
                    found.append(file.read())
    return found


read = contents(sys.argv[1])
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]))
connection.request("GET", "/system/services")
listed = json.loads(connection.getresponse().read())
print(len(read), len(listed))
