"""What the command line can have told again is what the services can tell; every snapshot has a reader."""

from __future__ import annotations

from importlib import import_module

from tools.access import reactions_of
from tools.services import PACKAGES

from contracts.generation import all_events
from contracts.restated import Restated, ended_event
from devstack.stack.restate import SUBJECTS

OWNERS = ("card_service.cards", "card_service.registry", "supply_service.outlets", "health_service.providers")
RESTATED = [event for event in all_events() if issubclass(event, Restated)]


def test_the_command_line_knows_all_subjects() -> None:
    assert {one.SUBJECT: one.TOPIC.split(".", 1)[0] for one in RESTATED} == SUBJECTS


def test_each_is_told_by_its_owner_and_heard_by_somebody() -> None:
    topics = {name: reactions_of(package).topics for name, package in PACKAGES.items()}
    for event in RESTATED:
        assert ended_event(event).TOPIC.split(".", 1)[0] == event.TOPIC.split(".", 1)[0]
        assert any(event.TOPIC in heard for heard in topics.values()), event.SUBJECT


def test_owners_offer_what_their_events_say() -> None:
    offered = {
        one.subject
        for package in (
            "card_service.cards",
            "card_service.registry",
            "supply_service.outlets",
            "health_service.providers",
        )
        for one in vars(import_module(f"{package}.restated")).values()
        if type(one).__name__ == "Restatement"
    }
    assert offered == set(SUBJECTS)
