"""Who is told the address of the database's owner, when an administrator is recovered in containers."""

from __future__ import annotations

from pathlib import Path

import yaml

from devstack.people.host import owner_of

COMPOSE = Path(__file__).parents[4] / "docker-compose.yml"
OWNER = "postgresql://unicard_gateway_owner:pw@postgres:5432/unicard_gateway"


def test_the_owners_address_is_the_migrating_jobs() -> None:
    told = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    assert owner_of({"services": told}).startswith("postgresql://unicard_gateway_owner:")
    assert [name for name, one in told.items() if "unicard_gateway_owner" in str(one.get("environment"))] == [
        "migrate-gateway"
    ]


def test_with_real_data_it_is_in_the_file_of_a_secret(tmp_path: Path) -> None:
    (tmp_path / "mounted").write_text(OWNER, encoding="utf-8")
    job = {"environment": {}, "secrets": [{"source": "one", "target": "UNICARD_OWNER_URL"}]}
    compose = {"services": {"migrate-gateway": job}, "secrets": {"one": {"file": str(tmp_path / "mounted")}}}
    assert owner_of(compose) == OWNER
