"""The AsyncAPI 3.0 document of every topic: what a ministry's own system may subscribe to, and how."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import yaml

from contracts.event import CONTENT_TYPE, SPEC_VERSION, Event
from contracts.generation import Document
from contracts.generation.schemas import event_schema

_INTRODUCTION = """\
Every fact of Unified Card that has happened, as CloudEvents 1.0 in Kafka's binary mode: the attributes are
headers, the value is the JSON of the data. An event is delivered at least once and in the order of its key;
`ce_id` tells a repeat. Readers ignore fields they do not know; a breaking change is a new type.
"""
_DEAD_LETTERS = """\
Events of the topic that a consumer could not read or handle, as they came; `ce_source` is that consumer.
An operator replays or discards them there.
"""


def asyncapi(events: Sequence[type[Event]]) -> str:
    """The document as YAML; the data's schemas are the files beside it."""
    topics = [topic for topic, _ in groupby(sorted(events, key=_topic), key=_topic)]
    document: Document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Unified Card: events",
            "version": "1.0.0",
            "description": _INTRODUCTION,
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {},
        "operations": {},
        "components": {
            "messages": {event.event_type(): _message(event) for event in events},
            "messageTraits": {"cloudEvent": {"headers": _common_headers()}},
        },
    }
    for topic in topics:
        own = [event for event in events if _topic(event) == topic]
        document["channels"] |= {topic: _channel(topic, own), f"{topic}.dead": _dead_letters(topic)}
        document["operations"][f"publish.{topic}"] = _operation(topic, own)
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as it is read."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _topic(event: type[Event]) -> str:
    return event.TOPIC


def _channel(topic: str, events: Sequence[type[Event]]) -> Document:
    return {
        "address": topic,
        "description": f"Published by {_publisher(events[0])}.",
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.event_type()}"} for event in events},
        "bindings": {"kafka": {"topic": topic}},
    }


def _dead_letters(topic: str) -> Document:
    return {
        "address": f"{topic}.dead",
        "description": _DEAD_LETTERS,
        "bindings": {"kafka": {"topic": f"{topic}.dead"}},
    }


def _operation(topic: str, events: Sequence[type[Event]]) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "title": f"{_publisher(events[0])} publishes to {topic}",
        "messages": [{"$ref": f"#/channels/{topic}/messages/{event.__name__}"} for event in events],
    }


def _message(event: type[Event]) -> Document:
    schema = event_schema(event)
    return {
        "name": event.event_type(),
        "title": event.NAME or event.__name__,
        "summary": schema["description"],
        "contentType": CONTENT_TYPE,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "headers": {
            "type": "object",
            "properties": {
                "ce_type": {"type": "string", "const": event.event_type()},
                "ce_source": {"type": "string", "const": event.source()},
            },
        },
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"schemas/{event.event_type()}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "description": f"The data's `{event.KEY}`."}}},
    }


def _common_headers() -> Document:
    def text(description: str, **more: str) -> Document:
        return {"type": "string", **more, "description": description}

    return {
        "type": "object",
        "required": ["ce_id", "ce_type", "ce_source", "ce_time", "ce_specversion", "content-type"],
        "properties": {
            "ce_id": text("Tells a repeat from another event.", format="uuid"),
            "ce_type": text("What happened, with the version of its schema."),
            "ce_source": text("The service it happened in."),
            "ce_time": text("When it happened, in UTC.", format="date-time"),
            "ce_specversion": text("The version of CloudEvents.", const=SPEC_VERSION),
            "ce_recordedtime": text("When its transaction wrote it down, in UTC.", format="date-time"),
            "ce_sequence": text("Its number in the publisher's outbox: grows with the changes of one key."),
            "ce_partitionkey": text("The key of the record."),
            "content-type": text("How the value is written.", const=CONTENT_TYPE),
            "traceparent": text("The W3C trace the event belongs to, where there is one."),
        },
    }


def _publisher(event: type[Event]) -> str:
    return event.source().lstrip("/")
