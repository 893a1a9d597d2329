"""Logging in by an account of the real oidc-agent, whose provider is on this machine."""

import socket
import sys
import threading

import pytest

from oscar_sync.errors import MissingExtraError, RefusedError
from oscar_sync.model.cluster import AgentLogin, Cluster
from oscar_sync.model.identity import ClusterId
from oscar_sync.wire.api import OscarApi
from oscar_sync.wire.failures import UnusableLoginError
from oscar_sync.wire.oidc_agent import HINT, Agent
from oscar_sync.wire.oidc_claims import claims_of
from oscar_sync.wire.session import Session
from tests.machine import PATIENCE_S


def api_of(oscar, account):
    login, source = AgentLogin(account), "oidc_account_name in oscar-sync.yaml"
    cluster = Cluster(ClusterId("edge"), oscar.url, "edge", login, source)
    return OscarApi(Session(cluster, connections=4, environ={}))


def test_an_account_logs_in_as_its_user(oscar, agent):
    agent.make("first", "alice")
    config = api_of(oscar, "first").config()
    assert config["minio_provider"]["access_key"] == "alice-000000000001@egi.example"


def test_a_token_of_the_agent_says_how_long_it_holds(agent, provider):
    agent.make("span", "alice")
    fetched = Agent("span").fetch(60)
    assert claims_of(fetched.token).issuer == provider.issuer
    assert fetched.lifetime_s is not None
    assert 3000 < fetched.lifetime_s <= 3600


def test_a_token_that_ends_soon_is_replaced_by_the_agent(agent, provider):
    agent.make("short", "alice")
    first = Agent("short").fetch(60).token
    assert Agent("short").fetch(60).token == first
    assert Agent("short").fetch(7200).token != first


def test_a_refused_token_is_asked_for_anew(oscar, agent, provider):
    agent.make("refused", "bob")
    api = api_of(oscar, "refused")
    api.list_services()
    asked = len(provider.asked)
    oscar.fault("GET /system/services#1:401")
    assert api.list_services() == []
    assert len(provider.asked) == asked + 1


def test_an_agent_that_was_started_again_is_found_again(oscar, agent, provider):
    provider.rotates = False
    agent.make("again", "alice")
    assert Agent("again").fetch(60).token
    agent.end()
    with pytest.raises(UnusableLoginError, match=r"start it: eval \$\(oidc-agent\) && oidc-add"):
        Agent("again").fetch(60)
    agent.start()
    with pytest.raises(UnusableLoginError, match="account again: "):
        Agent("again").fetch(60)
    agent.load("again")
    assert api_of(oscar, "again").list_services() == []


def test_an_account_that_the_agent_does_not_have_is_named(oscar, agent):
    with pytest.raises(RefusedError) as caught:
        api_of(oscar, "nobody").list_services()
    said = str(caught.value)
    assert "oidc-agent, account nobody: " in said
    assert "look with: oidc-token nobody" in said
    assert "check oidc_account_name in oscar-sync.yaml" in said


def test_without_an_agent_the_run_says_how_to_start_one(oscar, bare):
    with pytest.raises(RefusedError, match=r"OIDC_SOCK env var not set; start it: eval"):
        api_of(oscar, "alone").list_services()


def test_a_provider_that_refuses_the_agent_is_told_in_its_words(oscar, agent, provider):
    agent.make("revoked", "alice")
    provider.problem = (400, {"error": "invalid_grant", "error_description": "session is gone"})
    with pytest.raises(UnusableLoginError, match="session is gone"):
        Agent("revoked").fetch(7200)


def test_an_agent_that_waits_for_a_person_is_not_waited_for_without_end(tmp_path, bare):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen()
        bare.setenv("OIDC_SOCK", str(tmp_path / "s"))
        with pytest.raises(UnusableLoginError, match=r"no answer within 0\.05 s"):
            Agent("waiting", timeout_s=0.05).fetch(60)
        silent.accept()[0].close()
        for thread in threading.enumerate():
            if thread.name == HINT:
                thread.join(PATIENCE_S)


def test_without_its_library_the_command_that_installs_it_is_told(oscar, bare):
    bare.setitem(sys.modules, "liboidcagent", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'oscar-sync\[oidc-agent\]'"):
        api_of(oscar, "missing").list_services()
