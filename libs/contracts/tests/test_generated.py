"""What is generated from the events is checked in, valid, and cannot change under its readers' feet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from contracts import generate
from contracts.event import Event
from contracts.generation import all_events
from contracts.generation.schemas import event_schema

ASYNCAPI_SCHEMA = Path(__file__).parent / "data" / "asyncapi-3.0.0.schema.json"


@pytest.fixture
def document(tmp_path: Path) -> dict[str, Any]:
    written = tmp_path / "asyncapi.yaml"
    assert generate.main(["--asyncapi", str(written)]) == 0
    loaded: dict[str, Any] = yaml.load(written.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


def test_everything_checked_in_is_what_the_events_generate(capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"]) == 0, capsys.readouterr().err


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    checked_in = {path.name for path in (generate.ROOT / generate.SCHEMAS).iterdir()}
    assert checked_in == {path.name for path in generate.generated() if path.parent == generate.SCHEMAS}


@pytest.mark.parametrize("event", all_events(), ids=lambda event: event.__name__)
def test_event_names_its_meaning_topic_and_key(event: type[Event]) -> None:
    schema = event_schema(event)
    Draft202012Validator.check_schema(schema)
    assert schema["description"].endswith(".")
    assert schema["x-topic"].endswith(".v1")
    assert schema["x-key"] in schema["required"]


@pytest.mark.parametrize("event", all_events(), ids=lambda event: event.__name__)
def test_personal_data_travels_on_the_contacts_topic_only(event: type[Event]) -> None:
    personal = {"mobile", "phone", "national_id", "full_name", "given_name", "address", "pin"}
    if not event.TOPIC.endswith(".contacts.v1"):
        assert not personal & set(event.model_fields)


def test_asyncapi_is_valid_by_the_official_schema(document: dict[str, Any]) -> None:
    official = json.loads(ASYNCAPI_SCHEMA.read_text(encoding="utf-8"))
    faults = [error.message for error in Draft7Validator(official).iter_errors(document)]
    assert faults == []


def test_asyncapi_names_every_event_once_and_refers_to_what_exists(document: dict[str, Any]) -> None:
    messages = document["components"]["messages"]
    assert set(messages) == {event.event_type() for event in all_events()}
    for message in messages.values():
        schema = Path("libs/contracts") / message["payload"]["schema"]["$ref"]
        assert (generate.ROOT / schema).is_file()
    for topic in {event.TOPIC for event in all_events()}:
        carried = [ref["$ref"].rpartition("/")[2] for ref in document["channels"][topic]["messages"].values()]
        assert carried == [event.event_type() for event in all_events() if topic == event.TOPIC]
        assert f"{topic}.dead" in document["channels"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in which the events of today are checked in."""
    assert generate.main([], root=tmp_path) == 0
    return tmp_path


def change(workspace: Path, name: str, edit: dict[str, Any]) -> Path:
    """Pretend that the published schema differed in `edit` from the events of today."""
    path = workspace / generate.SCHEMAS / name
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema.update(edit)
    path.write_text(json.dumps(schema), encoding="utf-8")
    return path


def test_a_stale_file_is_reported_and_then_written(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = workspace / generate.PAGE
    page.write_text("old", encoding="utf-8")
    assert generate.main(["--check"], root=workspace) == 1
    assert "docs/events.md: not up to date" in capsys.readouterr().err
    assert generate.main([], root=workspace) == 0
    assert page.read_text(encoding="utf-8").startswith("# Events")


def test_a_breaking_change_is_refused_and_nothing_is_written(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = change(workspace, "eg.unicard.card.CardClosed.v1.json", {"x-key": "card_id"})
    published = path.read_text(encoding="utf-8")
    assert generate.main([], root=workspace) == 1
    assert "eg.unicard.card.CardClosed.v1: x-key: card_id became household_id" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == published


def test_an_event_cannot_disappear(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace / generate.SCHEMAS / "eg.unicard.card.CardLost.v1.json").write_text("{}", encoding="utf-8")
    assert generate.main([], root=workspace) == 1
    assert "eg.unicard.card.CardLost.v1: no such event any more" in capsys.readouterr().err
