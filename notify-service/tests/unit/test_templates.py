"""Every text: complete, in both languages, within its parts with the longest words of real life."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.appointments import OpenOn
from contracts.card import ProgrammeService
from contracts.outlets import NearOutlet
from contracts.supply import Line, Remaining
from notify_service.templates import texts
from notify_service.templates.card_facts import CardStateFacts, NearFacts, OfferFacts, SiteFacts
from notify_service.templates.complaint_facts import (
    AnsweredComplaintFacts,
    AnswerFacts,
    ComplaintFacts,
    ComplaintNumberFacts,
    SpotCheckFacts,
)
from notify_service.templates.encoding import Encoding, measure
from notify_service.templates.facts import (
    PLACEHOLDERS,
    AppointmentFacts,
    BalanceFacts,
    CampaignFacts,
    CorrectionFacts,
    DebitFacts,
    DebitsFacts,
    DrawFacts,
    Facts,
    NoFacts,
    PayoutFacts,
    PeopleFacts,
    RestrictedFacts,
    ServicesFacts,
    TerminalFacts,
    dump,
    parse,
)
from notify_service.templates.request_facts import (
    BreadCodeFacts,
    CodeFacts,
    ExclusionFacts,
    FlourFacts,
    HolderCodeFacts,
    HouseCallFacts,
    LostFacts,
    MandateFacts,
    ObjectionFacts,
    RefusalFacts,
    RequestDoneFacts,
    RequestFacts,
    RequestRefusedFacts,
    SeminarFacts,
    SeminarOffFacts,
)
from notify_service.templates.texts import Template
from notify_service.templates.wording import Language

PERIOD = date(2026, 9, 1)
POTS = [
    Remaining(programme="bread", unit="loaf", remaining=1350, period=PERIOD),
    Remaining(programme="goods", unit="piastre", remaining=150_050, period=PERIOD),
    Remaining(programme="bread_points", unit="piastre", remaining=12_310, period=PERIOD),
]
_REFUSAL = RefusalFacts(
    request="correct_national_id",
    reason_en="The document says something else than the request.",
    reason_ar="المستند لا يطابق بيانات الطلب.",
)
LONGEST: dict[str, Facts] = {
    "none": NoFacts(),
    "campaign": CampaignFacts(ar="ا" * 5 * 67, en="a" * 5 * 153),
    "appointment": AppointmentFacts(
        site_name_ar="مركز الخدمة التموينية بحي الضواحي",
        site_name_en="Supply service centre, El Dawahy district",
        starts_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC),
    ),
    "people": PeopleFacts(names=["Abdelrahman"] * 6),
    "services": ServicesFacts(services=list(ProgrammeService)),
    "balance": BalanceFacts(stated_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC), remaining=POTS, wallet=1_234_550),
    "restricted": RestrictedFacts(starts_on=date(2026, 9, 16), ends_on=date(2026, 9, 30)),
    "payout": PayoutFacts(programme="takaful_karama", amount=1_234_550, balance=9_934_550),
    "debit": DebitFacts(amount=1_234_550, happened_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC)),
    "correction": CorrectionFacts(amount=9_934_550, owed=1_234_550),
    "debits": DebitsFacts(day=date(2026, 9, 16), count=12, amount=9_934_550),
    "draw": DrawFacts(
        lines=[Line(programme="bread", item="loaf", quantity=40, amount=800),
               Line(programme="goods", item="oil", quantity=4, amount=12_000)],
        remaining=POTS,
    ),
    "terminal": TerminalFacts(
        terminal_id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"), happened_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC)
    ),
    "request": RequestFacts(request="correct_national_id"),
    "request_done": RequestDoneFacts(request="correct_national_id", month="2026-09"),
    "flour": FlourFacts(month="2026-09"),
    "refusal": _REFUSAL,
    "request_refused": RequestRefusedFacts(refusal=_REFUSAL, appeal_until=date(2026, 9, 16)),
    "exclusion": ExclusionFacts(
        programmes=["goods", "bread", "health"],
        ground_en="The card was not used for a long time.",
        ground_ar="عدم استخدام البطاقة لمدة طويلة.",
        takes_effect_on=date(2026, 9, 16),
        appeal_until=date(2026, 9, 30),
    ),
    "code": CodeFacts(code="123456", minutes=10),
    "holder_code": HolderCodeFacts(code="123456", minutes=10, amount=12_345_678),
    "lost": LostFacts(until=date(2026, 9, 16)),
    "house_call": HouseCallFacts(day=date(2026, 9, 16)),
    "card_state": CardStateFacts(state="produced"),
    "site": SiteFacts(
        site_name_ar="مركز الخدمة التموينية بحي الضواحي",
        site_name_en="Supply service centre, El Dawahy district",
        hours=[
            OpenOn(weekday=day, opens="08:30", closes="12:00" if day == 4 else "14:30") for day in (6, 7, 1, 2, 3, 4)
        ],
    ),
    "near": NearFacts(
        bread=[NearOutlet(kind="bakery", name_ar="مخبز عباد الرحمن البلدي", name_en="Ebad El Rahman Bakery")] * 2,
        goods=[NearOutlet(kind="grocer", name_ar="بقالة الحرية التموينية", name_en="El Horreya Grocery")] * 2,
    ),
    "offers": OfferFacts(
        site_name_ar="مركز الخدمة التموينية بحي الضواحي",
        site_name_en="Supply service centre, El Dawahy district",
        offers=[datetime(2026, 9, day, 9, 30, tzinfo=UTC) for day in (16, 23, 30)],
    ),
    "complaint": ComplaintFacts(
        number=12_345_678, due_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC), state="answered"
    ),
    "complaint_answer": AnsweredComplaintFacts(number=12_345_678, answer="x" * 200),
    "answer": AnswerFacts(answer="x" * 200),
    "spot_check": SpotCheckFacts(programme="takaful_karama", day=date(2026, 9, 16)),
    "complaint_number": ComplaintNumberFacts(number=2**62),
    "mandate": MandateFacts(begins_on=date(2026, 9, 16), ends_on=date(2026, 9, 30)),
    "seminar": SeminarFacts(
        place_ar="قاعة المركز الثقافي بحي الضواحي بجوار مكتب البريد الرئيسي",
        place_en="Cultural Centre hall, Al-Dawahi, beside the main post office",
        starts_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC),
    ),
    "seminar_off": SeminarOffFacts(starts_at=datetime(2026, 9, 16, 9, 30, tzinfo=UTC)),
    "bread_code": BreadCodeFacts(code="482913 0571", until=date(2026, 9, 16)),
    "objection": ObjectionFacts(object_until=datetime(2026, 9, 16, 9, 30, tzinfo=UTC)),
}  # fmt: skip
HOTLINE = "19765"
LANGUAGES: tuple[Language, ...] = ("ar", "en")


@pytest.mark.parametrize("name", sorted(texts.load()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_longest_words_stay_within_the_parts(name: str, language: Language) -> None:
    template = texts.load()[name]
    text = texts.render(template, PERIOD, language, LONGEST[template.facts], "عبدالرحمن", HOTLINE)
    assert measure(text).parts <= template.max_parts, text
    assert measure(text).encoding is (Encoding.UCS2 if language == "ar" else Encoding.GSM7)
    assert "{" not in text


@pytest.mark.parametrize("name", sorted(texts.load()))
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_several_share_a_number_every_text_of_a_person_names_whom_it_means(name: str, language: Language) -> None:
    template = texts.load()[name]
    text = texts.render(template, PERIOD, language, LONGEST[template.facts], "منى (2)", HOTLINE, shared=True)
    assert ("منى (2)" in text) is not template.of_number


@pytest.mark.parametrize("kind", sorted(PLACEHOLDERS))
def test_facts_fill_their_placeholders_and_survive_storage(kind: str) -> None:
    facts = LONGEST[kind]
    assert facts.words("ar").keys() == facts.words("en").keys() == PLACEHOLDERS[kind]
    assert parse(dump(facts)) == facts


def test_the_appointment_names_site_date_and_hour_in_cairo() -> None:
    facts = AppointmentFacts(
        site_name_ar="مكتب بريد بورفؤاد",
        site_name_en="Port Fouad",
        starts_at=datetime(2026, 4, 5, 8, 0, tzinfo=UTC),
    )
    winter = facts.model_copy(update={"starts_at": datetime(2026, 12, 6, 22, 30, tzinfo=UTC)})
    text = texts.render(texts.load()["appointment"], PERIOD, "ar", facts, "منى", HOTLINE)
    assert "مكتب بريد بورفؤاد" in text
    assert "الأحد 5 أبريل" in text
    assert "الساعة 10 ص" in text  # no summer time on 5 April
    assert winter.words("ar")["day"] == "الاثنين 7 ديسمبر"  # past midnight in Cairo
    assert winter.words("ar")["hour"] == "12:30 ص"


def test_without_a_name_the_text_begins_with_its_first_word() -> None:
    text = texts.render(texts.load()["card_blocked"], PERIOD, "ar", NoFacts(), "", HOTLINE)
    assert text.startswith("تم إيقاف")


@pytest.mark.parametrize(
    ("loaves", "words"),
    [
        (0, "0 رغيف"), (1, "1 رغيف"), (2, "2 رغيف"), (3, "3 أرغفة"), (10, "10 أرغفة"), (11, "11 رغيف"),
        (100, "100 رغيف"), (102, "102 رغيف"), (103, "103 أرغفة"), (111, "111 رغيف"), (1005, "1005 أرغفة"),
    ],
)  # fmt: skip
def test_arabic_counts(loaves: int, words: str) -> None:
    pot = Remaining(programme="bread", unit="loaf", remaining=loaves, period=PERIOD)
    said = BalanceFacts(stated_at=datetime(2026, 9, 16, tzinfo=UTC), remaining=[pot]).words("ar")["balance"]
    assert said == f"خبز {words}"


def _template(**changes: object) -> dict[str, object]:
    version = {
        "effective_from": "2025-01-01",
        "approved_by": "test",
        "ar": "{site} {day}",
        "en": "{site} {day}",
    }
    return {"name": "t", "class": "notice", "facts": "appointment", "required": ["site"], "max_parts": 1,
            "versions": [version], **changes}  # fmt: skip


def test_a_template_in_force_is_chosen_by_day() -> None:
    older = {"effective_from": "2025-01-01", "approved_by": "test", "ar": "old {site}", "en": "old {site}"}
    newer = {"effective_from": "2026-01-01", "approved_by": "test", "ar": "new {site}", "en": "new {site}"}
    template = Template.model_validate(_template(versions=[newer, older]))
    assert template.on(date(2025, 12, 31)).ar == "old {site}"
    assert template.on(date(2026, 1, 1)).ar == "new {site}"
    assert template.on(date(2020, 1, 1)).ar == "old {site}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"required": ["site", "hour"]}, "missing"), ({"facts": "none", "required": []}, "nothing fills")],
)
def test_a_text_that_does_not_fit_its_facts_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Template.model_validate(_template(**changes))
