"""A followed repository: only whole, accepted commits get into its folder, and nothing is run."""

import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from oscar_sync.errors import LockedError, RepositoryError, UsageError
from oscar_sync.workspace import clone as module
from oscar_sync.workspace import followed_files
from oscar_sync.workspace.clone_folder import opened
from oscar_sync.workspace.followed import Followed, default_folder
from oscar_sync.workspace.git_objects import author_of
from oscar_sync.workspace.git_remote import Remote, address_fault
from oscar_sync.workspace.revision import revision
from tests.machine import PATIENCE_S
from tests.servers import until
from tests.support.forge import GIT, forge, signer

__all__ = ["forge", "signer"]

FILES = {"a.yaml": "one\n", "services/b.yaml": "two\n"}


@pytest.fixture
def follow(forge, tmp_path):
    """Return what follows the forge's repository, as a run that begins now."""

    def update(ref="main", *, folder="clone", url="", **fields):
        known = ("token_file", "environ", "ssh_key", "known_hosts")
        login = {name: fields.pop(name) for name in known if name in fields}
        remote = Remote(url or forge.url, **login)
        with opened(Followed(remote, ref, tmp_path / folder, **fields)) as clone:
            return clone.update()

    return update


def files(folder):
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink()
        else path.read_text()
        for path in folder.rglob("*")
        if ".git" not in path.parts and (path.is_symlink() or path.is_file())
    }  # fmt: skip


def failure(follow, *words, **options):
    with pytest.raises(RepositoryError) as caught:
        follow(*words, **options)
    assert caught.value.address in str(caught.value)
    return str(caught.value)


def test_the_newest_commit_is_told_and_its_files_are_there(follow, forge, tmp_path):
    first = forge.commit(FILES, subject="first: é")
    told = follow()
    assert (told.id, told.author, told.subject) == (first, "Ada", "first: é")
    assert told.authored_at == "2026-05-01T10:00:00+02:00"
    assert files(tmp_path / "clone") == FILES
    before = (tmp_path / "clone/a.yaml").stat()
    second = forge.commit({"a.yaml": "one\n", "c.yaml": "three\n"})
    assert follow().id == second
    assert files(tmp_path / "clone") == {"a.yaml": "one\n", "c.yaml": "three\n"}
    after = (tmp_path / "clone/a.yaml").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino, before.st_mtime_ns, before.st_ctime_ns,
    )  # fmt: skip
    assert revision(tmp_path / "clone", {}) == second


def test_words_of_a_commit_are_cut_whatever_their_size(forge, follow):
    commit = forge.commit(
        FILES, "--author", f"{'A' * 70_000} <a@example.org>", subject="s" * 90_000
    )
    told = follow()
    assert (told.author, told.subject) == ("A" * 200, "s" * 200)
    assert author_of(forge.tree, commit) == (told.author, told.subject)


def test_what_was_changed_in_the_folder_by_hand_is_undone_but_the_key_stays(
    follow, forge, tmp_path
):
    forge.commit(FILES)
    follow()
    clone = tmp_path / "clone"
    (clone / "a.yaml").write_text("changed\n")
    (clone / "services/b.yaml").unlink()
    (clone / "extra.yaml").write_text("extra\n")
    (clone / ".oscar-sync").mkdir()
    (clone / ".oscar-sync/key").write_text("key\n")
    follow()
    assert files(clone) == FILES | {".oscar-sync/key": "key\n"}


def _rewritten(forge):
    forge.rewind()
    forge.commit({"a.yaml": "other\n"})


def _without_the_branch(forge):
    forge.git("-C", forge.bare, "update-ref", "-d", "refs/heads/main")


def _unreadable(forge):
    blob = forge.blob("")
    forge.push_tree([f"100644 blob {blob}\t.git\n"])


def _with_a_long_name(forge):
    blob, services = forge.blob("one\n"), forge.work("rev-parse", "HEAD:services")
    forge.push_tree(
        [f"100644 blob {blob}\t{'n' * 300}.yaml\n", f"040000 tree {services}\tservices\n"]
    )


def _answering(status, *headers):
    return lambda forge: setattr(forge, "answer", lambda to: to.reply(status, b"", *headers))


REFUSED = {
    "rewritten": (_rewritten, "branch main was rewritten: commit "),
    "back": (lambda forge: (forge.rewind(), forge.push()), "branch main was rewritten: commit "),
    "gone": (_without_the_branch, "it has no branch main; name one that exists by --ref"),
    "path": (lambda forge: forge.commit({"b.yaml": ""}), "does not hold services/; correct --path"),
    "link": (lambda forge: forge.commit({"services": Path("/etc")}), "does not hold services"),
    "empty": (lambda forge: forge.commit({}), "does not hold services"),
    "own": (lambda forge: forge.commit({"services/.oscar-sync/key": ""}), "keeps its key"),
    "unreadable": (_unreadable, "git refuses an object of it: "),
    "long name": (_with_a_long_name, "a name that is too long to write; shorten it"),
}  # fmt: skip
AWAY = {
    "away": (_answering(503), "503"),
    "moved": (
        _answering(301, "Location: /x.git"),
        "it redirects to another address; give that address by --git",
    ),
    "log-in": (lambda forge: setattr(forge, "login", "ada:new"), "the log-in is refused"),
    "not found": (_answering(404), "not found"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED | AWAY)
def test_a_state_that_is_not_accepted_is_an_error_and_the_last_good_files_stay(
    follow, forge, tmp_path, name
):
    """Only where nothing is known of the branch may what was accepted before be planned again."""
    act, words = (REFUSED | AWAY)[name]
    forge.commit(FILES)
    forge.commit({**FILES, "services/b.yaml": "last\n"})
    follow(path="services/")
    act(forge)
    with pytest.raises(RepositoryError) as caught:
        follow(path="services/")
    assert words in str(caught.value)
    assert caught.value.is_away is (name in AWAY)
    assert files(tmp_path / "clone") == {**FILES, "services/b.yaml": "last\n"}


def _silent_after(forge, count):
    """Make *forge* answer *count* requests, and none of those that come then."""
    gate, left = threading.Event(), iter(range(count))

    def answer(to):
        if next(left, None) is None:
            gate.wait(PATIENCE_S)
        else:
            to._serve()

    forge.answer = answer
    return gate


# It is asked what it has, by two requests; to fetch takes three.
@pytest.mark.parametrize(("count", "words"), [
    (0, "git did not end within 1 s"), (1, "git did not end within 1 s"),
    (4, "it stopped sending"),
])  # fmt: skip
def test_a_server_that_accepts_a_request_and_is_silent_then_is_away(
    follow, forge, monkeypatch, count, words
):
    monkeypatch.setattr(module, "_SLOWEST_ANSWER_S", 1.0)
    forge.commit(FILES)
    gate = _silent_after(forge, count)
    with pytest.raises(RepositoryError, match=words) as caught:
        follow()
    gate.set()
    assert caught.value.is_away


def test_what_is_here_already_is_not_fetched_again(follow, forge):
    forge.commit(FILES)
    follow()
    gate = _silent_after(forge, 2)
    follow()
    gate.set()


def test_another_branch_ends_no_watch_and_causes_no_fetch_whatever_its_name(follow, forge):
    commit = forge.commit(FILES)
    # `git ls-remote` shows each ref that ends with the name that is asked for.
    odd = os.fsdecode(b"refs/heads/\xff/refs/heads/main")
    forge.git("-C", forge.bare, "update-ref", odd, commit)
    assert follow().id == commit
    gate = _silent_after(forge, 2)
    assert follow().id == commit
    gate.set()


def test_the_last_accepted_commit_is_put_back_as_a_whole(forge, tmp_path, signer):
    key, allowed, clone = signer("ours"), tmp_path / "allowed", tmp_path / "clone"
    allowed.write_text(f"ada@example.org {key.with_suffix('.pub').read_text()}")
    accepted = forge.commit(FILES, "-S", signing=key)
    followed = Followed(Remote(forge.url), "main", clone, signers_file=str(allowed))
    with opened(followed) as held:
        held.update()
        (clone / "a.yaml").write_text("changed\n")
        (clone / "more.yaml").write_text("more\n")
        assert held.restore().id == accepted
        assert files(clone) == FILES
        allowed.write_text("")
        with pytest.raises(RepositoryError, match="its signer is not in it"):
            held.restore()


def test_an_empty_repository_or_commit_is_never_an_empty_desired_state(follow, forge):
    assert "it has no branch main" in failure(follow)
    forge.commit({})
    assert "does not hold ." in failure(follow)


def test_a_rewritten_history_is_taken_only_where_its_commit_was_named(follow, forge, tmp_path):
    forge.commit(FILES)
    first = forge.commit({"a.yaml": "first\n"})
    follow()
    _rewritten(forge)
    other = forge.work("rev-parse", "HEAD")
    assert f"accept it by --git-accept {other}" in failure(follow, accepted=first)
    assert first in failure(follow)
    forge.commit({"a.yaml": "more\n"})
    assert "was rewritten" in failure(follow, accepted=other)
    newest = forge.work("rev-parse", "HEAD")
    assert follow(accepted=newest).id == newest
    assert follow().id == newest
    assert files(tmp_path / "clone") == {"a.yaml": "more\n"}


def test_only_a_commit_that_an_allowed_signer_signed_is_taken(follow, forge, signer, tmp_path):
    ours, theirs = signer("ours"), signer("theirs")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada@example.org {ours.with_suffix('.pub').read_text()}")

    good = forge.commit({"a.yaml": "good\n"}, "-S", signing=ours)
    follow(signers_file=str(allowed))
    bad = forge.commit({"a.yaml": "bad\n"})
    said = failure(follow, signers_file=str(allowed))
    assert f"commit {bad} by Ada is not verified by {allowed}: it has no signature" in said
    forge.rewind()
    forge.commit({"a.yaml": "foreign\n"}, "-S", signing=theirs)
    assert "its signer is not in it" in failure(follow, signers_file=str(allowed))
    moved = forge.work("cat-file", "commit", good).replace("a change", "another").encode() + b"\n"
    moved = moved.replace(b"author Ada", b"author Eve")
    forged = forge.work("hash-object", "-t", "commit", "-w", "--stdin", given=moved)
    forge.work("push", "--force", forge.bare, f"{forged}:refs/heads/main")
    assert "its signature does not belong to it" in failure(follow, signers_file=str(allowed))
    assert files(tmp_path / "clone") == {"a.yaml": "good\n"}


def test_a_signature_of_another_kind_is_not_judged_by_a_key_ring(
    follow, forge, tmp_path, monkeypatch
):
    """A program called gpg would say that it is good."""
    (tmp_path / "bin").mkdir()
    for name in ("gpg", "gpgsm"):
        program = tmp_path / "bin" / name
        program.write_text(
            "#!/bin/sh\ncat >/dev/null; echo; echo '[GNUPG:] GOODSIG 0123456789ABCDEF x'\n"
            "echo '[GNUPG:] TRUST_ULTIMATE 0 pgp'\n"
        )
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    forge.commit(FILES)
    text = forge.work("cat-file", "commit", "HEAD")
    head, _, body = text.partition("\n\n")
    pgp = " -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
    signed = f"{head}\ngpgsig{pgp}\n\n{body}\n".encode()
    commit = forge.work("hash-object", "-t", "commit", "-w", "--stdin", given=signed)
    forge.work("push", "--force", forge.bare, f"{commit}:refs/heads/main")
    (tmp_path / "allowed").write_text("")
    told = failure(follow, signers_file=str(tmp_path / "allowed"))
    assert "is not verified by" in told
    assert files(tmp_path / "clone") == {}


def test_nothing_that_a_repository_names_is_run_and_files_are_as_committed(
    follow, forge, tmp_path, monkeypatch
):
    ran = tmp_path / "ran"
    committed = {
        ".gitattributes": (
            "*.yaml filter=evil ident text eol=crlf\nw.txt working-tree-encoding=UTF-16\n"
            "*.bin filter=lfs diff=lfs merge=lfs -text\n"
        ),
        ".gitmodules": f'[submodule "sub"]\n\tpath = sub\n\turl = {forge.url}\n',
        ".lfsconfig": f"[lfs]\n\turl = {forge.url}\n",
        "a.yaml": "one $Id$\ntwo\r\n",
        "w.txt": "é\n",
        "x.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    }
    first = forge.commit(committed)
    forge.work("update-index", "--add", "--cacheinfo", f"160000,{first},sub")
    forge.work("commit", "--quiet", "-m", "a submodule")
    forge.push()
    config = tmp_path / "config"
    config.write_text(
        f'[filter "evil"]\n\tsmudge = touch {ran}\n\trequired = true\n'
        f"[core]\n\thooksPath = {tmp_path}\n\tfsmonitor = touch {ran}\n"
    )
    hook = tmp_path / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    for name in ("HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home/git").mkdir(parents=True)
    for path in ("home/.gitconfig", "home/git/config"):
        (tmp_path / path).write_text(config.read_text())
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, str(config))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_ASKPASS", str(hook))
    clone = tmp_path / "clone"
    follow()
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc"):
        (clone / ".git/hooks").mkdir(exist_ok=True)
        (clone / ".git/hooks" / name).symlink_to(hook)
    forge.commit({**committed, "b.yaml": "more\n"})
    newest = follow().id
    found = {name: (clone / name).read_bytes().decode() for name in committed}
    assert found == committed
    assert not ran.exists()
    assert not any((clone / "sub").glob("*"))
    assert revision(clone, {str(clone / "a.yaml"): committed["a.yaml"].encode()}) == newest


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", ".g\u200cit", ".."])
def test_a_name_that_leads_into_gits_own_folder_is_refused(follow, forge, tmp_path, name):
    forge.commit(FILES)
    follow()
    config = (tmp_path / "clone/.git/config").read_text()
    blob = forge.blob("[core]\n\tfsmonitor = false\n")
    inner = forge.work("mktree", given=f"100644 blob {blob}\tconfig\n".encode())
    forge.push_tree([f"040000 tree {inner}\t{name}\n"])
    failure(follow)
    assert files(tmp_path / "clone") == FILES
    assert (tmp_path / "clone/.git/config").read_text() == config


def test_nothing_is_written_through_a_link_of_the_repository(follow, forge, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    forge.commit({"a.yaml": "", "services": outside})
    follow()
    assert (tmp_path / "clone/services").is_symlink()
    forge.commit({"a.yaml": "", "services/b.yaml": "two\n"})
    follow()
    assert not any(outside.iterdir())
    assert files(tmp_path / "clone") == {"a.yaml": "", "services/b.yaml": "two\n"}


OWN: dict[str, dict[str, str | Path]] = {
    "key": {".oscar-sync/key": "0" * 64},
    "pause": {"services/.oscar-sync/paused.json": "{}"},
    "link": {".oscar-sync": Path("/etc")},
    "capitals": {".Oscar-Sync/key": "0" * 64},
    "folder-as-link": {"services": Path("other")},
    "folder-as-file": {"services": ""},
}


@pytest.mark.parametrize("name", OWN)
def test_a_commit_takes_the_place_of_no_pause_and_no_key(follow, forge, tmp_path, name):
    """Who may push could end the pause of an operator, or choose where a history is written."""
    forge.commit(FILES)
    follow()
    for folder in ("clone", "clone/services"):
        own = tmp_path / folder / ".oscar-sync"
        own.mkdir()
        (own / "paused.json").write_text("held\n")
    before = files(tmp_path / "clone")
    forge.commit({"a.yaml": "", **OWN[name]})
    assert "where oscar-sync keeps its key and pause" in failure(follow)
    assert files(tmp_path / "clone") == before
    forge.commit({"a.yaml": ""})
    follow()
    assert (tmp_path / "clone/services/.oscar-sync/paused.json").exists()


@pytest.mark.parametrize("ref", ["--upload-pack=touch ran", "a:b", "a b", "*", "+main", "-"])
def test_a_name_of_a_branch_is_no_option_and_no_pattern(follow, forge, tmp_path, monkeypatch, ref):
    monkeypatch.chdir(tmp_path)
    forge.commit(FILES)
    failure(follow, ref)
    assert not (tmp_path / "ran").exists()


def test_a_tag_does_not_stand_before_the_branch_of_its_name(follow, forge, tmp_path):
    first = forge.commit(FILES)
    forge.git("-C", forge.bare, "tag", "main", first)
    forge.git("-C", forge.bare, "tag", "-a", "v1", "-m", "v1", first)
    newest = forge.commit({"a.yaml": ""})
    assert follow().id == newest
    assert follow("refs/tags/v1", folder="tagged").id == first


ADDRESSES = {
    "https://example.org/set.git": "",
    "http://127.0.0.1:8080/set.git": "",
    "ssh://git@example.org:2222/set.git": "",
    "git@example.org:sets/set.git": "",
    "file:///srv/set.git": "is not an address of https or ssh",
    "/srv/set.git": "is not an address of https or ssh",
    "ext::sh -c touch% x": "is not an address",
    "git://example.org/set.git": "is not an address of https or ssh",
    "--upload-pack=x": "is not an address of https or ssh",
    "https://": "is not an address of https or ssh",
    "https://ada:s3cret@example.org/x": "--git-token-file",
    "https://s3cret@example.org/x": "--git-token-file",
    "ssh://git:s3cret@example.org/x": "--git-token-file",
    "https://example.org/x?token=s3cret": "has neither",
    "https://example.org/a\nb": "is not an address",
}  # fmt: skip


@pytest.mark.parametrize("url", ADDRESSES)
def test_only_addresses_of_https_and_ssh_without_a_password_are_taken(url):
    fault = address_fault(url)
    assert ADDRESSES[url] in fault
    assert bool(fault) is bool(ADDRESSES[url])
    assert "s3cret" not in fault


TOKEN = "planted-token-5f1c"
SPY = """\
#!/bin/sh
{ printf '%s\\n' "$@"; env; tr '\\0' '\\n' < /proc/$$/environ; } >> SEEN
exec GIT "$@"
"""


@pytest.fixture
def spy(tmp_path, monkeypatch):
    """A git before git, that writes down its arguments and environment."""
    (tmp_path / "spy").mkdir()
    program = tmp_path / "spy" / "git"
    program.write_text(SPY.replace("SEEN", str(tmp_path / "seen")).replace("GIT ", f"{GIT} "))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return tmp_path / "seen"


@pytest.mark.parametrize("written", [f"{TOKEN}\n", f"deployer:{TOKEN}\r\n"])
def test_a_token_is_sent_to_its_repository_and_stands_nowhere_else(
    follow, forge, tmp_path, spy, written
):
    token = tmp_path / "token"
    token.write_text(written)
    user, _, _ = written.rpartition(":")
    forge.login = f"{user or 'x-access-token'}:{TOKEN}"
    forge.commit(FILES)
    follow(token_file=str(token))
    assert forge.login in forge.logins
    assert "fetch" in spy.read_text()
    assert TOKEN not in spy.read_text()
    held = [path for path in (tmp_path / "clone").rglob("*") if path.is_file()]
    assert not [path for path in held if TOKEN.encode() in path.read_bytes()]


def test_a_refused_log_in_says_so_without_the_token(follow, forge, tmp_path):
    forge.commit(FILES)
    forge.login = "x-access-token:another"
    (tmp_path / "token").write_text(TOKEN)
    for login in ({}, {"token_file": str(tmp_path / "token")}):
        with pytest.raises(RepositoryError, match="the log-in is refused") as caught:
            follow(**login)
        assert caught.value.is_refused
        assert "--git-token-file FILE" in str(caught.value)
        assert TOKEN not in str(caught.value)


def test_what_a_server_says_of_a_token_is_masked(follow, forge, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    forge.commit(FILES)
    plain = "Content-Type: text/plain"
    login = "WWW-Authenticate: Basic"

    def answer(to):
        given = to.headers.get("Authorization")
        to.reply(*((500, f"you gave {TOKEN}".encode(), plain) if given else (401, b"", login)))

    forge.answer = answer
    assert TOKEN not in failure(follow, token_file=str(tmp_path / "token"))
    assert f"x-access-token:{TOKEN}" in forge.logins


@pytest.mark.parametrize("content", [None, b"", b"a\nb", b"\xff\xfe"])
def test_a_token_file_that_cannot_be_used_is_named(follow, forge, tmp_path, content):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    assert f"the token file {tmp_path / 'token'}" in failure(
        follow, token_file=str(tmp_path / "token")
    )


def test_a_proxy_is_not_given_the_token(forge, follow, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    forge.answer = lambda to: to.reply(407, b"", "Proxy-Authenticate: Basic")
    environ = {"HTTP_PROXY": forge.url.removesuffix("/set.git")}
    failure(
        follow, url="http://git.example.org/set.git", token_file=str(tmp_path / "token"),
        environ=environ,
    )  # fmt: skip
    assert forge.logins
    assert TOKEN not in "".join(forge.logins)


def test_a_log_in_by_netrc_is_not_read(follow, forge, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login ada password {TOKEN}\n")
    forge.commit(FILES)
    forge.login = f"ada:{TOKEN}"
    failure(follow, environ=dict(os.environ))
    assert TOKEN not in "".join(forge.logins)


FAKE_SSH = """\
#!/bin/sh
printf '%s\\n' "$@" > SEEN
for last; do :; done
exec sh -c "$last"
"""


def test_over_ssh_only_known_hosts_and_the_named_key_count(follow, forge, tmp_path, monkeypatch):
    commit = forge.commit(FILES)
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "ssh"
    program.write_text(FAKE_SSH.replace("SEEN", str(tmp_path / "seen")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GIT_SSH", "/nowhere")
    url = f"git@example.org:{forge.bare}"
    assert follow(url=url, ssh_key="/k/id", known_hosts="/k/known hosts").id == commit
    given = (tmp_path / "seen").read_text().splitlines()
    assert given[:14] == [
        "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=30",
        "-o", "ServerAliveInterval=15", "-o", "IdentitiesOnly=yes",
        "-i", "/k/id", "-o", 'UserKnownHostsFile="/k/known hosts"',
    ]  # fmt: skip


def test_cas_are_those_of_every_other_peer(tmp_path):
    made = {
        name: Remote("https://example.org/x", environ={name: "/ca.pem"}).variables(tmp_path)
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO")
    }
    assert {one["GIT_SSL_CAINFO"] for one in made.values()} == {"/ca.pem"}
    folder = Remote("https://example.org/x", environ={"SSL_CERT_FILE": str(tmp_path)})
    assert folder.variables(tmp_path)["GIT_SSL_CAPATH"] == str(tmp_path)


def test_a_folder_with_other_files_is_refused_and_they_stay(follow, forge, tmp_path):
    forge.commit(FILES)
    for name in ("plain", "work/.git"):
        folder = tmp_path / name.partition("/")[0]
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "mine").write_text("mine")
        with pytest.raises(UsageError, match="would delete them: name an empty or new folder"):
            follow(folder=folder.name)
        assert (tmp_path / name / "mine").read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is not a folder"):
        follow(folder="file")


def test_a_folder_follows_one_repository_and_branch_for_one_run(follow, forge, tmp_path):
    forge.commit(FILES)
    follow()
    for other in ({"ref": "next"}, {"url": f"{forge.url}/other"}):
        with pytest.raises(UsageError, match=r"follows http.* refs/heads/main: name another"):
            follow(**other)
    followed = Followed(Remote(forge.url), "main", tmp_path / "clone")
    with opened(followed), pytest.raises(LockedError, match="clone"):
        follow()
    assert follow()


def test_a_folder_in_which_nothing_was_accepted_yet_follows_what_is_named_next(follow, forge):
    forge.commit(FILES)
    for wrong in ({"ref": "a-rather-long-name-that-is-misspelt"}, {"url": f"{forge.url}/nix"}):
        failure(follow, **wrong)
    assert follow()
    with pytest.raises(UsageError, match=r"follows http\S+ refs/heads/main: name another"):
        follow(ref="next")


def test_a_folder_that_goes_meanwhile_is_not_made_again_without_its_history(forge, tmp_path):
    forge.commit(FILES)
    with opened(Followed(Remote(forge.url), "main", tmp_path / "clone")) as clone:
        clone.update()
        shutil.rmtree(tmp_path / "clone")
        with pytest.raises(RepositoryError, match="was deleted; start the watch again"):
            clone.update()
    assert not (tmp_path / "clone").exists()


def test_each_repository_and_branch_has_a_default_folder_of_its_own():
    environ = {"XDG_CACHE_HOME": "/c"}
    folders = {
        default_folder(url, ref, environ) for url in ("https://a/b", "https://a:b") for ref in "xy"
    }
    assert len(folders) == 4
    assert {folder.parent for folder in folders} == {Path("/c/oscar-sync/followed")}
    with pytest.raises(UsageError, match="--git-folder"):
        default_folder("https://a/b", "x", {})


def _is_free(follow):
    try:
        follow()
    except LockedError:
        return False
    return True


UPDATE = """
import sys
from pathlib import Path
from oscar_sync.workspace.clone_folder import opened
from oscar_sync.workspace.followed import Followed
from oscar_sync.workspace.git_remote import Remote
with opened(Followed(Remote(sys.argv[1]), "main", Path(sys.argv[2]))) as clone:
    clone.update()
"""
KILLER = """\
#!/bin/sh
for word; do case $word in
VERB) BEFORE; GIT "$@"; kill -9 $PPID; exit 1;;
esac; done
exec GIT "$@"
"""
WAITS = "kill -9 $PPID; while [ ! -e CLONE.go ]; do sleep 0.02; done; exit"
HALF = "echo half > CLONE/b.yaml; : > CLONE/.git/index.lock; : > CLONE/.git/HEAD.lock"
PART = ": > CLONE/.git/refs/oscar-sync/fetched.lock; : > CLONE/.git/objects/pack/tmp_pack_Aa1"
KILLED = {
    "new and before anything": ("init", "kill -9 $PPID; exit"),
    "in the fetch": ("fetch", f"{PART}; {WAITS}"),
    "within the files": ("checkout", f"{HALF}; kill -9 $PPID; exit"),
    "before it is cleaned": ("clean", "kill -9 $PPID; exit"),
}


@pytest.mark.parametrize("name", KILLED)
def test_a_run_that_was_killed_is_made_good_by_the_next(follow, forge, tmp_path, monkeypatch, name):
    verb, before = KILLED[name]
    clone = tmp_path / "clone"
    forge.commit({"a.yaml": "one\n", "b.yaml": "two\n"})
    if not name.startswith("new"):
        follow()
    last = forge.commit({"b.yaml": "three\n"})
    (tmp_path / "killer").mkdir()
    program = tmp_path / "killer" / "git"
    text = KILLER.replace("VERB", verb).replace("BEFORE", before)
    program.write_text(text.replace("CLONE", str(clone)).replace("GIT ", f"{GIT} "))
    program.chmod(0o755)
    environ = {
        **os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }  # fmt: skip
    killed = [sys.executable, "-c", UPDATE, forge.url, str(clone)]
    assert subprocess.run(killed, env=environ, check=False).returncode == -9
    # A git that outlives its parent holds the folder.
    assert WAITS not in before or not _is_free(follow)
    clone.with_name("clone.go").touch()
    until(lambda: _is_free(follow))
    assert follow().id == last
    assert files(clone) == {"b.yaml": "three\n"}
    assert [*clone.rglob("tmp_*"), *clone.rglob("*.lock")] == []


def test_too_large_a_commit_is_refused(follow, forge, monkeypatch):
    forge.commit(FILES)
    monkeypatch.setattr(followed_files, "LARGEST_COMMIT", 7)
    assert "are over" in failure(follow)


def test_a_large_file_is_not_held_in_memory(follow, forge, tmp_path):
    forge.commit({"model.bin": "\0" * (28 << 20)})
    used = "import resource\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    words = [sys.executable, "-c", UPDATE + used, forge.url, str(tmp_path / "clone")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ran = subprocess.run(words, env=environ, check=True, capture_output=True, text=True)
    assert (tmp_path / "clone/model.bin").stat().st_size == 28 << 20
    assert int(ran.stdout) < 28 << 10


def test_without_git_it_says_so(follow, forge, monkeypatch, tmp_path):
    forge.commit(FILES)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in failure(follow)


def test_the_folder_is_the_users_alone(follow, forge, tmp_path):
    forge.commit(FILES)
    follow(folder="above/clone")
    assert not stat.S_IMODE((tmp_path / "above/clone/.git").stat().st_mode) & 0o077
