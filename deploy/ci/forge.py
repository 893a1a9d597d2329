"""What the workflows ask of GitHub or GitLab: one sticky comment, and the plan that was reviewed.

`forge.py comment FILE [NAME]` writes FILE as this pull (merge) request's comment: the one made
before is changed, so there is never a second. `forge.py reviewed-plan FILE` fetches the plan.json
of the request that was merged as this commit. Python's standard library alone, so that the file
can be copied. Tokens come from the environment: GITHUB_TOKEN or GITLAB_TOKEN.
"""

import io
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any, Final, Protocol

TIMEOUT_S: Final = 30.0
PAGE: Final = 100
MAX_PAGES: Final = 50
MAX_BYTES: Final = 64 * 1024 * 1024
PLAN: Final = "plan.json"
_TOO_LONG: Final = "\n\n… cut to fit: the job's log has the whole plan.\n"
_MOST_CHARACTERS: Final = 65_000


class ForgeError(Exception):
    """The forge did not do it; the text says what and why."""


class Api:
    """Requests to one forge. The token goes to its own address alone."""

    def __init__(self, base: str, headers: dict[str, str]) -> None:
        """Send *headers* (the token among them) with each request below *base*."""
        self.base = base.rstrip("/")
        self.headers = headers

    def raw(self, method: str, path: str, body: object = None) -> bytes:
        """Return the answer's body.

        Raises:
            ForgeError: no answer, or an error.
        """
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, content, method=method)  # noqa: S310 - the forge's address
        request.add_header("Content-Type", "application/json")
        request.add_header("User-Agent", "oscar-sync")
        for name, value in self.headers.items():
            request.add_unredirected_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - as above
                read: bytes = answer.read(MAX_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise ForgeError(f"{method} {path}: the forge answers {error.code}") from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            raise ForgeError(f"{method} {path}: no answer ({reason})") from None
        if len(read) > MAX_BYTES:
            raise ForgeError(f"{method} {path}: the answer has more than {MAX_BYTES >> 20} MiB")
        return read

    def json(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer as data.

        Raises:
            ForgeError: no answer, an error, or no JSON.
        """
        try:
            return json.loads(self.raw(method, path, body))
        except ValueError:
            raise ForgeError(f"{method} {path}: the answer is not JSON") from None

    def pages(self, path: str) -> list[Any]:
        """Return the entries of every page of a list."""
        mark = "&" if "?" in path else "?"
        found: list[Any] = []
        for page in range(1, MAX_PAGES + 1):
            entries = self.json("GET", f"{path}{mark}per_page={PAGE}&page={page}")
            found.extend(entries)
            if len(entries) < PAGE:
                break
        return found


class Forge(Protocol):
    """What both forges can do."""

    def comment(self, text: str, marker: str) -> str:
        """Write the sticky comment; return what was done."""

    def reviewed_plan(self) -> bytes:
        """Return the plan of the request that was merged as this commit."""


class GitHub:
    """GitHub, from within a workflow."""

    def __init__(self, environ: dict[str, str]) -> None:
        """Read what a workflow's environment says."""
        self.environ = environ
        base = environ.get("GITHUB_API_URL", "https://api.github.com")
        token = _needed(environ, "GITHUB_TOKEN")
        self.api = Api(base, {"Authorization": f"Bearer {token}"})
        self.repository = _needed(environ, "GITHUB_REPOSITORY")
        self.path = f"/repos/{self.repository}"
        self.author = environ.get("COMMENT_AUTHOR", "github-actions[bot]")

    def comment(self, text: str, marker: str) -> str:
        """Write the sticky comment; return what was done."""
        event = json.loads(Path(_needed(self.environ, "GITHUB_EVENT_PATH")).read_text("utf-8"))
        number = event.get("pull_request", {}).get("number")
        if not number:
            raise ForgeError("this run belongs to no pull request")
        for made in self.api.pages(f"{self.path}/issues/{number}/comments"):
            # Whoever else writes the marker owns the comment, and could change it afterwards.
            if made["body"].startswith(marker) and made["user"]["login"] == self.author:
                self.api.json("PATCH", f"{self.path}/issues/comments/{made['id']}", {"body": text})
                return f"changed comment {made['id']}"
        new = self.api.json("POST", f"{self.path}/issues/{number}/comments", {"body": text})
        return f"wrote comment {new['id']}"

    def reviewed_plan(self) -> bytes:
        """Return the plan of the pull request that was merged as this commit."""
        commit = _needed(self.environ, "GITHUB_SHA")
        requests = self.api.json("GET", f"{self.path}/commits/{commit}/pulls")
        merged = [
            item
            for item in requests
            if item.get("merged_at") and item.get("merge_commit_sha") == commit
        ]
        if not merged:
            raise ForgeError(f"no merged pull request is {commit}: nothing was reviewed")
        head = merged[0]["head"]
        if _name_of(head) != self.repository:
            raise ForgeError(f"the pull request of {commit} came from a fork: it has no plan")
        listed = self.api.json("GET", f"{self.path}/actions/artifacts?name=plan-{head['sha']}")
        kept = sorted(
            (item for item in listed["artifacts"] if self._may_be_plan(item, head)),
            key=lambda item: str(item["created_at"]),
        )
        while kept and not self._is_of(kept[-1]["workflow_run"]["id"], merged[0]):
            kept.pop()
        if not kept:
            raise ForgeError(
                f"there is no plan of {head['sha']}: run the pull request's workflow again"
            )
        return _unpacked(self.api.raw("GET", f"{self.path}/actions/artifacts/{kept[-1]['id']}/zip"))

    def _may_be_plan(self, artifact: dict[str, Any], head: dict[str, Any]) -> bool:
        """Tell whether a run of this repository kept *artifact* for that commit.

        A run of a fork names its artifacts as it likes, and is listed here too.
        """
        run = artifact["workflow_run"]
        is_own = run["repository_id"] == run["head_repository_id"] == head["repo"]["id"]
        return not artifact["expired"] and is_own and run["head_sha"] == head["sha"]

    def _is_of(self, run_id: int, request: dict[str, Any]) -> bool:
        """Tell whether a run belongs to the pull request, and to no push or other request."""
        run = self.api.json("GET", f"{self.path}/actions/runs/{run_id}")
        numbers = {item["number"] for item in run.get("pull_requests") or ()}
        return (
            run["event"] == "pull_request"
            and run["head_sha"] == request["head"]["sha"]
            and run["head_branch"] == request["head"]["ref"]
            and run["head_repository"]["full_name"] == self.repository
            and (not numbers or request["number"] in numbers)  # a merged one may be left out
        )


class GitLab:
    """GitLab, from within a job."""

    def __init__(self, environ: dict[str, str]) -> None:
        """Read what a job's environment says."""
        self.environ = environ
        token = _needed(environ, "GITLAB_TOKEN")
        self.api = Api(_needed(environ, "CI_API_V4_URL"), {"PRIVATE-TOKEN": token})
        self.path = f"/projects/{_needed(environ, 'CI_PROJECT_ID')}"

    def comment(self, text: str, marker: str) -> str:
        """Write the sticky note; return what was done."""
        notes = f"{self.path}/merge_requests/{_needed(self.environ, 'CI_MERGE_REQUEST_IID')}/notes"
        me = self.api.json("GET", "/user")["id"]
        for made in self.api.pages(notes):
            if made["body"].startswith(marker) and made["author"]["id"] == me:
                self.api.json("PUT", f"{notes}/{made['id']}", {"body": text})
                return f"changed note {made['id']}"
        return f"wrote note {self.api.json('POST', notes, {'body': text})['id']}"

    def reviewed_plan(self) -> bytes:
        """Return the plan of the merge request that was merged as this commit."""
        commit = _needed(self.environ, "CI_COMMIT_SHA")
        path = f"{self.path}/repository/commits/{commit}/merge_requests"
        merged = [item for item in self.api.json("GET", path) if item["state"] == "merged"]
        if not merged:
            raise ForgeError(f"no merged merge request is {commit}: nothing was reviewed")
        request = merged[0]
        if request["source_project_id"] != request["project_id"]:
            raise ForgeError(f"the merge request of {commit} came from a fork: it has no plan")
        pipelines = self.api.json("GET", f"{self.path}/merge_requests/{request['iid']}/pipelines")
        name = self.environ.get("PLAN_JOB", "plan")
        own = [
            item["id"]
            for item in pipelines
            if item["sha"] == request["sha"]
            and item["project_id"] == request["project_id"]
            and item["source"] == "merge_request_event"
        ]
        newest = max(own, default=None)
        jobs = self.api.pages(f"{self.path}/pipelines/{newest}/jobs") if newest else []
        done = [job["id"] for job in jobs if job["name"] == name and job["status"] == "success"]
        if not done:
            raise ForgeError(f"the newest pipeline of the merge request has no good job {name}")
        return self.api.raw("GET", f"{self.path}/jobs/{max(done)}/artifacts/{PLAN}")


def _name_of(head: dict[str, Any]) -> str:
    """Return owner/name of the repository that *head* lies in, blank if that is gone."""
    return str((head.get("repo") or {}).get("full_name", ""))


def _unpacked(packed: bytes) -> bytes:
    """Return the plan in an artifact, as large as it may be and no larger."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open(PLAN) as plan:
        found = plan.read(MAX_BYTES + 1)
    if len(found) > MAX_BYTES:
        raise ForgeError(f"the reviewed plan has more than {MAX_BYTES >> 20} MiB")
    return found


def _needed(environ: dict[str, str], name: str) -> str:
    if not environ.get(name):
        raise ForgeError(f"the environment has no {name}")
    return environ[name]


def forge_of(environ: dict[str, str]) -> Forge:
    """Return the forge that this job runs on.

    Raises:
        ForgeError: neither GitHub nor GitLab, or a variable is missing.
    """
    return GitLab(environ) if environ.get("GITLAB_CI") else GitHub(environ)


def sticky(text: str, name: str) -> tuple[str, str]:
    """Return the comment for *text* and the marker that it begins with."""
    marker = f"<!-- oscar-sync: {name} -->"
    if len(text) > _MOST_CHARACTERS:
        text = text[:_MOST_CHARACTERS] + _TOO_LONG
    return f"{marker}\n{text}", marker


def main(words: list[str], environ: dict[str, str]) -> int:
    """Do what *words* say; return 0, 1 if the forge did not, 64 for wrong usage."""
    try:
        match words:
            case ["comment", file, *name] if len(name) < 2:
                text, marker = sticky(Path(file).read_text("utf-8"), *(name or ["plan"]))
                print(forge_of(environ).comment(text, marker))  # noqa: T201 - a script
            case ["reviewed-plan", file]:
                Path(file).write_bytes(forge_of(environ).reviewed_plan())
            case _:
                print(__doc__, file=sys.stderr)  # noqa: T201 - a script
                return 64
    except (ForgeError, OSError, KeyError, zipfile.BadZipFile) as error:
        print(f"forge.py: {error}", file=sys.stderr)  # noqa: T201 - a script
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], dict(os.environ)))
