"""Changes made on the pages: who, in which session, what; never a secret; and their owner is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from api_gateway.people import invitations, notices
from api_gateway.signin import changes
from api_gateway.signin.factors import passkeys, repository
from api_gateway.signin.factors.repository import Passkey
from api_gateway.signin.telling import AT_ONCE, tell
from contracts.notices import READ_FIRST, Notice

from .conftest import Browser, Offices, Request, Worker, came_back, proof

if TYPE_CHECKING:
    from ..conftest import StartGateway

NEW = "velvet anchor thistle nineteen"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass(frozen=True)
class Entry:
    """What the record has of one change."""

    what: str
    change: str
    operation: str
    through: str
    session: str | None
    office: str | None


async def recorded(offices: Offices, worker: Worker) -> list[Entry]:
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT object_kind, purpose, operation, through, session, office FROM record"
        " WHERE who = $1 AND kind = 'person' AND action = 'change' AND outcome = 'done' ORDER BY at, record_id",
        f"person:{worker.person_id}",
    )
    return [Entry(*row) for row in rows]


async def told(offices: Offices, worker: Worker) -> list[Notice]:
    async with offices.gateway.runtime.sessions() as session:
        return [one.kind for one in await notices.own(session, worker.person_id, 50)]


async def sid_of(offices: Offices, worker: Worker) -> str:
    """The session begun last."""
    return str(
        await offices.gateway.runtime.pool.fetchval(
            "SELECT sid FROM session WHERE person_id = $1 ORDER BY started_at DESC LIMIT 1", worker.person_id
        )
    )


async def again(offices: Offices, worker: Worker) -> None:
    """Let one app's code be taken by several browsers within its thirty seconds."""
    pool = offices.gateway.runtime.pool
    await pool.execute("UPDATE totp SET last_timecode = 0 WHERE person_id = $1", worker.person_id)


async def connect_phone(browser: Browser, worker: Worker) -> list[str]:
    await browser.post("/account/change", what="authenticator")
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", browser.page.text if browser.page else "")
    assert found
    worker.seed = found[1].replace(" ", "")
    page = await browser.post("/sign-in/authenticator", code=worker.code())
    return re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code></li>", page.text)


async def test_factors_changed_in_ones_account(offices: Offices) -> None:
    worker = await offices.hire()
    async with offices.browser(**{"User-Agent": FIREFOX, "Accept-Language": "en"}) as browser:
        await browser.sign_in(worker)
        sid = await sid_of(offices, worker)
        await browser.get("/account")
        await browser.post("/account/change", what="password")
        await browser.post("/sign-in/password", password=NEW, again=NEW)
        codes = await connect_phone(browser, worker)
        await browser.post("/sign-in/continue")
        page = await browser.post("/account/change", what="recovery-codes")
        codes += re.findall(r"[A-Z0-9]{5}-[A-Z0-9]{5}", page.text)
        await browser.post("/sign-in/continue")
        page = await browser.get("/account")
    place = {"through": "console", "session": sid, "office": "pension-authority"}
    assert await recorded(offices, worker) == [
        Entry("password", "password_set", "POST /sign-in/password", **place),
        Entry("authenticator", "authenticator_connected", "POST /sign-in/authenticator", **place),
        Entry("recovery-codes", "recovery_codes_renewed", "POST /sign-in/authenticator", **place),
        Entry("recovery-codes", "recovery_codes_renewed", "POST /account/change", **place),
    ]
    expected = [Notice.RECOVERY_CODES_RENEWED, Notice.AUTHENTICATOR_CONNECTED, Notice.PASSWORD_SET]
    assert await told(offices, worker) == expected
    for words in ("The password was changed", "A phone was connected", "New recovery codes were made"):
        assert words in page.text
    assert "Firefox · Windows" in page.text
    await _holds_no_secret(offices, worker, [NEW, worker.password, worker.seed, *codes])


async def _holds_no_secret(offices: Offices, worker: Worker, secrets: list[str]) -> None:
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT r::text AS row FROM record r WHERE who = $1 UNION ALL"
        " SELECT n::text FROM notice n WHERE person_id = $2 UNION ALL SELECT payload::text FROM outbox",
        f"person:{worker.person_id}", worker.person_id,
    )  # fmt: skip
    assert len(secrets) > 20
    assert [secret for secret in secrets for row in rows if secret in row["row"]] == []


async def test_a_recovery_code_used_is_told_and_stops_nobody(offices: Offices) -> None:
    worker = await offices.hire()
    asked = Request()
    async with offices.browser() as browser:
        await browser.get("/oauth/authorize", **asked.query())
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        assert "code" in came_back(await browser.post("/sign-in/second-factor", code=worker.codes[0]))
        await browser.get("/oauth/authorize", **asked.query())
    assert await recorded(offices, worker) == [
        Entry("recovery-codes", "recovery_code_used", "POST /sign-in/second-factor", "console", None, None)
    ]
    assert await told(offices, worker) == [Notice.RECOVERY_CODE_USED]
    async with offices.browser() as browser:
        await browser.get("/oauth/authorize", **asked.query())
        await browser.post("/sign-in", name=worker.name, password=worker.password)
        await browser.post("/sign-in/second-factor", code=worker.codes[0])  # used up: nothing is recorded
        assert "code" in came_back(await browser.post("/sign-in/second-factor", code=worker.code()))
    assert len(await recorded(offices, worker)) == 1


async def test_a_passkey_added_and_removed(offices: Offices, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = await offices.hire()

    async def add(session: Any, _: str, challenge: str, __: str, person_id: Any, label: str, now: Any) -> Passkey:
        assert challenge
        made = Passkey(worker.person_id.bytes, person_id, b"key", 0, False, label, now, None)
        assert await repository.add_passkey(session, made, worker.person_id)
        return made

    monkeypatch.setattr(passkeys, "add", add)  # a browser's part: test_in_a_browser.py has a real one
    async with offices.browser() as browser:
        await browser.sign_in(worker)
        await browser.get("/account")
        await browser.post("/account/change", what="passkey")
        page = await browser.post("/sign-in/new-passkey", credential="{}", label="key ring")
        found = re.search(r'name="credential" value="([^"]+)"', page.text)
        assert found
        await browser.post("/account/change", what="remove-passkey", credential=found[1])
        await browser.post("/account/change", what="remove-passkey", credential=found[1])  # gone: no second row
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT purpose, object_kind, object_id FROM record WHERE who = $1 ORDER BY at", f"person:{worker.person_id}"
    )
    assert [tuple(row) for row in rows] == [
        ("passkey_added", "passkey", found[1]), ("passkey_removed", "passkey", found[1])
    ]  # fmt: skip
    assert await told(offices, worker) == [Notice.PASSKEY_REMOVED, Notice.PASSKEY_ADDED]


async def test_sessions_ended_on_the_pages(offices: Offices) -> None:
    worker = await offices.hire()
    async with offices.browser() as desk, offices.browser() as phone:
        await phone.sign_in(worker)
        lost = await sid_of(offices, worker)
        await again(offices, worker)
        await desk.sign_in(worker)
        own = await sid_of(offices, worker)
        await desk.get("/account")
        await desk.post("/account/sessions/end", session=lost)
        await desk.post("/account/sessions/end", session=lost)  # has ended: no second row
        await desk.get("/oauth/end-session")
        await desk.post("/oauth/end-session")
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT purpose, operation, session, object_id FROM record WHERE who = $1 AND object_kind = 'session'"
        " ORDER BY at", f"person:{worker.person_id}",
    )  # fmt: skip
    assert [tuple(row) for row in rows] == [
        ("session_ended:ended_by_owner", "POST /account/sessions/end", own, lost),
        ("session_ended:signed_out", "POST /oauth/end-session", own, own),
    ]
    assert await told(offices, worker) == [], "one sees it on the device one signs out on"


async def test_sessions_ended_by_clients_and_by_theft(offices: Offices) -> None:
    worker = await offices.hire()
    asked = Request()
    tokens = await offices.signed_in(worker, asked)
    revoked = await sid_of(offices, worker)
    form = {"token": tokens["refresh_token"], **proof()}
    assert (await offices.gateway.client.post("/oauth/revoke", data=form)).status_code == 200
    await again(offices, worker)
    async with offices.browser() as browser:
        code = (await browser.sign_in(worker, asked))["code"]
    stolen = await sid_of(offices, worker)
    assert (await offices.tokens(code, asked)).status_code == 200
    assert (await offices.tokens(code, asked)).status_code == 400
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT purpose, operation, through, object_id FROM record WHERE who = $1 ORDER BY at",
        f"person:{worker.person_id}",
    )
    assert [tuple(row) for row in rows] == [
        ("session_ended:signed_out", "POST /oauth/revoke", "console", revoked),
        ("session_ended:code_used_twice", "POST /oauth/token", "console", stolen),
    ]


async def test_a_change_of_factors_records_the_sessions_it_ends(offices: Offices) -> None:
    worker = await offices.hire()
    await offices.signed_in(worker)
    before = await sid_of(offices, worker)
    await again(offices, worker)
    async with offices.browser() as browser:
        await browser.sign_in(worker)
        own = await sid_of(offices, worker)
        await browser.get("/account")
        await browser.post("/account/change", what="recovery-codes")
    rows = await offices.gateway.runtime.pool.fetch(
        "SELECT purpose, session, object_id FROM record WHERE who = $1 ORDER BY at", f"person:{worker.person_id}"
    )
    assert [tuple(row) for row in rows] == [
        ("recovery_codes_renewed", own, None), ("session_ended:factors_changed", own, before)
    ]  # fmt: skip


async def test_an_invitation_taken_up(offices: Offices) -> None:
    worker = await offices.hire(factors_too=False)
    runtime, token = offices.gateway.runtime, invitations.new_token()
    pool = runtime.pool
    await pool.execute("UPDATE person SET status = 'invited' WHERE person_id = $1", worker.person_id)
    async with runtime.sessions() as session, session.begin():
        await invitations.issue(session, runtime.state.people, worker.person_id, None, token)
    async with offices.browser() as browser:
        await browser.get("/sign-in/invitation", token=token)
        await browser.post("/sign-in/invitation")
        await browser.post("/sign-in/password", password=NEW, again=NEW)
        assert await recorded(offices, worker) == [], "nothing was changed yet"
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", browser.page.text if browser.page else "")
        assert found
        worker.seed = found[1].replace(" ", "")
        await browser.post("/sign-in/authenticator", code=worker.code())
    assert [(one.what, one.change, one.through) for one in await recorded(offices, worker)] == [
        ("account", "account_set_up", "account"),
        ("password", "password_set", "account"),
        ("authenticator", "authenticator_connected", "account"),
        ("recovery-codes", "recovery_codes_renewed", "account"),
    ]
    assert await told(offices, worker) == [Notice.ACCOUNT_SET_UP], "once, not four times"


def test_every_notice_of_an_own_account_says_what_was_changed() -> None:
    assert set(changes._CHANGED) == set(Notice) - READ_FIRST


async def test_the_owner_is_told_by_sms_and_one_that_is_never_taken_holds_nobody_up(
    start_gateway: StartGateway,
) -> None:
    gateway = Offices(await start_gateway())
    runtime = gateway.gateway.runtime
    stuck, other = await gateway.hire(), await gateway.hire()
    for worker, mobile in ((stuck, "+201011111111"), (other, "+201022222222")):
        sealed = runtime.state.people.identities.seal_mobile(worker.person_id, mobile)
        await runtime.pool.execute(
            "UPDATE person SET mobile_sealed = $2 WHERE person_id = $1", worker.person_id, sealed
        )
    async with runtime.sessions() as session, session.begin():
        for _ in range(AT_ONCE):
            await notices.tell_owner(session, Notice.PASSKEY_ADDED, stuck.person_id, "")
        await notices.tell_owner(session, Notice.PASSWORD_SET, other.person_id, "")
    asked: list[bytes] = []

    def notify(request: httpx.Request) -> httpx.Response:
        asked.append(request.read())
        return httpx.Response(200, json={"sent": b"+201022222222" in asked[-1]})

    client = httpx.AsyncClient(transport=httpx.MockTransport(notify), base_url="http://notify")
    before, services = runtime.state.services.notify, runtime.state.services
    object.__setattr__(services, "notify", client)
    try:
        for _ in range(2):
            await tell(runtime)
    finally:
        object.__setattr__(services, "notify", before)
    assert b'{"mobile":"+201022222222","notice":"password_set"}' in asked
