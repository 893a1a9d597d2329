"""A branch that a stranger wrote: `validate` and `plan` run on it, and nothing of ours leaves."""

import shutil

import pytest

from oscar_sync.cli.main import call
from tests.property.world import running_world
from tests.unit.wire.stub import Reply, running

PLANTED = "pl4nted-b2c4e6"
LOGINS = {
    "a token": {"OSCAR_TOKEN": PLANTED},
    "an access token": {"OIDC_ACCESS_TOKEN": PLANTED},
    "user and password": {"OSCAR_USERNAME": "u", "OSCAR_PASSWORD": PLANTED},
}


@pytest.fixture
def attacker():
    """A server of somebody else's, which answers everything and remembers it."""
    with running() as stub:
        stub.replies = [Reply(200, b"[]", {"Content-Type": "application/json"})]
        yield stub


@pytest.fixture(params=["create", "update"])
def new_or_there(request, project):
    """Return a project whose service is not there yet, and one whose service is."""
    if request.param == "update":
        assert project.run("apply", "--yes")[0] == 0
    return project


def settings(project, text):
    (project.folder / "oscar-sync.yaml").write_text(text)


def entry(url, *more):
    return "clusters:\n  any:\n" + "".join(f"    {line}\n" for line in (f"endpoint: {url}", *more))


def environment(monkeypatch, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def blocked(project, *args):
    """Return what a command says that must end as an error of the input."""
    code, out, err = project.run("plan", *args)
    assert code == 3, out + err
    assert PLANTED not in out + err
    return out + err


BY_NAME = ("auth_user: u", 'auth_password: "${SOME}"')


class TestCredentialsGoWhereTheOperatorAllowed:
    @pytest.mark.parametrize("login", LOGINS)
    def test_the_log_in_of_the_environment_goes_to_its_endpoint_alone(
        self, project, attacker, monkeypatch, login
    ):
        environment(monkeypatch, OSCAR_ENDPOINT=project.emulator.url, **LOGINS[login])
        settings(project, entry(attacker.url))
        said = blocked(project)
        assert f"OSCAR_ENDPOINT ({project.emulator.url}) alone" in said
        assert attacker.asked == []

    def test_it_goes_there_under_any_name(self, project, monkeypatch):
        environment(
            monkeypatch, OSCAR_ENDPOINT=f"{project.emulator.url}/",
            OSCAR_USERNAME=project.emulator.user, OSCAR_PASSWORD=project.emulator.password,
        )  # fmt: skip
        settings(project, entry(project.emulator.url))
        assert project.run("plan")[0] == 0

    @pytest.mark.parametrize("way", ["variable", "option"])
    @pytest.mark.parametrize("login", ["by name", *LOGINS])
    def test_no_credential_goes_to_an_origin_that_is_not_allowed(
        self, project, attacker, monkeypatch, login, way
    ):
        environment(monkeypatch, SOME=PLANTED, **LOGINS.get(login, {}))
        settings(project, entry(attacker.url, *(() if login in LOGINS else BY_NAME)))
        allowed = f"https://oscar.example.org, {project.emulator.url}"
        if way == "variable":
            monkeypatch.setenv("OSCAR_SYNC_ENDPOINTS", allowed)
        options = () if way == "variable" else ("--endpoint-allowed", project.emulator.url)
        said = blocked(project, *options)
        assert "OSY312" in said
        assert attacker.url in said
        assert attacker.asked == []

    def test_neither_does_a_command_on_one_cluster_send_it(self, project, attacker, monkeypatch):
        environment(monkeypatch, SOME=PLANTED, OSCAR_SYNC_ENDPOINTS=project.emulator.url)
        settings(project, entry(attacker.url, *BY_NAME))
        code, out, err = project.run("service", "list")
        assert (code, PLANTED in out + err, attacker.asked) == (3, False, [])

    def test_the_store_is_an_address_too(self, project, attacker, monkeypatch):
        environment(monkeypatch, SOME=PLANTED, OSCAR_SYNC_ENDPOINTS=project.emulator.url)
        settings(project, entry(project.emulator.url, *BY_NAME, f"s3_endpoint: {attacker.url}"))
        assert "s3_endpoint" in blocked(project)

    def test_a_provider_of_seeds_is_an_address_too(self, project, attacker, monkeypatch):
        """Its log-in may stand in an overlay as `${NAME}`; a plan lists what it holds."""
        environment(
            monkeypatch, SOME=project.emulator.password, OSCAR_SYNC_ENDPOINTS=project.emulator.url
        )
        host = attacker.url
        (project.folder / "hello.yaml").write_text(
            (project.folder / "hello.yaml").read_text()
            + "      output: [{storage_provider: minio.far, path: far-away/out}]\n"
            + f"storage_providers: {{minio: {{far: {{endpoint: '{host}', access_key: a, "
            + f"secret_key: {PLANTED}, region: us-east-1, verify: false}}}}}}\n"
        )
        settings(
            project,
            entry(project.emulator.url, f"auth_user: {project.emulator.user}", BY_NAME[1])
            + "services: {hello: {seeds: [{from: run.sh, to: 'minio.far:far-away/in'}]}}\n",
        )
        _, out, err = project.run("plan")
        assert attacker.asked == []
        assert "is not among the addresses that may have credentials" in out + err
        assert "endpoint-not-allowed" in out + err

    @pytest.mark.parametrize("text", ["oscar.example.org", "https://a/b", "https://u@a", "ftp://a"])
    def test_what_is_not_an_origin_is_an_error_and_not_left_out(self, project, monkeypatch, text):
        monkeypatch.setenv("OSCAR_SYNC_ENDPOINTS", text)
        code, out, err = project.run("plan")
        assert code == 64
        assert "OSCAR_SYNC_ENDPOINTS" in out + err

    @pytest.mark.parametrize(
        ("variables", "warns"),
        [
            ({"CI": "true"}, True),
            ({"CI": "true", "OSCAR_SYNC_ENDPOINTS": "{url}"}, False),
            ({}, False),
        ],
    )
    def test_in_ci_a_run_without_a_list_is_warned(self, project, monkeypatch, variables, warns):
        environment(
            monkeypatch, **{k: v.format(url=project.emulator.url) for k, v in variables.items()}
        )
        code, out, err = project.run("plan")
        assert code == 0
        assert ("OSY313" in out + err) is warns

    @pytest.mark.parametrize(
        ("other", "is_sent"), [("{url}", True), ("https://localhost:1", False)]
    )
    def test_oscar_clis_log_in_is_for_its_own_scheme_and_host(
        self, project, monkeypatch, tmp_path, other, is_sent
    ):
        """One host with and without TLS has one identity, and only one of them has the log-in."""
        url = project.emulator.url
        theirs = other.format(url=url) if is_sent else url.replace("http:", "https:")
        (tmp_path / "cli.yaml").write_text(
            f"oscar:\n  mine: {{endpoint: '{theirs}', auth_user: {project.emulator.user}, "
            f"auth_password: {project.emulator.password}}}\n"
        )
        settings(project, entry(url))
        code, *_ = project.run("plan", "--config", tmp_path / "cli.yaml")
        assert code == (0 if is_sent else 3)


class TestAnAddressFromAVariable:
    @pytest.mark.parametrize(
        "written",
        [
            "https://${SOME}.attacker.example",
            "https://attacker.example/${SOME}",
            "${SOME}",
            "${URL}",
        ],
    )
    @pytest.mark.parametrize("key", ["endpoint", "s3_endpoint"])
    def test_is_shown_as_written_and_not_asked_unless_it_is_allowed(
        self, project, monkeypatch, written, key
    ):
        environment(monkeypatch, SOME=PLANTED, URL=f"https://{PLANTED}.invalid")
        given = {"endpoint": project.emulator.url, key: written}
        settings(
            project,
            "clusters:\n  any:\n"
            + "".join(f"    {name}: {text}\n" for name, text in given.items())
            + "    auth_user: u\n    auth_password: p\n",
        )
        said = blocked(project)
        assert written in said

    def test_a_path_from_a_variable_is_not_hidden_behind_an_allowed_host(
        self, project, monkeypatch
    ):
        environment(monkeypatch, SOME=PLANTED, OSCAR_SYNC_ENDPOINTS=project.emulator.url)
        settings(project, entry(project.emulator.url + "/${SOME}", *BY_NAME))
        assert "${SOME}" in blocked(project)

    @pytest.mark.parametrize("list_name", ["OSCAR_ENDPOINT", "OSCAR_SYNC_ENDPOINTS"])
    def test_is_used_where_the_operator_named_it(self, project, monkeypatch, list_name):
        environment(
            monkeypatch, EDGE=project.emulator.url, SOME=project.emulator.password,
            **{list_name: project.emulator.url},
        )  # fmt: skip
        settings(project, entry("${EDGE}", f"auth_user: {project.emulator.user}", BY_NAME[1]))
        assert project.run("plan")[0] == 0


def script(project, written, fields=""):
    (project.folder / "hello.yaml").write_text(
        "functions:\n  oscar:\n  - any:\n      name: hello\n      image: ghcr.io/x/hello:1.0\n"
        f"      script: {written}\n{fields}"
    )


def models_of(project):
    """Return the keys below `models` in the bucket of `hello`."""
    store = project.emulator._store
    with store.lock:
        found = store.moto.buckets["hello"].keys if "hello" in store.moto.buckets else ()
        return sorted(key for key in found if key.startswith("models") and not key.endswith("/"))


PRIVATE = (
    ".git/config", ".env", ".env.production", ".oscar-sync/key", "server.pem", "keys/id_ed25519",
    ".GIT/config", "deep/.git/config", "tls.key", "values.txt", ".netrc",
)  # fmt: skip


LOGIN_FILES = (
    "--token-file", "TOKEN_FILE_PATH", "--config", "OSCAR_CLI_CONFIG_FILE", "token_file",
    "--env-file",
)  # fmt: skip


class TestTheFence:
    @pytest.fixture(autouse=True)
    def outside(self, project):
        """A file beside the project, whose content is secret."""
        self.file = project.folder.parent / "outside.txt"
        self.file.write_text(PLANTED)
        self.settings = (project.folder / "oscar-sync.yaml").read_text()

    def said(self, project, *args):
        """Return what `validate` and `plan` say; both must be errors."""
        told = []
        for command in ("validate", "plan"):
            code, out, err = project.run(command, *args)
            assert code == 3, out + err
            assert PLANTED not in out + err
            told.append(out + err)
        return "".join(told)

    def same_answer(self, project, prepare):
        """Return what is said of a file outside, which must not tell whether it exists."""
        answers = []
        for name in ("outside.txt", "nothing.txt"):
            prepare(f"../{name}")
            answers.append(self.said(project).replace(name, "NAME"))
        assert answers[0] == answers[1]
        return answers[0]

    @pytest.mark.parametrize("name", PRIVATE)
    @pytest.mark.parametrize("way", ["by name", "through a link", "through a folder", "missing"])
    def test_a_private_file_is_no_script(self, project, name, way):
        file = project.folder / name
        (project.folder / "oscar-sync.yaml").write_text(self.settings + "env_file: values.txt\n")
        (project.folder / "values.txt").write_text("")
        if way != "missing":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"A={PLANTED}\n")
        match way:
            case "through a link":
                (project.folder / "run2.sh").symlink_to(file)
                name = "run2.sh"
            case "through a folder":
                (project.folder / "d").symlink_to(file.parent, target_is_directory=True)
                name = f"d/{file.name}"
            case _:
                pass
        script(project, name)
        assert "OSY154" in self.said(project)

    def logged_in_by(self, project, monkeypatch, way):
        """Let a run take its log-in or secrets from ci/login.yaml; return the option for that."""
        text = PLANTED
        if way in ("--config", "OSCAR_CLI_CONFIG_FILE"):
            text = f"oscar: {{far: {{endpoint: 'http://127.0.0.1:1', token: {PLANTED}}}}}\n"
        (project.folder / "ci").mkdir()
        (project.folder / "ci" / "login.yaml").write_text(text)
        if way == "token_file":
            entry = "  lab: {endpoint: 'http://127.0.0.1:1', token_file: ci/login.yaml}\n"
            self.settings = self.settings.replace("clusters:\n", f"clusters:\n{entry}")
            settings(project, self.settings)
        if not way.startswith("--"):
            monkeypatch.setenv(way, "ci/login.yaml")
            return ()
        return way, "ci/login.yaml"

    @pytest.mark.parametrize("way", LOGIN_FILES)
    def test_what_a_run_logs_in_by_is_no_script_no_seed_and_no_env_file(
        self, project, monkeypatch, way
    ):
        option = self.logged_in_by(project, monkeypatch, way)
        shutil.copy(project.folder / "hello.yaml", project.folder / "hello.bak")
        script(project, "ci/login.yaml")
        assert "script ci/login.yaml is private" in self.said(project, *option)
        shutil.copy(project.folder / "hello.bak", project.folder / "hello.yaml")
        for source in ("ci", "ci/login.yaml", "."):
            self.seeds(project, source)
            assert "login.yaml is private" in self.said(project, *option)
        settings(project, f"{self.settings}env_file: ci/login.yaml\n")
        assert way == "--env-file" or "OSY154" in self.said(project, *option)

    def test_the_file_of_oscar_cli_in_the_folder_is_no_manifest(self, project, monkeypatch):
        option = self.logged_in_by(project, monkeypatch, "--config")
        assert project.run("validate", *option, "--strict") == (
            0,
            "Valid: 1 file, 1 service.\n",
            "",
        )

    def test_a_log_in_that_the_ignore_file_names_does_not_stop_a_seed(self, project, monkeypatch):
        option = self.logged_in_by(project, monkeypatch, "--token-file")
        (project.folder / "ci" / ".oscar-syncignore").write_text("login.yaml\n")
        self.seeds(project, "ci")
        assert "is private: this run" not in "".join(project.run("validate", *option)[1:])

    def test_a_script_outside_gets_one_answer(self, project):
        assert "OSY151" in self.same_answer(project, lambda name: script(project, name))

    def test_a_script_that_is_missing_tells_nothing_of_the_working_directory(self, project):
        """The hint is about a path that the FDL's folder does not have, and `plan` is run in."""
        deep = project.folder / "services"
        deep.mkdir()
        (project.folder / "hello.yaml").unlink()
        told = []
        for name in ("outside.txt", "nothing.txt"):
            (deep / "m.yaml").write_text(
                "functions: {oscar: [{any: {name: m, image: 'i:1', script: '../" + name + "'}}]}\n"
            )
            told.append(self.said(project).replace(name, "NAME"))
        assert told[0] == told[1]

    def test_a_link_outside_gets_one_answer(self, project):
        link = project.folder / "run2.sh"

        def prepare(target):
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            script(project, "run2.sh")

        assert "OSY151" in self.same_answer(project, prepare)

    @pytest.mark.parametrize("name", ["m.yaml", "m.fdl.json", "folder"])
    def test_a_manifest_that_is_a_link_outside_gets_one_answer(self, project, name):
        link = project.folder / name

        def prepare(target):
            link.unlink(missing_ok=True)
            link.symlink_to(target)

        assert "OSY151" in self.same_answer(project, prepare)

    @pytest.mark.parametrize("name", ["m.yaml", "folder", "run2.sh"])
    def test_a_link_that_may_not_be_followed_gets_the_answer_of_one_outside(self, project, name):
        link = project.folder / name
        link.symlink_to("/proc/1/cwd/x")  # of another user's process: not even its target is told
        if name == "run2.sh":
            script(project, "run2.sh")
        assert "OSY151" in blocked(project)

    def test_neither_the_size_nor_the_kind_of_what_a_link_leads_to_is_told(self, project):
        link, told = project.folder / "m.yaml", []
        for target in ("/dev/zero", "/usr/bin", "/proc/self/environ", "/nowhere", "/etc/passwd"):
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            told.append(self.said(project))
        assert len(set(told)) == 1

    @pytest.mark.parametrize("name", ["m.yaml", "m.txt"])
    def test_a_manifest_that_is_a_link_to_a_private_file_is_not_shown(self, project, name):
        (project.folder / ".env").write_text(f"functions: [oscar {PLANTED}\n")
        (project.folder / name).symlink_to(".env")
        for command in ("validate", "plan"):
            _, out, err = project.run(command)
            assert PLANTED not in out + err

    @pytest.mark.parametrize("target", ["../outside.txt", "../nothing.txt", ".env", ".git/config"])
    def test_settings_that_are_a_link_out_of_the_work_tree_are_not_read(self, project, target):
        (project.folder / ".git").mkdir()
        for name in (".env", ".git/config"):
            (project.folder / name).write_text(f"{PLANTED}: [\n")
        file = project.folder / "oscar-sync.yaml"
        file.unlink()
        file.symlink_to(target)
        assert "OSY314" in self.said(project)

    @pytest.mark.parametrize("name", ["oscar-sync.yaml", "sets", ""])
    def test_settings_that_are_named_are_not_read_through_a_link_of_the_work_tree(
        self, project, name
    ):
        """A link that whoever runs it made elsewhere is theirs, as in a mounted volume."""
        outside = project.folder.parent / "outside"
        outside.mkdir()
        (outside / "oscar-sync.yaml").write_text(f"{PLANTED}: [\n")
        inside = project.folder if name else outside / "mounted"
        (inside / "sets").mkdir(parents=True)
        if name == "sets":
            (inside / "sets").rmdir()
        link = inside / "sets" / "oscar-sync.yaml" if name != "sets" else inside / "sets"
        link.symlink_to(outside if name == "sets" else outside / "oscar-sync.yaml")
        (project.folder / ".git").mkdir()
        named = inside / "sets" / "oscar-sync.yaml"
        _, out, err = project.run("plan", "--settings", named)
        assert ("OSY314" if name else "OSY201") in err  # the second is what was read
        assert PLANTED not in out + err

    def test_settings_that_are_a_link_inside_are_read(self, project):
        file = project.folder / "oscar-sync.yaml"
        file.rename(project.folder / "shared.yaml.txt")
        file.symlink_to("shared.yaml.txt")
        assert project.run("plan")[0] == 0

    @pytest.mark.parametrize("key", ["token_file", "ca_bundle"])
    def test_a_file_that_a_cluster_names_is_inside(self, project, attacker, key):
        def prepare(name):
            more = () if key == "token_file" else ("auth_user: u", "auth_password: p")
            settings(project, entry(attacker.url, f"{key}: {name}", *more))

        said = self.same_answer(project, prepare)
        assert "OSY314" in said
        assert "by --allow-outside /" in said
        assert project.run("service", "list")[0] == 3
        assert attacker.asked == []

    @pytest.mark.parametrize("name", [".oscar-sync/key", ".git/config", ".env", "link"])
    def test_a_token_file_is_not_one_that_tools_keep_log_ins_in(self, project, attacker, name):
        file = project.folder / name
        file.parent.mkdir(exist_ok=True)
        if name == "link":
            (project.folder / ".env").write_text(PLANTED)
            file.symlink_to(".env")
        else:
            file.write_text(PLANTED)
            file.chmod(0o600)
        settings(project, entry(attacker.url, f"token_file: {name}"))
        assert f"{name} is private (.git, .env): it is not sent as a token" in blocked(project)
        assert attacker.asked == []

    @pytest.mark.parametrize("name", ["id_token", "oscar.key", "tokens/lab"])
    def test_a_token_file_may_be_called_as_keys_are(self, project, attacker, name):
        file = project.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("token")
        file.chmod(0o600)
        settings(project, entry(attacker.url, f"token_file: {name}"))
        project.run("plan")
        assert attacker.asked

    def test_it_may_be_outside_where_the_operator_says_so(self, project, attacker):
        self.file.chmod(0o600)
        settings(project, entry(attacker.url, "token_file: ../outside.txt"))
        project.run("plan", "--allow-outside", "../outside.txt")
        assert attacker.asked

    def test_an_env_file_outside_gets_one_answer(self, project):
        def prepare(name):
            (project.folder / "oscar-sync.yaml").write_text(f"{self.settings}env_file: {name}\n")

        self.same_answer(project, prepare)

    def seeds(self, project, source):
        (project.folder / "oscar-sync.yaml").write_text(
            f"{self.settings}services: {{hello: {{seeds: [{{from: '{source}', "
            "to: 'minio.default:hello/models'}]}}\n"
        )

    def test_a_seed_outside_gets_one_answer(self, project):
        assert "OSY212" in self.same_answer(project, lambda name: self.seeds(project, name))

    @pytest.mark.parametrize("name", [".git", ".git/config", ".env", ".oscar-sync", "a.pem"])
    @pytest.mark.parametrize("way", ["by name", "through a link", "missing"])
    def test_a_private_file_is_no_seed(self, project, name, way):
        file = project.folder / name
        if way != "missing":
            file.parent.mkdir(exist_ok=True)
            file.write_text(PLANTED)
        if way == "through a link":
            (project.folder / "models").symlink_to(name)
            name = "models"
        self.seeds(project, name)
        assert "private" in self.said(project)

    def test_the_seed_of_a_folder_leaves_out_what_belongs_to_tools(self, project):
        models = project.folder / "models"
        for name in (".git/config", ".oscar-sync/key", "weights.bin", "deep/.git"):
            (models / name).parent.mkdir(parents=True, exist_ok=True)
            (models / name).write_text(PLANTED)
        self.seeds(project, "models")
        code, out, err = project.run("apply", "--yes")
        assert code == 0, out + err
        assert models_of(project) == ["models/weights.bin"]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            (".env", PLANTED),
            ("deep/server.pem", PLANTED),
            ("id_rsa", PLANTED),
            ("weights.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 80),
        ],
    )
    def test_it_is_blocked_where_a_file_is_private_or_a_pointer(self, project, name, text):
        models = project.folder / "models"
        (models / name).parent.mkdir(parents=True)
        (models / name).write_text(text)
        self.seeds(project, "models")
        code, out, err = project.run("apply", "--yes")
        assert code == 7, out + err
        assert name in out
        assert models_of(project) == []


SECRET = "      environment: {{secrets: {{{name}: ''}}}}\n"


class TestASecretTakesOnlyVariablesThatAreListed:
    def said(self, project, name, settings="", *args):
        project.settings(settings)
        script(project, "run.sh", SECRET.format(name=name))
        code, out, err = project.run("plan", *args)
        assert PLANTED not in out + err
        return code, out + err

    def test_a_manifest_alone_takes_none(self, project, monkeypatch):
        monkeypatch.setenv("DB_PASSWORD", PLANTED)
        code, said = self.said(project, "DB_PASSWORD")
        assert code == 0
        assert "secret-values-missing" in said
        assert "secrets_from_env" in said

    @pytest.mark.parametrize("way", ["settings", "option", "variable"])
    def test_what_is_listed_is_taken_and_the_plan_says_from_where(self, project, monkeypatch, way):
        monkeypatch.setenv("DB_PASSWORD", PLANTED)
        if way == "variable":
            monkeypatch.setenv("OSCAR_SYNC_SECRET_ENV", "DB_PASSWORD")
        listed = "secrets_from_env: [DB_PASSWORD]\n" if way == "settings" else ""
        options = ("--secret-env", "DB_PASSWORD") if way == "option" else ()
        code, said = self.said(project, "DB_PASSWORD", listed, *options)
        assert code == 0, said
        assert "1 to create" in said
        assert "from the environment" in said

    def test_an_option_that_no_service_has_is_warned_of(self, project, monkeypatch):
        monkeypatch.setenv("DB_PASSWORD", PLANTED)
        _, said = self.said(project, "DB_PASSWORD", "", "--secret-env", "DB_PASWORD")
        assert "OSY216" in said
        assert "DB_PASWORD: no service has such a secret; did you mean DB_PASSWORD?" in said

    @pytest.mark.parametrize(
        "name",
        ["OSCAR_PASSWORD", "GITHUB_TOKEN", "CI_JOB_TOKEN", "ACTIONS_X", "AWS_SECRET_ACCESS_KEY"],
    )
    @pytest.mark.parametrize("way", ["settings", "option", "manifest"])
    def test_what_belongs_to_ci_or_a_cloud_is_never_taken(self, project, monkeypatch, name, way):
        monkeypatch.setenv(name, PLANTED)
        listed = f"secrets_from_env: [{name}]\n" if way == "settings" else ""
        options = ("--secret-env", name) if way == "option" else ()
        code, said = self.said(project, name, listed, *options)
        assert code == {"settings": 3, "option": 64, "manifest": 0}[way], said
        assert ("secret-values-missing" in said) is (way == "manifest")


SEED = "set: t\nservices: {{hello: {{seeds: [{{from: '{}', to: '{}'}}]}}}}\n"


class TestValuesNeverLeaveByTheText:
    @pytest.mark.parametrize(
        "text",
        [
            "set: ${SOME}\n",
            "set: t\nenv_file: ${SOME}\n",
            "set: t\nowners: ['${SOME}']\n",
            "set: t\nremoved: ['${SOME}']\n",
            "set: t\nremoved: [{service: x, because: '${SOME}'}]\n",
            "set: t\nmax_removals: ${SOME}\n",
            "set: t\nsecrets_from_env: ['${SOME}']\n",
            "set: t\nservices: {hello: {wait: '${SOME}'}}\n",
            "set: t\nservices: {hello: {allow: ['${SOME}']}}\n",
            "set: t\nservices: {hello: {ignore: ['${SOME}']}}\n",
            SEED.format("${SOME}", "minio.default:hello/m"),
            SEED.format("run.sh", "${SOME}:hello/m"),
            SEED.format("../${SOME}", "minio.default:hello/m"),
        ],
    )
    @pytest.mark.parametrize("command", ["validate", "plan"])
    def test_settings_are_shown_as_they_are_written(self, project, monkeypatch, text, command):
        monkeypatch.setenv("SOME", PLANTED)
        settings(project, text + entry(project.emulator.url, "auth_user: u", "auth_password: p"))
        code, out, err = project.run(command)
        assert code == 3, out + err
        assert PLANTED not in out + err
        assert "${SOME}" in out + err

    @pytest.mark.parametrize("key", ["identity", "token_file", "ca_bundle", "oidc_account_name"])
    def test_so_are_clusters(self, project, attacker, monkeypatch, key):
        monkeypatch.setenv("SOME", PLANTED)
        settings(project, entry(project.emulator.url, *BY_NAME, f"{key}: ${{SOME}}"))
        assert "${SOME}" in blocked(project)

    OVERLAYS = (
        "environment: {variables: {A: '${SOME}'}}",
        "environment: {Variables: {A: 'before ${SOME} after'}}",
        "image: 'ghcr.io/x/${SOME}:1'",
        "memory: ${SOME}",
        "labels: {a: '${SOME}'}",
        "annotations: {a: '${SOME}'}",
        "vo: ${SOME}",
        "allowed_users: ['${SOME}']",
        "log_level: ${SOME}",
    )

    @pytest.mark.parametrize("patch", OVERLAYS)
    def test_a_plan_shows_what_an_overlay_writes(self, new_or_there, monkeypatch, patch):
        project = new_or_there
        monkeypatch.setenv("SOME", PLANTED)
        (project.folder / "overlays").mkdir()
        (project.folder / "overlays" / "x.yaml").write_text(f"services:\n  hello:\n    {patch}\n")
        for command in ("validate", "plan", "drift"):
            for form in ("text", "json", "markdown", "html", "github"):
                if command == "validate" and form in ("markdown", "html"):
                    continue
                _, out, err = project.run(command, "--overlay", "x", "-o", form)
                assert PLANTED not in out + err, (command, form)
                assert command != "plan" or form == "github" or "${SOME}" in out + err

    def test_what_the_variable_was_before_is_not_shown_either(self, project, monkeypatch):
        (project.folder / "overlays").mkdir()
        patch = "environment: {variables: {A: '${SOME}'}}"
        (project.folder / "overlays" / "x.yaml").write_text(f"services:\n  hello:\n    {patch}\n")
        monkeypatch.setenv("SOME", PLANTED)
        assert project.run("apply", "--yes", "--overlay", "x")[0] == 0
        assert project.live()["hello"]["environment"]["variables"]["A"] == PLANTED
        monkeypatch.setenv("SOME", "another-one")
        code, out, err = project.run("plan", "-v", "--overlay", "x")
        assert (code, PLANTED in out + err, "another-one" in out + err) == (0, False, False)
        assert "${SOME}" in out

    @pytest.mark.parametrize(
        ("patch", "value"),
        [
            ("environment: {variables: {A: '${SOME}'}}", f"a\r\n{PLANTED}"),
            ("volume: {size: '${SOME}', mount_path: '${SOME}'}", f" {PLANTED} "),
            ("input: [{storage_provider: '${SOME}', path: a/b}]", PLANTED.upper()),
        ],
    )
    def test_a_finding_shows_no_form_of_a_value_that_cannot_be(
        self, project, monkeypatch, patch, value
    ):
        monkeypatch.setenv("SOME", value)
        (project.folder / "overlays").mkdir()
        (project.folder / "overlays" / "x.yaml").write_text(f"services:\n  hello:\n    {patch}\n")
        for form in ("text", "json"):
            code, out, err = project.run("validate", "--overlay", "x", "-o", form)
            assert (code, PLANTED in (out + err).lower()) == (3, False)

    @pytest.mark.parametrize("name", ["LOGIN", "DB_PASSWORD"])
    def test_a_name_that_the_branch_declares_does_not_show_what_the_env_file_holds(
        self, project, name
    ):
        (project.folder / "run.sh").write_text("#!/bin/sh\ntrue\n")
        (project.folder / "plants.yaml").write_text(
            "functions:\n  oscar:\n  - edge:\n      name: plants\n      image: ghcr.io/x/plants:1\n"
            f"      script: run.sh\n      environment: {{variables: {{{name}: ''}}}}\n"
        )
        (project.folder / ".env").write_text(f"{name}={PLANTED}\n")
        options = ("--env-file", ".env")
        for form in ("text", "json", "markdown", "html"):
            _, out, err = project.run("plan", *options, "-o", form)
            assert PLANTED not in out + err, form
        assert project.run("apply", "--yes", *options)[0] == 0
        assert project.live()["plants"]["environment"]["variables"][name] == PLANTED
        (project.folder / ".env").write_text(f"{name}=another-one\n")
        code, out, err = project.run("plan", "-v", *options)
        assert (code, PLANTED in out + err, "another-one" in out + err) == (0, False, False)
        assert "1 to update" in out
        plants = project.folder / "plants.yaml"
        for rest in (f"{{variables: {{OTHER: {PLANTED[:4]}}}}}", "{}"):
            text = plants.read_text()
            plants.write_text(text[: text.index("environment: ")] + f"environment: {rest}\n")
            for form in ("text", "json", "markdown", "html"):
                _, out, err = project.run("plan", "-v", *options, "-o", form)
                assert PLANTED not in out + err, form
                assert f"environment.variables.{name}" in out or name == "DB_PASSWORD"

    @pytest.mark.parametrize(
        "patch",
        [
            "name: ${SOME}",
            "script: ${SOME}",
            "input: [{storage_provider: minio.default, path: '${SOME}/in'}]",
            "mount: {storage_provider: minio.default, path: '${SOME}'}",
            "storage_providers: {minio: {far: {endpoint: 'https://${SOME}.example'}}}",
            "storage_providers: {webdav: {far: {hostname: '${SOME}.example'}}}",
        ],
    )
    def test_names_and_addresses_are_written_out(self, project, monkeypatch, patch):
        monkeypatch.setenv("SOME", PLANTED)
        (project.folder / "overlays").mkdir()
        (project.folder / "overlays" / "x.yaml").write_text(f"services:\n  hello:\n    {patch}\n")
        assert "OSY161" in blocked(project, "--overlay", "x")

    def test_the_digest_binds_the_value_that_is_not_shown(self, new_or_there, monkeypatch):
        """A plan that was reviewed with one value is not applied with another."""
        project = new_or_there
        (project.folder / "overlays").mkdir()
        (project.folder / "overlays" / "x.yaml").write_text(
            "services:\n  hello:\n    environment: {variables: {A: '${SOME}'}}\n"
        )
        monkeypatch.setenv("SOME", PLANTED)
        assert project.run("plan", "--overlay", "x", "-o", "json=plan.json")[0] == 0
        monkeypatch.setenv("SOME", "another-one")
        code, out, err = project.run("apply", "--yes", "--overlay", "x", "--expect", "plan.json")
        assert code == 5, out + err
        assert "another-one" not in out + err
        monkeypatch.setenv("SOME", PLANTED)
        assert project.run("apply", "--yes", "--overlay", "x", "--expect", "plan.json")[0] == 0
        assert project.live()["hello"]["environment"]["variables"]["A"] == PLANTED


@pytest.mark.parametrize("form", ["text", "json", "events", "markdown"])
def test_a_value_that_a_server_says_again_is_shown_as_it_is_written(capfd, monkeypatch, form):
    with running_world() as world:
        monkeypatch.chdir(world.folder)
        environment(monkeypatch, SOME=PLANTED, **world.environ)
        world.write({"name": "hello", "image": "ghcr.io/x/hello:1", "script": "#!/bin/sh\ntrue\n"})
        (world.folder / "overlays").mkdir()
        (world.folder / "overlays" / "x.yaml").write_text(
            "services:\n  hello:\n    environment: {variables: {A: '${SOME}'}}\n"
        )
        world.emulator.fault("POST /system/services:500-before")
        echo = f"refused: A={PLANTED}".encode()
        world.oscar.rewrite = lambda path, answer: answer.replace(b"injected fault", echo)
        code = call(["apply", "--yes", "--overlay", "x", "-o", form])
        out, err = capfd.readouterr()
    assert code != 0
    assert PLANTED not in out + err
    assert form == "markdown" or "refused: A=${SOME}" in out + err
