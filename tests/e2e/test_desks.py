"""The console's desks on the running system: complaints, proposals, payouts, on call, and services that stand still."""

from __future__ import annotations

import asyncio
import html
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from .conftest import System, pid_of, until
from .test_console import ID, Person, SignIn, hidden, open_cards, replaced_at, signed_in, site_of
from .test_money import ask
from .test_on_call import set_aside

__all__ = ["signed_in"]
PENSION = 175_500
SILENT = "لا يجيب الآن"


def citizens(system: System, count: int) -> list[str]:
    """Citizens of Port Said with a card that works."""
    found: list[str] = []
    for _, card in open_cards(system):
        if card["state"] == "active":
            told = ask(system, "cards", "GET", f"/v1/cards/{card['card_id']}")
            found.append(told["citizen_id"])
        if len(found) == count:
            break
    return found


@pytest.fixture(scope="module")
def complaint(system: System, first: dict[str, Any]) -> str:
    """The page of a complaint of the day."""
    assert first["run"]
    body = {"citizen_id": citizens(system, 1)[0], "category": "card", "text": "الكارت لم يصل", "channel": "desk"}
    made = ask(system, "messages", "POST", "/v1/complaints", json=body)
    return f"/console/complaints/{made['complaint_id']}"


def sent(person: Person, path: str, form: dict[str, str], **fields: str) -> httpx.Response:
    """A form as it stood on another page of this person."""
    person.page = person.client.post(person.system.edge + path, data={**form, **fields})
    return person.page


def test_two_never_answer_the_same_and_a_citizen_who_is_not_content_is_seen(signed_in: SignIn, complaint: str) -> None:
    one, two = signed_in("complaints.officer"), signed_in("complaints.officer.two")
    assert complaint in one.get("/console/complaints?state=open&claimed=nobody").text
    assert "الكارت لم يصل" in two.get(complaint).text
    early = hidden(two.page.text)
    one.get(complaint)
    assert "أرسل الرد" not in one.page.text  # it is taken before it is answered
    assert "/console/cards/" in one.page.text
    assert "أخذت الشكوى" in one.post(complaint, act="claim").text
    assert complaint in one.get("/console/complaints?state=open&claimed=mine").text
    refused = sent(two, complaint, early, act="answer", text="رد آخر")
    assert refused.status_code == 409
    assert "يعمل موظف آخر على هذه الشكوى" in refused.text
    assert "أرسل الرد" not in refused.text
    wrong = (one.get(complaint), one.post(complaint, act="answer"))[1]
    assert (wrong.status_code, "<title>خطأ: " in wrong.text) == (422, True)
    page = one.post(complaint, act="answer", ready="answer.card_at_site")
    assert "أُرسل الرد على الشكوى" in page.text
    assert "تسلّمه في موعدك" in page.text
    one.get(complaint)
    page = one.post(complaint, act="reopen", again="ذهبت ولم أجده")
    assert "أُعيد فتح الشكوى" in page.text
    page = two.get("/console/complaints")
    row = page.text[page.text.index(complaint) :].split("</tr>")[0]
    assert "أُعيد فتحها" in row
    assert "ذهبت ولم أجده" in two.get(complaint).text


def test_a_proposal_is_decided_by_another_and_never_twice(signed_in: SignIn, system: System) -> None:
    body: dict[str, Any] = {"amount": 4_321, "reference": f"console-{int(time.time())}"}
    maker = signed_in("treasury.officer")
    token_of = system.headers("treasury")
    made = httpx.post(f"{system.edge}/v1/payout-funds/pension/fundings", json=body, headers=token_of, timeout=10).json()
    place = f"/console/proposals/payment/{made['proposal_id']}"
    assert "تمويل صندوق صرف" in maker.get("/console/approvals").text
    assert "سجّل القرار" not in maker.get(place).text
    approver = signed_in("treasury.approver", "/console/approvals")
    assert place in approver.page.text
    page = approver.get(place)
    assert "43.21" in page.text
    assert body["reference"] in page.text
    form = hidden(page.text)
    assert "اعتُمد المقترح ونُفّذ." in approver.post(place, decision="approve").text
    assert sent(approver, place, form, decision="approve").status_code == 200
    acts = ask(system, "treasury", "GET", f"/v1/proposals/payment/{made['proposal_id']}")["acts"]
    assert [act["act"] for act in acts].count("approved") == 1


def test_a_payout_is_approved_by_its_total_and_only_as_it_was_seen(signed_in: SignIn, system: System) -> None:
    payee, other = citizens(system, 2)
    body = {
        "reference": f"console-{int(time.time())}", "programme": "pension", "declared_count": 1,
        "declared_total": PENSION, "currency": "EGP",
    }  # fmt: skip
    client, funding = "pension-authority", {"amount": PENSION, "reference": f"for-{body['reference']}"}
    paid = ask(system, "treasury", "POST", "/v1/payout-funds/pension/fundings", json=funding)
    treasury = signed_in("treasury.approver", f"/console/proposals/payment/{paid['proposal_id']}")
    treasury.post(f"/console/proposals/payment/{paid['proposal_id']}", decision="approve")
    batch = ask(system, client, "POST", "/v1/payout-batches", json=body)["batch_id"]
    api, place = f"/v1/payout-batches/{batch}", f"/console/payouts/{batch}"

    rows = f"citizen_id,amount,item_reference\n{payee},{PENSION},1\n"
    ask(system, client, "POST", f"{api}/items", content=rows.encode(), headers={"Content-Type": "text/csv"})
    ask(system, client, "POST", f"{api}/submission")
    approver = signed_in("payouts.approver", "/console/approvals")
    assert place in approver.page.text
    seen = hidden(approver.get(place).text)
    page = approver.post(place, total="1,755.01")
    assert (page.status_code, "لا يساوي إجمالي الدفعة" in page.text) == (422, True)
    assert 'value="1,755.01"' in page.text
    ask(system, client, "POST", f"{api}/reopening")
    (item,) = ask(system, client, "GET", f"{api}/items")["items"]
    ask(system, client, "PATCH", f"{api}/items/{item['number']}", json={"citizen_id": other})
    ask(system, client, "POST", f"{api}/submission")  # the same count and total, for somebody else
    page = sent(approver, place, seen, total="١٬٧٥٥٫٠٠")
    assert page.status_code == 409
    assert "رقم الطلب" in page.text
    assert ask(system, client, "GET", api)["state"] == "submitted"
    approver.get(place)
    assert "اعتُمد الصرف." in approver.post(place, total="١٬٧٥٥٫٠٠").text


def test_whoever_is_on_call_gives_an_event_up_by_two(signed_in: SignIn, system: System) -> None:
    number = asyncio.run(set_aside(system))
    operator = signed_in("operator")
    until(lambda: "tag-silent" not in operator.get("/console/on-call").text)
    assert "/console/on-call/health" in operator.page.text
    page = operator.get("/console/on-call/health")
    place = f"/console/on-call/health/{number}"
    assert place in page.text
    operator.get(place)
    proposal = operator.post(place, doing="discard", reason="لم يكتبه أحد").url.path
    assert re.fullmatch(f"/console/proposals/health/{ID}", proposal)
    approver = signed_in("operations.approver", proposal)
    assert "اعتُمد المقترح ونُفّذ." in approver.post(proposal, decision="approve").text
    assert "لم يكتبه أحد" in operator.get("/console/on-call/health?settled=true").text


def test_a_role_is_asked_for_decided_by_another_and_revoked(signed_in: SignIn) -> None:
    one, two = signed_in("admin.one"), signed_in("admin.two")
    listed = one.get("/console/staff?role=service-desk&status=active").text
    (person,) = set(re.findall(f'href="(/console/staff/{ID})"', listed))
    assert f"{person}/role" in one.get(person).text
    one.get(f"{person}/role?role=complaints-clerk&area=03")
    assert "تسجيل شكاوى المواطنين" in one.page.text
    grant = one.post(f"{person}/role", authority_id="ministry", valid_to="1/6/2027", reason="رد التليفون").url.path
    assert re.fullmatch(f"/console/grants/{ID}", grant), html.unescape(one.page.text)
    assert "سجّل القرار" not in one.get(grant).text
    assert grant in two.get("/console/approvals").text
    two.get(grant)
    assert "مُنحت الصلاحية." in two.post(grant, decision="approve").text
    two.get(grant)
    assert "أُلغيت الصلاحية." in two.post(grant, act="revocation", reason="نُقل").text
    assert "نُقل" in one.get(grant).text


def test_a_system_s_secret_is_renewed_and_shown_once(signed_in: SignIn, system: System) -> None:
    admin, place = signed_in("client.administrator"), "/console/clients/sms-provider"
    assert "الإبلاغ بحالة الرسائل" in admin.get(place).text  # what it may do, in words
    page = admin.post(place, act="secrets", overlap_hours="168")
    (secret,) = re.findall(r'class="secret"><bdi dir="ltr">([\w-]+)</bdi>', page.text)
    asked = {"grant_type": "client_credentials", "client_id": "sms-provider", "client_secret": secret}
    assert httpx.post(f"{system.edge}/oauth/token", data=asked, timeout=10).status_code == 200
    assert secret not in admin.get(place).text


def test_whoever_protects_data_reads_who_saw_a_citizen(signed_in: SignIn, system: System) -> None:
    citizen, officer = citizens(system, 1)[0], signed_in("data.protection.officer")
    place = f"/console/disclosures/{citizen}"
    until(lambda: "اطلع على" in officer.get(place).text)
    assert place in officer.get(f"/console/audit?service=card&citizen_id={citizen}").text
    until(lambda: SILENT not in officer.get("/console/audit/chains").text)
    officer.get(place)
    asked = officer.post(place, case_number="2026/9", reason="تحقيق في بلاغ", until="1/3/2027").url.path
    assert re.fullmatch(f"/console/proposals/gateway/{ID}", asked), html.unescape(officer.page.text)
    assert "سجّل القرار" not in officer.page.text
    assert "تحقيق في بلاغ" in officer.get(place).text


@contextmanager
def standing(system: System, name: str) -> Iterator[None]:
    """A service that takes calls and answers none, as one that hangs does."""
    process = pid_of(system, name)
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def in_time(person: Person, path: str) -> str:
    """A page, empty where it took longer than it may."""
    began = time.perf_counter()
    page = person.get(path)
    assert page.status_code == 200, page.text
    return page.text if time.perf_counter() - began < 2 else ""


def parts_of(text: str) -> dict[str, bool]:
    """The parts of a card's page by their names, and whether each is there."""
    found = [one.partition("</h2>") for one in text.split('<section class="part')[1:]]
    return {name.rpartition(">")[2]: SILENT not in rest for name, _, rest in found}


def test_what_stands_is_missing_by_name_and_the_rest_is_there_in_time(signed_in: SignIn, system: System) -> None:
    desk, operator = signed_in("service.desk"), signed_in("operator")
    card = next(card for _, card in open_cards(system) if card["state"] == "active")
    path = f"/console/cards/{card['card_id']}"
    until(lambda: all((whole := parts_of(in_time(desk, path))).values()) and len(whole) > 3)
    whole = list(parts_of(desk.page.text))
    assert {"التأمين الصحي", "المتبقي هذا الشهر"} <= set(whole)
    with standing(system, "health"):
        # Whatever else is busy on this machine may be late for once, health is each time.
        missing = until(lambda: [name for name, there in parts_of(in_time(desk, path)).items() if not there])
        assert "التأمين الصحي" in missing
        until(lambda: parts_of(in_time(desk, path)) == {name: name != "التأمين الصحي" for name in whole})
        rows = until(lambda: [row for row in in_time(operator, "/console/on-call").split("<tr>") if SILENT in row])
        assert any("التأمين الصحي" in row for row in rows)
        until(lambda: in_time(operator, "/console/on-call").count(SILENT) == 1)


def test_what_was_typed_outlasts_a_service_that_stands_and_is_done_once(signed_in: SignIn, system: System) -> None:
    clerk = signed_in("counter.clerk", "/console/handover")
    site_id = site_of(system)
    number = replaced_at(system, site_id)
    check = clerk.post("/console/handover", sought=number).url.path
    form = hidden(clerk.page.text)
    with standing(system, "card"):
        began = time.perf_counter()
        page = sent(clerk, check, form)
        assert time.perf_counter() - began < 15
    assert page.status_code == 503
    assert "الخدمة لا تجيب الآن: خدمة الكروت" in page.text
    assert "أرسل مرة أخرى" in page.text
    kept = hidden(page.text)
    assert {name: kept[name] for name in form} == form  # the key among them
    time.sleep(3)  # what lay in the service's queue is taken up meanwhile: it may have been done by now
    page = clerk.post(check)
    assert page.url.path == "/console/handover", html.unescape(page.text)
    assert "سُلّم الكارت إلى" in page.text
    history = httpx.get(
        f"{system.edge}/v1/cards/{form['card_id']}/history", headers=system.headers(), timeout=10
    ).json()["items"]
    assert [step["action"] for step in history].count("hand_over") == 1
