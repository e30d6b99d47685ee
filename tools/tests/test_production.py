"""`make env PROFILE=production`: what it demands, where secrets go, and what the compose file becomes."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from tools.make_env import EXAMPLE, PRODUCTION, ROOT, maker, settings, whole
from tools.production.__main__ import keep_secrets
from tools.production.compose_file import Production, Start, interpolated, production, secret_names
from tools.production.demands import BOOTSTRAP, faults

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
FOUND = {
    "COMPOSE_PROFILES": "dashboards",
    "UNICARD_TRAINING_CLOCK": "false",
    "UNICARD_SMS_URL": "https://sms.example.gov.eg/v1",
    "UNICARD_PUBLIC_URL": "https://card.example.gov.eg",
    "UNICARD_EDGE_ADDRESS": "127.0.0.1",
}
SECRETS = {name: f"x{number}-{name}-{'x' * 24}" for number, name in enumerate(secret_names(COMPOSE))} | {BOOTSTRAP: ""}
TLS = {"UNICARD_EDGE_TLS_CERTIFICATE": "tls.crt", "UNICARD_EDGE_TLS_KEY": "tls.key"}


def made(**chosen: str) -> Production:
    document = yaml.safe_load(COMPOSE)
    images = {str(service["image"]) for service in document["services"].values()}
    pinned = {image: f"{image.partition(':')[0]}@sha256:{'a' * 64}" for image in images}
    return production(
        document, {**FOUND, **chosen}, SECRETS, pinned, {image: Start(("/start",), ("run",)) for image in images}
    )


def test_what_is_ready_is_not_refused() -> None:
    assert faults(FOUND, SECRETS, {}) == []
    assert faults({**FOUND, "UNICARD_EDGE_ADDRESS": "0.0.0.0"}, SECRETS, TLS) == []  # noqa: S104 - with a certificate
    assert faults({**FOUND, "UNICARD_EDGE_ADDRESS": "0.0.0.0", "UNICARD_EDGE_TLS": "./tls"}, SECRETS, {}) == []  # noqa: S104


@pytest.mark.parametrize(
    ("settings", "secrets", "edge", "words"),
    [
        ({"COMPOSE_PROFILES": "demo,dashboards"}, {}, {}, "COMPOSE_PROFILES names demo"),
        ({"UNICARD_TRAINING_CLOCK": "true"}, {}, {}, "UNICARD_TRAINING_CLOCK must be false"),
        ({"UNICARD_TRAINING_CLOCK": "1"}, {}, {}, "UNICARD_TRAINING_CLOCK must be false"),
        ({"UNICARD_SMS_URL": "http://sink:8190"}, {}, {}, "UNICARD_SMS_URL"),
        ({"UNICARD_SMS_URL": "https://sink:8190"}, {}, {}, "UNICARD_SMS_URL"),
        ({"UNICARD_SMS_URL": ""}, {}, {}, "UNICARD_SMS_URL"),
        ({"UNICARD_PUBLIC_URL": "http://card.example.gov.eg"}, {}, {}, "UNICARD_PUBLIC_URL"),
        ({"UNICARD_PUBLIC_URL": "https://127.0.0.1"}, {}, {}, "UNICARD_PUBLIC_URL"),
        ({"UNICARD_EDGE_ADDRESS": "10.0.0.1"}, {}, {}, "give the edge a certificate"),
        ({"UNICARD_EDGE_ADDRESS": "0.0.0.0"}, {}, {"UNICARD_EDGE_TLS_KEY": "a"}, "give the edge a certificate"),  # noqa: S104
        ({"UNICARD_LOG_LEVEL": "debug"}, {}, {}, "UNICARD_LOG_LEVEL"),
        ({}, {BOOTSTRAP: "x" * 32}, {}, "it lets register other clients"),
        ({}, {"POSTGRES_PASSWORD": "short"}, {}, "fewer than 24 characters"),
        ({}, {"POSTGRES_PASSWORD": ""}, {}, "fewer than 24 characters"),
        ({}, {"GRAFANA_ADMIN_PASSWORD": "admin-admin-admin-admin-admin"}, {}, "begins like a default"),
        ({}, {"CARD_DATABASE_PASSWORD": "y" * 32, "SUPPLY_DATABASE_PASSWORD": "y" * 32}, {}, "have one value"),
    ],
)
def test_what_is_still_a_demonstration_is_refused_by_name(
    settings: dict[str, str], secrets: dict[str, str], edge: dict[str, str], words: str
) -> None:
    found = faults({**FOUND, **settings}, {**SECRETS, **secrets}, edge)
    assert len(found) == 1, found
    assert words in found[0]


def test_the_example_is_refused_for_all_that_makes_it_a_demonstration() -> None:
    example = settings(EXAMPLE.read_text(encoding="utf-8"))
    assert len(faults(example, {**SECRETS, BOOTSTRAP: "x" * 32}, {})) == 5


def test_no_secret_stands_in_the_compose_file_or_in_a_containers_environment() -> None:
    document = made().document
    assert secret_names(yaml.safe_dump(document)) == set()
    assert not any(value in yaml.safe_dump(document) for value in SECRETS.values() if value)
    for name, service in document["services"].items():
        for variable in service.get("environment", {}):
            told = variable.endswith(("_FILE", "SECRETS_DIR"))
            assert told or not maker(variable), f"{name}: {variable}"
        for secret in service.get("secrets", ()):
            assert secret["source"] in document["secrets"]


def test_every_container_gets_the_very_values_docker_compose_would_have_given_it() -> None:
    before: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    files = made().files
    for name, service in made().document["services"].items():
        hidden = {one["target"]: files[one["source"]] for one in service.get("secrets", ())}
        for variable, value in before[name].get("environment", {}).items():
            if secret_names(str(value)):
                assert hidden.pop(variable) == interpolated(str(value), {**FOUND, **SECRETS}), variable
        assert hidden == {}
    assert files["card.UNICARD_DATABASE_URL"].count(SECRETS["CARD_DATABASE_PASSWORD"]) == 1


def test_every_image_is_pinned_and_nothing_of_the_demonstration_is_left() -> None:
    document = made().document
    for name, service in document["services"].items():
        assert "@sha256:" in service["image"], name
        assert "build" not in service
        assert "demo" not in service.get("profiles", ())
    assert "sink" not in document["services"]
    assert "sink" not in document["volumes"]
    assert {"postgres", "kafka", "backups"} <= set(document["volumes"])


def test_what_no_profile_asks_for_need_not_be_on_the_machine() -> None:
    assert "grafana" in made().document["services"]
    without = made(COMPOSE_PROFILES="")
    assert "grafana" not in without.document["services"]
    assert "grafana" not in without.document["volumes"]
    assert not any(name.startswith("grafana") for name in without.files)


def test_programs_that_know_their_environment_only_are_started_by_the_script_that_reads_the_files() -> None:
    services = made().document["services"]
    assert services["databases"]["entrypoint"] == ["/bin/bash", "/with-secrets.sh", "/bin/bash", "/databases.sh"]
    assert services["kafka-access"]["entrypoint"] == ["/bin/bash", "/with-secrets.sh", "/start"]
    assert services["kafka-access"]["command"] == ["python", "-m", "broker_access"]
    assert services["postgres"]["entrypoint"] == ["/bin/bash", "/with-secrets.sh", "/start"]
    assert services["postgres"]["command"][0] == "postgres"
    assert services["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD__FILE"].startswith("/run/secrets/")
    assert "entrypoint" not in services["grafana"]
    assert services["card"]["environment"]["UNICARD_SECRETS_DIR"] == "/run/secrets"


def test_secrets_move_from_the_file_of_settings_into_files_of_their_own(tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text(whole(EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    before = settings(env.read_text(encoding="utf-8"))
    kept = keep_secrets(env, tmp_path / "secrets")
    after = settings(env.read_text(encoding="utf-8"))
    assert kept == {name: value for name, value in before.items() if maker(name)}
    assert not any(maker(name) for name in after)
    assert {name: value for name, value in before.items() if not maker(name)}.items() <= after.items()
    assert after["COMPOSE_FILE"] == PRODUCTION
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "secrets").iterdir()} == {0o600}
    assert keep_secrets(env, tmp_path / "secrets") == kept  # a second time changes nothing


def test_new_installation_begins_without_what_a_demonstration_needs(tmp_path: Path) -> None:
    kept = keep_secrets(tmp_path / ".env", tmp_path / "secrets")
    chosen = settings((tmp_path / ".env").read_text(encoding="utf-8"))
    lacking = faults(chosen, kept, {})
    assert kept[BOOTSTRAP] == ""
    assert [fault.split(" ")[0] for fault in lacking] == ["UNICARD_SMS_URL", "UNICARD_PUBLIC_URL"]
