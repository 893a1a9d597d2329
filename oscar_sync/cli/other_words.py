"""Commands of other tools, and which command of oscar-sync does the same (words.md 3)."""

from collections.abc import Mapping
from typing import Final

_REMOVE: Final = "to remove services and keep their data: oscar-sync remove NAME"
_APPLY: Final = "to create or update services: oscar-sync apply"
_LIST_FILES: Final = "to list files: oscar-sync storage ls BUCKET/FOLDER/"
_GET_FILE: Final = "to download files: oscar-sync storage get BUCKET/KEY FILE"
_PUT_FILE: Final = "to upload files: oscar-sync storage put FILE BUCKET/KEY"
_DELETE_FILE: Final = "to delete files: oscar-sync storage rm BUCKET/KEY"
_STATUS: Final = "to show the state of services and clusters: oscar-sync status"
_BOARD: Final = (
    "to serve a page that shows the services: oscar-sync watch --listen 127.0.0.1:8090 [--apply]"
)
_LOGIN: Final = (
    "nothing is stored: set OSCAR_TOKEN, or OSCAR_USERNAME and OSCAR_PASSWORD, for the cluster at "
    "OSCAR_ENDPOINT; clusters and their log-ins: oscar-sync cluster list"
)

_FILES: Final = {
    **dict.fromkeys(("list-files", "lsf"), _LIST_FILES),
    **dict.fromkeys(("get-file", "gf", "download"), _GET_FILE),
    **dict.fromkeys(("put-file", "pf", "upload"), _PUT_FILE),
    **dict.fromkeys(("delete-file", "df", "rmf"), _DELETE_FILE),
}
_SERVICE_COMMANDS: Final = {
    "list": ("list", "ls"), "get": ("get", "describe"), "run": ("run", "invoke"), "job": ("job",),
    "jobs": ("jobs",), "logs": ("logs", "log"), "start": ("start",), "stop": ("stop",),
    "restart": ("restart",),
}  # fmt: skip

OTHER_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "": {
        **_FILES,
        **{
            word: f"use: oscar-sync service {name}"
            for name, words in _SERVICE_COMMANDS.items()
            for word in words
        },
        **dict.fromkeys(("delete", "del", "d", "destroy", "undeploy", "down"), _REMOVE),
        **dict.fromkeys(("deploy", "create", "update", "sync", "up", "a"), _APPLY),
        "context": "use: oscar-sync cluster list",
        **dict.fromkeys(("login", "logout", "auth", "configure"), _LOGIN),
        **dict.fromkeys(("lint", "check", "fmt", "test"), "use: oscar-sync validate"),
        **dict.fromkeys(("refresh", "preview"), "use: oscar-sync drift or oscar-sync plan"),
        **dict.fromkeys(("show", "state", "info"), _STATUS),
        **dict.fromkeys(("import",), "to manage running services: oscar-sync export DIRECTORY, "
                        "then oscar-sync adopt NAME"),
        **dict.fromkeys(("rollback", "undo"), "revert the files (git revert), then: oscar-sync "
                        "apply"),
        **dict.fromkeys(("hub", "h"), "save the FDL and its script in a folder (oscar-cli hub "
                        "deploys it at once), then: oscar-sync plan"),
        "interactive": _STATUS,
        **dict.fromkeys(
            ("serve", "server", "ui", "gui", "web", "dashboard", "listen", "daemon", "controller"),
            _BOARD,
        ),
    },
    "service": {
        **_FILES,
        **dict.fromkeys(("delete", "del", "d", "remove", "rm"), _REMOVE),
        **dict.fromkeys(("create", "apply", "update", "deploy"), _APPLY),
        **dict.fromkeys(("describe", "show"), "use: oscar-sync service get NAME"),
        **dict.fromkeys(("deployment", "status"), f"{_STATUS}; its log: oscar-sync service logs "
                        "NAME --deployment"),
        "system-logs": "not in oscar-sync: use oscar-cli 2",
    },
    "board": dict.fromkeys(("start", "serve", "run", "open", "show"), _BOARD),
    "bucket": {
        **_FILES,
        **dict.fromkeys(("describe", "show"), "use: oscar-sync bucket get NAME"),
    },
    "volume": {
        **dict.fromkeys(("describe", "show"), "use: oscar-sync volume get NAME"),
    },
    "cluster": {
        **dict.fromkeys(("add", "a"), "write it in oscar-sync.yaml, under `clusters`"),
        **dict.fromkeys(("delete", "d", "del", "remove", "rm"),
                        "delete its entry in oscar-sync.yaml, under `clusters`"),
        "default": "write `'*': ID` in oscar-sync.yaml, under `clusters`",
        **dict.fromkeys(("status", "s"), "use: oscar-sync cluster info, or oscar-sync status"),
    },
    "federation": dict.fromkeys(
        ("create", "set", "add", "add-member", "update", "remove", "remove-member", "delete"),
        "write `federation` in the service's FDL, then: oscar-sync apply",
    ),
    "storage": {
        **_FILES,
        **dict.fromkeys(("del", "remove"), _DELETE_FILE),
        **dict.fromkeys(("create", "mb", "make"), "use: oscar-sync bucket create NAME"),
        "update": "use: oscar-sync bucket share NAME",
        "presign": "use: oscar-sync bucket presign BUCKET/KEY",
        **dict.fromkeys(("cp", "sync"), f"{_PUT_FILE}; or oscar-sync seed"),
    },
}  # fmt: skip
"""For each group of commands, by its name: a word of another tool, and what to do instead."""

OTHER_ARGUMENTS: Final[Mapping[str, str]] = {
    "status": "it shows all services; those of one cluster: -c ID",
}
"""For a command without arguments, by its name: what to do with one, if not `-c ID`."""

_NAME: Final = "the name and the cluster are written in the FDL"
_ALLOWED: Final = "name each user: --user A --user B"
_OF_RUN: Final = {
    **dict.fromkeys(("-e", "--endpoint"), "name the cluster: -c ID-or-URL"),
    **dict.fromkeys(("-t", "--token"), "no option takes a secret: set OSCAR_TOKEN"),
}

OTHER_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "apply": {
        **dict.fromkeys(("-n", "--name"), _NAME),
        "--default": f"{_NAME}; to send all services to one cluster: -c '*=ID'",
    },
    "bucket get": {"--all": "to list all objects: oscar-sync storage ls NAME"},
    "bucket create": {"--allowed-users": _ALLOWED},
    "bucket share": {"--allowed-users": _ALLOWED},
    "service run": _OF_RUN,
    "service job": _OF_RUN,
    "service logs": {
        **dict.fromkeys(("-s", "--status"), "to list jobs: oscar-sync service jobs NAME -s STATUS; "
                        "to delete them: oscar-sync service logs rm NAME --finished"),
        "-a": "to delete all jobs: oscar-sync service logs rm NAME --all",
    },
}  # fmt: skip
"""For each command: an option of oscar-cli that it does not have, and what to do instead."""

_OF_LOGS: Final = {
    "list": "to list the jobs of a service: oscar-sync service jobs NAME",
    "ls": "to list the jobs of a service: oscar-sync service jobs NAME",
    "get": "to show the log of a job: oscar-sync service logs NAME JOB",
    **dict.fromkeys(("delete", "remove", "d", "del"),
                    "to delete a job and its log: oscar-sync service logs rm NAME JOB"),
}  # fmt: skip


def logs_answer(words: tuple[str, ...]) -> str:
    """Return what ``service logs WORD NAME …`` of oscar-cli is here, blank if it is not that."""
    return _OF_LOGS.get(words[0], "") if len(words) > 1 else ""
