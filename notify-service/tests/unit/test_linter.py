"""What no text to citizens may carry, and what fills the placeholders of those that are written in the system."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from notify_service import POLICIES
from notify_service.keys import KEYS
from notify_service.rules import read_rules
from notify_service.templates import texts
from notify_service.templates.linter import FAULTS, categories, faults, personal
from notify_service.templates.preview import preview
from notify_service.templates.texts import Template
from notify_service.templates.variables import Value
from policybook.book import PolicyBook
from policybook.files import read_policies

VALUE: TypeAdapter[Value] = TypeAdapter(Value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("رقمك القومي 29001011234567 مسجل", "national_id"),
        ("رقمك القومي ٢٩٠٠١٠١١٢٣٤٥٦٧", "national_id"),
        ("id 2900101 1234567", "national_id"),
        ("card 6220 1234 5678 9012", "long_number"),
        ("الرقم السري هو 4821", "pin"),
        ("رقمك السري: الرقم السري ٤٨٢١٠٠", "pin"),
        ("Your PIN is 482100", "pin"),
        ("علاجك من السكري متاح", "diagnosis"),
        ("لمرضى بالسرطان", "diagnosis"),
        ("Your Diabetes medicine", "diagnosis"),
        ("يوم {day}", "variable_unknown"),
        ("يوم {place!r}", "variable_unknown"),
        ("يوم {place:>9999}", "variable_unknown"),
        ("يوم {place.x}", "variable_unknown"),
        ("يوم {", "braces"),
    ],
)
def test_what_no_text_may_carry(text: str, code: str) -> None:
    assert code in {fault.code for fault in faults(text, {"place"})}


def test_a_variable_of_a_forbidden_name_is_refused_even_if_it_is_filled() -> None:
    assert {fault.code for fault in faults("{national_id}", {"national_id"})} == {"variable_forbidden"}


@pytest.mark.parametrize(
    "text",
    [
        "منحة رمضان 400 جنيه على كارتك حتى 2027-03-10. اتصل {hotline}",
        "حامل الكارت الموحد: السكر والزيت متاحان عند {place}",
        "رمز تعيين الرقم السري للكارت صالح 10 دقائق",
        "Bring your national id to {place} on 16 September 2026",
    ],
)
def test_what_a_text_may_say(text: str) -> None:
    assert faults(text, {"hotline", "place"}) == []


@pytest.mark.parametrize(
    ("text", "of_care", "elsewhere"),
    [
        ("السكر متاح بالمنفذ", True, False),
        ("سكرك متاح", False, False),
        ("تم صرف دواء الضغط", True, False),
        ("تم خفض ضغط العمل", True, False),
        ("The sugar is there", True, False),
        ("علاج السكري متاح", True, True),
        ("الرقم السري 4821", True, True),
        ("تم تغيير الميزان", False, False),
    ],
)
def test_what_a_word_tells_depends_on_the_category(text: str, of_care: bool, elsewhere: bool) -> None:
    assert bool(personal(text, "care")) is of_care
    assert [bool(personal(text, other)) for other in ("outlet", "other", None)] == [elsewhere] * 3


def test_words_are_of_categories_that_there_are() -> None:
    book = PolicyBook.of(read_policies(POLICIES, KEYS))
    assert categories() <= read_rules(book, date(2026, 1, 1)).complaints.categories.keys()


@given(st.text("0123456789", min_size=14, max_size=14), st.text("اب ج.\n", max_size=20))
def test_fourteen_digits_are_found_wherever_they_stand(digits: str, around: str) -> None:
    assert "national_id" in {fault.code for fault in personal(f"{around} {digits}\n{around}")}


def test_every_fault_has_words_in_both_languages() -> None:
    assert all(english and arabic for english, arabic in FAULTS.values())


def test_a_template_of_the_file_with_personal_data_is_not_loaded() -> None:
    template = texts.load()["card_blocked"].model_dump(by_alias=True)
    template["versions"][0]["ar"] += " 29001011234567"
    with pytest.raises(ValidationError, match="could be a national id"):
        Template.model_validate(template)


def test_a_preview_reads_as_it_is_sent() -> None:
    values = {
        "day": VALUE.validate_python({"type": "day", "value": "2026-09-16"}),
        "grant": VALUE.validate_python({"type": "amount", "value": 40_050}),
        "until": VALUE.validate_python({"type": "month", "value": "2026-12"}),
        "loaves": VALUE.validate_python({"type": "count", "value": 5}),
        "place": VALUE.validate_python({"type": "words", "ar": "بورفؤاد", "en": "Port Fouad"}),
    }
    arabic = preview("{grant} حتى {until} من {day} في {place}: {loaves}", values, "ar", "19765", training=False)
    assert arabic.text == "400.50 جنيه حتى ديسمبر 2026 من الأربعاء 16 سبتمبر في بورفؤاد: 5"
    assert arabic.length is not None
    assert (arabic.length.encoding, arabic.length.units, arabic.length.parts) == ("ucs2", len(arabic.text), 1)
    english = preview("{grant}, {hotline}", values, "en", "19765", training=True)
    assert english.text == "TRAINING: 400.50 EGP, 19765"


def test_what_stands_in_a_value_is_looked_at_too() -> None:
    values = {"place": VALUE.validate_python({"type": "words", "ar": "29001011234567", "en": "x"})}
    assert [fault.code for fault in preview("{place}", values, "ar", "1", training=False).faults] == ["national_id"]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "amount", "value": 1.5},
        {"type": "amount", "value": -1},
        {"type": "count", "value": "5"},
        {"type": "day", "value": "2026-02-30"},
        {"type": "month", "value": "2026-13"},
        {"type": "words", "ar": "x"},
        {"type": "person", "value": "x"},
    ],
)
def test_a_value_of_another_type_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        VALUE.validate_python(value)
