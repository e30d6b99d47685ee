"""Ports and folders come from the environment, and what is wrong with them is said."""

import os
import socket
from pathlib import Path

import pytest

from devstack.settings import SettingError, StackSettings, on_free_ports
from devstack.stack.secrets import load_secrets
from devstack.state import take_lock


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    ports = on_free_ports()
    return {"UNICARD_HOME": str(tmp_path / "state"), **ports, **more}


def test_without_settings_the_documented_ports_are_used() -> None:
    settings = StackSettings.from_environment({})
    assert settings.ports["edge"] == 8080  # allow: default-port the figure itself
    assert settings.ports["postgres"] == 15432  # allow: default-port the figure itself
    assert settings.folder.name == ".unicard"


def test_a_taken_port_is_named_with_its_owner_and_its_setting(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        settings = StackSettings.from_environment(environment(tmp_path, UNICARD_CARD_PORT=str(port)))
        with pytest.raises(SettingError) as caught:
            settings.check_ports()
    assert f"port {port} (card) is taken by" in str(caught.value)
    assert f"(process {os.getpid()})" in str(caught.value)
    assert "set UNICARD_CARD_PORT" in str(caught.value)
    settings.check_ports()


def test_ports_of_servers_of_ones_own_are_not_asked_for(tmp_path: Path) -> None:
    settings = StackSettings.from_environment(
        environment(tmp_path, UNICARD_POSTGRES_URL="postgresql://db/x", UNICARD_KAFKA_BOOTSTRAP="kafka:9092")
    )
    assert not {"postgres", "kafka", "kafka-controller"} & set(settings.own_ports())


@pytest.mark.parametrize("text", ["x", "0", "70000", "-1", "8080.5"])
def test_a_port_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingError, match="UNICARD_EDGE_PORT"):
        StackSettings.from_environment({"UNICARD_EDGE_PORT": text})


def test_one_port_for_two_is_refused() -> None:
    with pytest.raises(SettingError, match="UNICARD_EDGE_PORT, UNICARD_CARD_PORT are the same"):
        StackSettings.from_environment({"UNICARD_EDGE_PORT": "8101"})


def test_secrets_are_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)
    assert load_secrets(tmp_path) == first
    assert len(set(first.values())) == len(first)
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_a_newer_release_needs_is_added_and_the_others_stay(tmp_path: Path) -> None:
    first = load_secrets(tmp_path)
    path = tmp_path / "secrets.env"
    kept = [line for line in path.read_text().splitlines() if not line.startswith("UNICARD_SMS_TOKEN")]
    path.write_text("\n".join(kept) + "\n")
    second = load_secrets(tmp_path)
    assert second["UNICARD_SMS_TOKEN"] != first["UNICARD_SMS_TOKEN"]
    del first["UNICARD_SMS_TOKEN"], second["UNICARD_SMS_TOKEN"]
    assert second == first


def test_commands_talk_to_docker_compose_while_it_runs_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "libs" / "devstack").mkdir(parents=True)
    own, composed = tmp_path / ".unicard", tmp_path / ".unicard" / "compose"
    assert StackSettings.in_use({}).folder == own
    composed.mkdir(parents=True)
    (composed / "secrets.env").write_text("UNICARD_BOOTSTRAP_CLIENT_ID=bootstrap\nUNICARD_EDGE_PORT=8888\n")
    found = StackSettings.in_use({})
    assert (found.folder, found.url("edge")) == (composed, "http://127.0.0.1:8888")
    assert StackSettings.in_use({"UNICARD_EDGE_PORT": "9999"}).ports["edge"] == 9999
    assert StackSettings.in_use({"UNICARD_HOME": str(tmp_path / "other")}).folder == tmp_path / "other"
    assert StackSettings.from_environment({}).folder == own  # what `unicard up` starts is its own
    lock = take_lock(own)
    assert lock is not None
    with lock:
        assert StackSettings.in_use({}).folder == own
