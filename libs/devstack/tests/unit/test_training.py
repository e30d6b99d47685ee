"""A training installation shares nothing with the system beside it: no folder, port, server, topic, issuer or SMS."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack import training
from devstack.engines.process import EngineError
from devstack.settings import PORTS, StackSettings, on_free_ports
from devstack.stack import programs
from devstack.stack.secrets import load_secrets

KAFKA = {"UNICARD_KAFKA_BOOTSTRAP": "kafka:9092", "UNICARD_KAFKA_USER": "admin", "UNICARD_KAFKA_PASSWORD": "x"}


def both(tmp_path: Path, **more: str) -> tuple[StackSettings, StackSettings]:
    """The settings of a system and of training beside it, from one environment."""
    given = {"UNICARD_HOME": str(tmp_path / "state"), **more}
    return StackSettings.from_environment(given), StackSettings.from_environment({**given, "UNICARD_TRAINING": "true"})


def test_every_place_is_another(tmp_path: Path) -> None:
    own = {**on_free_ports(), **KAFKA, "UNICARD_POSTGRES_URL": "postgresql://a@db/x", "UNICARD_TOPIC_PREFIX": "live."}
    first, second = both(tmp_path, **own)
    assert (first.training, second.training) == (False, True)
    assert second.folder == first.folder / "training"
    assert set(first.ports.values()).isdisjoint(second.ports.values())
    assert second.postgres_url is None, "the first system's databases are called the same"
    assert second.kafka is None
    assert (first.topic_prefix, second.topic_prefix) == ("live.", "training.")
    assert second.url("edge") == f"http://127.0.0.1:{PORTS['edge'][1] + training.PORTS_APART}"


def test_its_own_settings_say_where_it_is(tmp_path: Path) -> None:
    _, second = both(
        tmp_path,
        UNICARD_TRAINING_HOME=str(tmp_path / "course"),
        UNICARD_TRAINING_EDGE_PORT="10443",
        UNICARD_TRAINING_POSTGRES_URL="postgresql://a@course/x",
    )
    assert (second.folder, second.ports["edge"]) == (tmp_path / "course", 10443)
    assert second.postgres_url == "postgresql://a@course/x"


@pytest.mark.parametrize("second", ["postgresql://b@db/y", "postgresql://b@db:5432/x"])
def test_databases_of_both_never_share_a_server(tmp_path: Path, second: str) -> None:
    own = {"UNICARD_POSTGRES_URL": "postgresql://a@db/x", "UNICARD_TRAINING_POSTGRES_URL": second}
    with pytest.raises(EngineError, match="needs one of its own"):
        both(tmp_path, **own)


def test_services_are_told_another_issuer_and_the_sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNICARD_SMS_URL", "https://aggregator.example")
    first, second = both(tmp_path)
    notify = next(program for program in programs.SERVICES if program.name == "notify")
    from broker_access.connection import Kafka

    told = [
        programs.service_environment(
            notify, settings, load_secrets(settings.folder), "postgresql://x", Kafka("kafka:1"), "all"
        )
        for settings in (first, second)
    ]
    names = [set(one["UNICARD_ISSUER"].split(",")) for one in told]
    assert names[0].isdisjoint(names[1])
    assert told[1]["UNICARD_SMS_URL"] == second.url("sink")
    assert [one["UNICARD_TRAINING"] for one in told] == ["false", "true"]
    assert [one["UNICARD_TOPIC_PREFIX"] for one in told] == ["", "training."]
    assert [programs.edge_environment(one)["UNICARD_EDGE_TRAINING"] for one in (first, second)] == ["false", "true"]
    secret = "UNICARD_CONTACT_KEYS"
    assert told[0][secret] != told[1][secret]


def test_its_own_settings_reach_its_services_and_the_edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {
        "UNICARD_REQUEST_LIMIT": "7",
        "UNICARD_TRAINING_REQUEST_LIMIT": "9",
        "UNICARD_PUBLIC_URL": "https://x.example",
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    for settings, limit, url in zip(both(tmp_path, **own), ("7", "9"), ("https://x.example", None), strict=True):
        told = programs.edge_environment(settings)
        assert (told["UNICARD_REQUEST_LIMIT"], told.get("UNICARD_PUBLIC_URL")) == (limit, url)
        assert programs.sink_environment(settings, load_secrets(settings.folder))["UNICARD_REQUEST_LIMIT"] == limit


def test_how_large_its_demonstration_is(tmp_path: Path) -> None:
    assert [one.demo_scale for one in both(tmp_path, UNICARD_TRAINING_DEMO_SCALE="0.02")] == [0.01, 0.02]
    for wrong in ("0", "1.5", "much", "nan"):
        with pytest.raises(EngineError, match="UNICARD_DEMO_SCALE"):
            both(tmp_path, UNICARD_DEMO_SCALE=wrong)


def test_a_folder_is_of_one_kind_for_good(tmp_path: Path) -> None:
    real, course = tmp_path / "real", tmp_path / "course"
    training.claim(real, training=False)
    load_secrets(real)
    training.claim(real, training=False)
    with pytest.raises(EngineError, match="none for training"):
        training.claim(real, training=True)
    training.claim(course, training=True)
    load_secrets(course)
    training.claim(course, training=True)
    with pytest.raises(EngineError, match="holds a training system"):
        training.claim(course, training=False)
    assert [training.is_marked(one) for one in (real, course)] == [False, True]
