"""Campaigns: what a form asks for is what the service takes, and pages of what it really answers with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from chassis.ids import new_id
from notify_service.campaigns.models import DryRunState, Fate, State
from notify_service.campaigns.schemas import (
    Campaign,
    CampaignDryRun,
    CampaignEdit,
    CampaignIn,
    CampaignPage,
    CampaignProgress,
    CampaignText,
    CampaignTextPage,
    DryRun,
)
from notify_service.messages.schemas import TextFault, TextPreview, TextPreviews
from notify_service.templates.encoding import Encoding
from notify_service.templates.variables import VariableType
from staff_console.campaigns import api, wanted
from staff_console.pages import render
from staff_console.words import TEXTS

from .frame import FRAME

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
VARIABLES: dict[str, VariableType] = {
    "since": "day", "of": "month", "sum": "amount", "number": "count", "place": "words",
}  # fmt: skip
TYPED = {
    "name": "ساعات العمل", "value.since": "١٥/١/٢٠٢٧", "value.of": "1/2027", "value.sum": "250.5", "value.number": "٧",
    "value.place.ar": "بورسعيد", "value.place.en": "Port Said", "governorate": "03", "district": "03.02",
    "language": "ar", "card": "no", "members_from": "3", "members_to": "", "starts_on": "2/12/2026",
    "starts_hour": "10:00", "ends_on": "5/12/2026", "ends_hour": "20:00", "audience": "filter",
}  # fmt: skip


def text(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "text_id": new_id(), "name": "hours", "version": 2, "ar": "من {since} في {place}", "en": "{since} {place}",
        "variables": VARIABLES, "entered_by": "person:a", "approved_by": "person:b", "approved_at": NOW,
    }  # fmt: skip
    return CampaignText.model_validate(told | changes).model_dump(mode="json")


def campaign(state: State = State.DRAFT, **changes: Any) -> dict[str, Any]:
    body, wrong = wanted.asked(TYPED, text())
    assert wrong == {}
    names = ("queued", "sending", "sent", "delivered", "failed", "expired", "cancelled", "remaining", "parts")
    progress = {name: number for number, name in enumerate(names, 1000)} | {"all_queued": True, "expected_end": NOW}
    told: dict[str, Any] = {
        **body, "campaign_id": new_id(), "governorate": "03", "ar": "من الجمعة", "en": "since Friday", "parts": 1,
        "parts_per_second": 50, "messages_per_week": 50_000, "state": state, "revision": 4, "created_by": "person:a",
        "created_at": NOW, "started_at": None, "ended_at": None, "progress": progress,
    }  # fmt: skip
    return CampaignProgress.model_validate(told | changes).model_dump(mode="json")


def test_a_form_asks_for_what_the_service_takes_and_shows_a_draft_again() -> None:
    body, wrong = wanted.asked(TYPED, text())
    assert wrong == {}
    taken = CampaignIn.model_validate(body)
    assert taken.values["sum"].model_dump() == {"type": "amount", "value": 25_050}
    assert taken.audience is not None
    assert (taken.audience.districts, taken.audience.card, taken.audience.members_from) == (["03.02"], False, 3)
    assert taken.ends_at.astimezone(UTC).hour == 18
    draft = campaign()
    again = wanted.typed(draft)
    edited, wrong = wanted.asked(again, text(), draft)
    assert wrong == {}
    whole = CampaignEdit.model_validate(edited | {"revision": 4})
    assert whole.values == taken.values
    assert (whole.audience, whole.starts_at, whole.ends_at) == (taken.audience, taken.starts_at, taken.ends_at)
    assert whole.messages_per_week == 50_000


def test_an_audience_that_the_form_cannot_say_stays_as_it_is() -> None:
    wide = campaign()["audience"] | {"governorates": ["03", "19"]}
    draft = campaign(audience=wide)
    fields = wanted.typed(draft)
    assert fields["audience"] == "kept"
    assert wanted.asked(fields, text(), draft)[0]["audience"] == wide
    by_file = campaign(audience=None)
    assert wanted.asked(wanted.typed(by_file), text(), by_file)[0]["audience"] is None


@pytest.mark.parametrize(
    ("name", "said", "wrong"),
    [
        ("name", "", {"name": "campaign_name_missing"}),
        ("value.since", "31/2/2027", {"value.since": "value_wrong.day"}),
        ("value.of", "13/2027", {"value.of": "value_wrong.month"}),
        ("value.sum", "كثير", {"value.sum": "value_wrong.amount"}),
        ("value.number", "-1", {"value.number": "value_wrong.count"}),
        ("value.place.en", "", {"value.place.ar": "value_wrong.words"}),
        ("members_to", "51", {"members_to": "members_unclear"}),
        ("ends_on", "", {"ends_on": "day_unclear"}),
    ],
)
def test_what_is_wrong_is_named(name: str, said: str, wrong: dict[str, str]) -> None:
    assert wanted.asked({**TYPED, name: said}, text())[1] == wrong
    assert set(wrong.values()) <= set(TEXTS)


def shown(one: dict[str, Any], **facts: Any) -> str:
    given = {"count": None, "under_way": False, "acts": ["dry-runs", "start", "cancellation"], **facts}
    page = render("campaign", "ar", **{**FRAME, "one": one, **given})
    return page[page.index('<main id="content"') :]


def test_a_draft_is_counted_and_proposed() -> None:
    page = shown(campaign())
    for word in ("مسودة", "قدّم البدء للاعتماد", "عدّل المسودة", "1,003", "حي", "من الجمعة"):
        assert word in page, word
    found = DryRun.of({Fate.REACHED: 4_000, Fate.OPTED_OUT: 5}, {"ar": 3_900, "en": 100}, 8_000, 123_456)
    run: dict[str, Any] = {
        "dry_run_id": new_id(), "campaign_id": new_id(), "looked_at": 10, "expected": 4_005, "asked_by": "person:a",
        "asked_at": NOW, "ended_at": NOW,
    }  # fmt: skip
    done = CampaignDryRun(**run, state=DryRunState.DONE, result=found).model_dump(mode="json")
    page = shown(campaign(), count=done)
    assert "1,234.56" in page
    assert "4,000" in page
    counting = CampaignDryRun(**run, state=DryRunState.COUNTING, result=None).model_dump(mode="json")
    assert "data-poll" in shown(campaign(), count=counting, under_way=True)
    outdated = CampaignDryRun(**run, state=DryRunState.OUTDATED, result=None).model_dump(mode="json")
    assert "اطلب حصراً جديداً" in shown(campaign(), count=outdated)


def test_lists_and_texts_are_shown() -> None:
    values = {name: value for name, value in campaign().items() if name != "progress"}
    page = CampaignPage(items=[Campaign.model_validate(values)], next=None).model_dump(mode="json")
    facts = {"told": page, "writes": True, "states": api.STATES, "state": ""}
    assert "ساعات العمل" in render("campaigns", "ar", **FRAME, **facts)
    texts = CampaignTextPage(items=[CampaignText.model_validate(text())], next=new_id()).model_dump(mode="json")
    assert "/console/desk?after=" in render("campaign_texts", "ar", **FRAME, told=texts, writes=False)
    choosing = render("campaign_texts_choose", "ar", **FRAME, texts=texts["items"])
    assert "text_id=" + texts["items"][0]["text_id"] in choosing
    faults = [TextFault(code="x", found="29001", reason="a national id", reason_ar="رقم قومي")]
    previews = [
        TextPreview(language="ar", text="من الجمعة", encoding=Encoding.UCS2, units=9, parts=1, faults=[]),
        TextPreview(language="en", text=None, encoding=None, units=None, parts=None, faults=faults),
    ]
    preview = TextPreviews(items=previews).model_dump(mode="json")
    given = {"name": "hours", "variable1": "since", "type1": "day"}
    text_form = render(
        "campaign_text_new",
        "ar",
        **FRAME | {"given": given},
        preview=preview,
        types=wanted.TYPES,
        variables=range(1, 5),
    )
    assert "رقم قومي" in text_form
    assert 'value="since"' in text_form


def form_page(given: dict[str, Any], **facts: Any) -> str:
    told = {
        "text": text(), "given": given, "before": None, "hours": wanted.HOURS, "governorates": GOVERNORATES,
        "districts": DISTRICTS, "yes_no": wanted.YES_NO, "languages": wanted.LANGUAGES, "moved": None, **facts,
    }  # fmt: skip
    return render("campaign_form", "ar", **FRAME | told)


def test_a_draft_that_moved_is_shown_beside_what_was_typed() -> None:
    before = campaign(revision=5)
    stands, mine = wanted.typed(before), {**TYPED, "name": "ساعات أخرى", "revision": "4"}
    page = form_page(mine, before=before, moved=stands)
    assert "ولم يُكتب فوق ما عدّله" in page
    assert page.count("ساعات أخرى") == 2  # beside what stands, and in the field
    assert 'name="revision" value="5"' in page
    assert 'name="revision" value="4"' in form_page(mine, before=before)
    assert "revision" not in form_page({**TYPED})
    assert "الجمهور محدد بملف" in form_page({"audience": "kept"}, before=before)


def test_every_state_act_and_kind_has_its_words() -> None:
    assert {f"campaign_state.{one}" for one in State} <= set(TEXTS)
    assert set(api.STATES) == {one.value for one in State}
    assert {f"variable.{one}" for one in wanted.TYPES} <= set(TEXTS)
    assert set(wanted.TYPES) == set(VARIABLES.values())
    assert {f"reach.{one}" for one in Fate} <= set(TEXTS)
