"""What citizens are told is theirs: every operation, tried by a stranger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from approvals.testing import decide
from chassis.clock import Clock
from chassis.ids import new_id
from chassis.testing_walk import PORT_SAID, Call, signed_by, walk
from contracts.card import CardBlocked
from policybook.testing import policy_calls

if TYPE_CHECKING:
    from ..conftest import Desk

DAY = Clock().today()
ANYONE = {
    "POST /v1/codes": "the gateway alone asks, and learns only whether there was a number",
    "POST /v1/staff-notices": "the gateway alone asks, for a number it has",
    "GET /v1/policies/notify": "the rules are the same for all",
    "GET /v1/templates": "the words are the same for all",
    **dict.fromkeys(
        (
            "GET /v1/self/complaint-categories",
            "GET /v1/self/complaints",
            "POST /v1/self/complaints",
            "GET /v1/self/messages",
            "GET /v1/self/message-choices",
            "PUT /v1/self/message-choices",
        ),
        "citizens' own, see test_own.py",
    ),
    "GET /v1/complaint-categories": "the categories are the same for all",
    "POST /v1/template-previews": "a text that nothing is kept of",
    "GET /v1/campaign-texts": "the words are the same for all",
    "POST /v1/campaign-texts": "the words are the same for all",
    "POST /v1/inbound-messages": "a citizen's message names nothing but the number it came from",
}


async def complaint_calls(desk: Desk, citizen_id: str) -> dict[str, Call]:
    """Every operation on complaints: one is open, two are answered."""
    entered = {"citizen_id": citizen_id, "category": "card", "text": "تأخر الكارت", "channel": "desk"}
    made = []
    for _ in range(3):
        key = {"Idempotency-Key": str(new_id())}
        headers = desk.issuer.headers("desk", "complaints:enter") | key
        reply = await desk.client.post("/v1/complaints", json=entered, headers=headers)
        made.append(reply.json())
    first, second, third = (one["complaint_id"] for one in made)
    for one in (second, third):
        headers = desk.issuer.headers("desk", "complaints:answer") | {"Idempotency-Key": str(new_id())}
        await desk.client.post(f"/v1/complaints/{one}/answer", json={"text": "تم الحل"}, headers=headers)
    enters, answers = "complaints:enter", "complaints:answer"
    return {
        "POST /v1/complaints": Call("/v1/complaints", enters, body={"json": entered}),
        "GET /v1/complaints": Call("/v1/complaints", enters, refused=200, mark=first),
        "GET /v1/complaints/{complaint_id}": Call(f"/v1/complaints/{first}", answers),
        "GET /v1/complaint-figures": Call(
            f"/v1/complaint-figures?begins={DAY}&ends={DAY}",
            answers,
            refused=200,
            mark='"entered":4',
        ),
        "POST /v1/complaints/{complaint_id}/claim": Call(f"/v1/complaints/{first}/claim", answers),
        "POST /v1/complaints/{complaint_id}/handing-on": Call(
            f"/v1/complaints/{first}/handing-on",
            answers,
            body={"json": {"category": "outlet", "reason": "منفذ"}},
        ),
        "POST /v1/complaints/{complaint_id}/answer": Call(
            f"/v1/complaints/{first}/answer",
            answers,
            body={"json": {"text": "تم الحل"}},
        ),
        "POST /v1/complaints/{complaint_id}/reopening": Call(
            f"/v1/complaints/{second}/reopening",
            enters,
            body={"json": {"text": "لم تحل"}},
        ),
        "POST /v1/complaints/{complaint_id}/appeal": Call(
            f"/v1/complaints/{third}/appeal",
            enters,
            body={"json": {"text": "لم تحل"}},
        ),
    }


async def spot_check_calls(desk: Desk) -> dict[str, Call]:
    """The figures of spot checks: a payout in Port Said was asked about."""
    contact = await desk.know("+201099999989", governorate="03")
    values = "($1, 'payout', $1, 'pension', $2, $3, '03', now(), now(), 'asked', now(), now())"
    await desk.runtime.pool.execute(
        "INSERT INTO spot_check (check_id, about, subject, programme, citizen_id, household_id, governorate,"
        f" happened_at, due_at, state, asked_at, changed_at) VALUES {values}",
        new_id(), contact.citizen_id, contact.household_id,
    )  # fmt: skip
    path = f"/v1/spot-check-figures?begins={DAY}&ends={DAY}"
    return {"GET /v1/spot-check-figures": Call(path, "messages:read", refused=200, mark='"asked":1')}


async def question_calls(desk: Desk) -> dict[str, Call]:
    """Every operation on questions: four are open."""
    for place in range(4):
        await desk.know(number := f"+20109999990{place}", governorate="03")
        for words in ("صباح الخير", "هل من أحد"):
            one = {"provider_id": str(new_id()), "from": number, "text": words, "received_at": f"{DAY}T08:00:00Z"}
            headers = desk.issuer.headers("sms", "messages:report")
            await desk.client.post("/v1/inbound-messages", json={"messages": [one]}, headers=headers)
    answers = "complaints:answer"
    reply = await desk.client.get("/v1/questions", headers=desk.issuer.headers("desk", answers))
    first, second, third, fourth = (one["question_id"] for one in reply.json()["items"])
    path = "/v1/questions"
    return {
        "GET /v1/questions": Call(path, answers, refused=200, mark=first),
        "GET /v1/questions/{question_id}": Call(f"{path}/{first}", answers),
        "POST /v1/questions/{question_id}/claim": Call(f"{path}/{first}/claim", answers),
        "POST /v1/questions/{question_id}/answer": Call(
            f"{path}/{second}/answer", answers, body={"json": {"text": "تم الحل"}}
        ),
        "POST /v1/questions/{question_id}/complaint": Call(
            f"{path}/{third}/complaint", answers, body={"json": {"category": "outlet"}}
        ),
        "POST /v1/questions/{question_id}/closing": Call(
            f"{path}/{fourth}/closing", answers, body={"json": {"reason": "بلا سؤال"}}
        ),
    }


def citizen_calls(citizen_id: str) -> dict[str, Call]:
    """The operations on what a citizen is told and chooses."""
    base, enters = f"/v1/citizens/{citizen_id}", "complaints:enter"
    given = {"language": "ar", "only_necessary": False}
    return {
        "GET /v1/citizens/{citizen_id}/messages": Call(f"{base}/messages", enters),
        "PUT /v1/citizens/{citizen_id}/message-choices": Call(f"{base}/message-choices", enters, body={"json": given}),
    }


TEXT = {"name": "walk", "ar": "موعد", "en": "A day"}


async def campaigns(desk: Desk) -> list[str]:
    """Campaigns of Port Said: two drafts, one by file, one that was started, one that was paused then."""

    def writes() -> dict[str, str]:
        return desk.issuer.headers("office", "campaigns:write", **PORT_SAID)

    made = (await desk.client.post("/v1/campaign-texts", json=TEXT, headers=writes())).json()
    await decide(desk.client, desk.issuer, "notify", made["proposal_id"], "campaigns:approve")
    text_id = (await desk.client.get("/v1/campaign-texts", headers=writes())).json()["items"][0]["text_id"]
    ends_at = (desk.runtime.clock.now() + timedelta(days=1)).isoformat()
    ids = []
    for started, paused, listed in ((0, 0, 0), (0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 1, 0)):
        given = {"name": "walk", "text_id": text_id, "ends_at": ends_at, "audience": None if listed else {}}
        reply = await desk.client.post("/v1/campaigns", json=given, headers=writes())
        assert reply.status_code == 201, reply.text
        path = f"/v1/campaigns/{reply.json()['campaign_id']}"
        if started:
            made = (await desk.client.post(f"{path}/start", headers=writes())).json()
            await decide(desk.client, desk.issuer, "notify", made["proposal_id"], "campaigns:approve")
        if paused:
            assert (await desk.client.post(f"{path}/pause", headers=writes())).status_code == 200
        ids.append(path)
    return ids


async def campaign_calls(desk: Desk) -> dict[str, Call]:
    """The walk's calls of campaigns."""
    draft, cancelled, listed, started, paused = await campaigns(desk)
    base, writes = "/v1/campaigns/{campaign_id}", "campaigns:write"
    headers = desk.issuer.headers("office", writes, **PORT_SAID)
    dry_run_id = (await desk.client.post(f"{draft}/dry-runs", headers=headers)).json()["dry_run_id"]
    ((text_id,),) = await desk.runtime.pool.fetch("SELECT text_id::text FROM campaign_text")
    ends_at = f"{desk.runtime.clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M:%S%z}"
    elsewhere = {"name": "walk", "text_id": text_id, "ends_at": ends_at, "audience": {"governorates": ["03"]}}
    return {
        "GET /v1/campaigns": Call("/v1/campaigns", writes, refused=200, mark=draft.rpartition("/")[2]),
        "POST /v1/campaigns": Call("/v1/campaigns", writes, refused=403, body={"json": elsewhere}),
        f"GET {base}": Call(draft, writes),
        f"PUT {base}": Call(draft, writes, body={"json": elsewhere | {"revision": 1}}),
        f"POST {base}/dry-runs": Call(f"{draft}/dry-runs", writes),
        f"GET {base}/dry-runs/{{dry_run_id}}": Call(f"{draft}/dry-runs/{dry_run_id}", writes),
        f"POST {base}/recipients": Call(
            f"{listed}/recipients", writes,
            body={"content": f"citizen_id\n{new_id()}\n", "headers": {"content-type": "text/csv"}},
        ),
        f"POST {base}/start": Call(f"{draft}/start", writes),
        f"POST {base}/pause": Call(f"{started}/pause", writes),
        f"POST {base}/resume": Call(f"{paused}/resume", writes),
        f"POST {base}/cancellation": Call(f"{cancelled}/cancellation", writes),
    }  # fmt: skip


async def receipt_calls(desk: Desk) -> dict[str, Call]:
    """A notice on receipts of Port Said."""
    path, writes = "/v1/receipt-notices", "campaigns:write"
    given = {
        "governorate": "03", "programmes": ["bread"], "first_day": str(DAY), "last_day": str(DAY), "ar": "تنويه",
        "en": "A notice",
    }  # fmt: skip
    headers = desk.issuer.headers("office", writes, **PORT_SAID)
    made = (await desk.client.post(path, json=given, headers=headers)).json()
    await decide(desk.client, desk.issuer, "notify", made["proposal_id"], "campaigns:approve")
    notice = (await desk.client.get(path, headers=headers)).json()["items"][0]["notice_id"]
    return {
        f"POST {path}": Call(path, writes, refused=403, body={"json": given}),
        f"GET {path}": Call(path, writes, refused=200, mark=notice),
        f"POST {path}/{{notice_id}}/withdrawal": Call(f"{path}/{notice}/withdrawal", writes),
    }


READ_BY_CITIZENS = {
    "GET /v1/self/complaint-categories",
    "GET /v1/self/complaints",
    "GET /v1/self/message-choices",
    "GET /v1/self/messages",
}


def own(citizen_id: object) -> dict[str, Call]:
    """What citizens do about their own complaints."""
    mine: dict[str, object] = {"subject": f"citizen:{citizen_id}", "kind": "citizen", "governorate": None, "sid": "1"}
    body = {"json": {"category": "outlet", "text": "الميزان ناقص"}}
    chosen = {"json": {"language": "en", "only_necessary": True}}
    return {
        "POST /v1/self/complaints": Call("/v1/self/complaints", "self:complaints", mine, body=body),
        "PUT /v1/self/message-choices": Call("/v1/self/message-choices", "self:messages", mine, body=chosen),
    }


async def test_every_operation_asks_whose_it_is(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    blocked = CardBlocked(
        card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, reason="stolen",
        blocked_at=Clock().now(),
    )  # fmt: skip
    await desk.hear(blocked)
    await desk.sender.step()
    ((message_id,),) = await desk.runtime.pool.fetch("SELECT id FROM message")
    receipt = {"reference": str(message_id), "status": "delivered", "at": Clock().now().isoformat()}
    mark = str(message_id)
    await walk(
        desk.app,
        desk.client,
        signed_by(desk.issuer),
        {
            **await policy_calls(desk.client, desk.issuer, "notify", "/v1/policies/notify"),
            **await campaign_calls(desk),
            "GET /v1/messages": [
                Call("/v1/messages", "messages:read", refused=200, mark=mark),
                Call(f"/v1/messages?citizen_id={contact.citizen_id}", "messages:read", refused=200, mark=mark),
            ],
            "GET /v1/messages/{message_id}": Call(f"/v1/messages/{message_id}", "messages:read"),
            **citizen_calls(str(contact.citizen_id)),
            **await complaint_calls(desk, str(contact.citizen_id)),
            **await receipt_calls(desk),
            **await question_calls(desk),
            **await spot_check_calls(desk),
            "GET /v1/message-figures": Call(
                f"/v1/message-figures?begins={DAY}&ends={DAY}", "messages:read", refused=200, mark='"network":"010"'
            ),
            "GET /v1/inquiry-figures": Call(
                f"/v1/inquiry-figures?begins={DAY}&ends={DAY}", "messages:read", refused=200, mark='"governorate":"03"'
            ),
            "GET /v1/message-statistics": Call(
                "/v1/message-statistics", "messages:read", refused=200, mark="card_blocked"
            ),
            "POST /v1/delivery-receipts": Call(
                "/v1/delivery-receipts", "messages:report", refused=200, mark='"applied":1',
                body={"json": {"receipts": [receipt]}},
            ),
        },
        ANYONE,
        elsewhere=READ_BY_CITIZENS,
        acts={
            **own((await desk.know()).citizen_id),
            "GET /v1/policies/notify": Call("/v1/policies/notify", "policies:read"),
            "GET /v1/templates": Call("/v1/templates", "messages:read"),
            "GET /v1/complaint-categories": Call("/v1/complaint-categories", "complaints:enter"),
            "POST /v1/template-previews": Call(
                "/v1/template-previews", "campaigns:write", body={"json": {"ar": "يوم", "en": "day"}}
            ),
            "GET /v1/campaign-texts": Call("/v1/campaign-texts", "campaigns:approve"),
            "POST /v1/campaign-texts": Call("/v1/campaign-texts", "campaigns:write", body={"json": TEXT}),
            "POST /v1/codes": Call(
                "/v1/codes", "codes:send", {},
                body={"json": {"citizen_id": str(new_id()), "code": "493817", "host": "card.test", "minutes": 5}},
            ),
            "POST /v1/staff-notices": Call(
                "/v1/staff-notices", "notices:send", {},
                body={"json": {"mobile": "+201012345678", "notice": "administrator_recovered"}},
            ),
            "POST /v1/inbound-messages": Call(
                "/v1/inbound-messages", "messages:report", {},
                body={"json": {"messages": [
                    {"provider_id": "p1", "from": "+201012345678", "text": "?", "received_at": receipt["at"]}
                ]}},
            )
        },
    )  # fmt: skip


async def test_a_contact_of_before_is_the_nations_until_its_governorate_is_told(desk: Desk) -> None:
    contact = await desk.know()
    await desk.hear(
        CardBlocked(
            card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, reason="stolen",
            blocked_at=Clock().now(),
        )
    )  # fmt: skip

    async def seen() -> int:
        headers = desk.issuer.headers("reader", "messages:read", **PORT_SAID)
        return len((await desk.client.get("/v1/messages", headers=headers)).json()["items"])

    assert len(await desk.messages()) == 1
    assert await seen() == 0
    await desk.know(citizen_id=contact.citizen_id, household_id=contact.household_id, governorate="03")
    assert await seen() == 1
    await desk.know(None, citizen_id=contact.citizen_id, household_id=contact.household_id)
    assert await seen() == 1  # a word without the governorate takes none away


async def test_who_is_bound_to_a_district_hears_that_none_is_known_here(desk: Desk) -> None:
    headers = desk.issuer.headers("reader", "messages:read", governorate="03.02")
    for path in ("/v1/messages", f"/v1/messages/{new_id()}"):
        reply = await desk.client.get(path, headers=headers)
        assert (reply.status_code, reply.json()["code"]) == (403, "district_not_kept"), reply.text
