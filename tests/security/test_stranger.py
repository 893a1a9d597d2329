"""A branch that a stranger wrote: `validate` and `plan` run on it, and nothing of ours leaves."""

import pytest

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
