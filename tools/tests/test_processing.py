"""The register of processing says what the services declare."""

from __future__ import annotations

import importlib

import pytest
from tools import processing
from tools.services import PACKAGES, service_app

from api_gateway.route import Upstream
from chassis.processing.classes import Retention
from chassis.records.held import statement
from chassis.testing_walk import untagged

pytestmark = pytest.mark.registers


def test_the_register_is_up_to_date() -> None:
    assert processing.PAGE.read_text(encoding="utf-8") == processing.page(), "run `make schemas`"


@pytest.mark.parametrize("service", PACKAGES)
def test_what_names_a_person_is_tagged(service: str) -> None:
    assert untagged(service_app(service)) == []


@pytest.mark.parametrize("service", ["card", "supply", "health", "payment", "notify"])
def test_every_table_is_asked_by_the_person(service: str) -> None:
    held = importlib.import_module(f"{service}_service.held").HELD
    assert all("$1::uuid[]" in statement(table, one) for table, one in held.items())


@pytest.mark.parametrize("service", PACKAGES)
def test_every_table_ends_or_says_why_not(service: Upstream) -> None:
    """By the job, by a job of its class's own, with the register, or never and for which reason."""
    own_jobs = {Retention.QUESTIONS, Retention.SIGN_INS, Retention.RECORDS, Retention.REGISTER}
    held = importlib.import_module(f"{PACKAGES[service]}.held").HELD
    endless = [table for table, one in held.items() if not (one.ends or one.stays or one.retention in own_jobs)]
    assert endless == []
