"""Whom a text means, where its sender's number reaches several people. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from notify_service.contacts.people import Person
from notify_service.templates.naming import plain
from notify_service.words import choice_in, normalise_words


def named(text: str, people: Sequence[Person]) -> list[Person]:
    """Those whose given name stands in a text."""
    said = f" {' '.join(normalise_words(text))} "
    return [one for one in people if plain(one.name) and f" {plain(one.name)} " in said]


def named_alone(text: str, people: Sequence[Person]) -> Person | None:
    """The only one whose given name stands in a text; None where there is none, or several have it."""
    found = named(text, people)
    return found[0] if len(found) == 1 else None


def meant(text: str, people: Sequence[Person]) -> Person | None:
    """The one a text means: by the only name that stands in it, else by the number in the order of `people`."""
    if one := named_alone(text, people):
        return one
    number = choice_in(text)
    return people[number - 1] if number and number <= len(people) else None
