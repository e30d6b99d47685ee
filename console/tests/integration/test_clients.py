"""Systems that call the API, on the console's pages before the real gateway."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx

from chassis.ids import new_id
from chassis.testing import PLAIN

from .conftest import Desk

SECRET = re.compile(r'<p class="secret"><bdi dir="ltr">([\w-]{20,})</bdi>')


async def token_of(desk: Desk, client: str, secret: str) -> int:
    """What the gateway answers to a system that asks for a token."""
    async with httpx.AsyncClient(base_url=desk.gateway_url, verify=PLAIN, timeout=30) as http:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        return (await http.post("/oauth/token", data=form)).status_code


async def test_a_system_is_registered_given_its_scopes_by_another_and_a_new_secret(desk: Desk) -> None:
    admin, approver = await desk.signed_in("client-administrator"), await desk.signed_in("client-approver")
    client = f"post-office-{new_id().hex[-8:]}"
    await admin.get("/console/new-client")
    page = await admin.get("/console/new-client?owner=ministry")
    assert "الاطلاع على أماكن استلام الكروت." in page.text
    assert "البت في" not in page.text  # what decides is people's alone
    page = await admin.post("/console/new-client", client_id=client, name="مكتب بريد", governorate="03")
    assert page.status_code == 422
    assert ("اكتب الغرض من النظام." in page.text, "اختر صلاحية واحدة" in page.text) == (True, True)
    said = {"client_id": client, "name": "مكتب بريد", "purpose": "تسليم الكروت", "governorate": "03"}
    page = await admin.post("/console/new-client", **said, **{"scope.sites:read": "yes"})
    (secret,) = SECRET.findall(page.text)
    place = urlsplit(str(page.url)).path
    assert place == f"/console/clients/{client}"
    page = await admin.get(place)
    assert (secret in page.text, "لا يسمح له بشيء" in page.text) == (False, True)

    page = await approver.get("/console/proposals/gateway")
    (proposal,) = re.findall(rf'href="(/console/proposals/gateway/[\w-]+)">[^<]*</a> <bdi>{said["name"]}', page.text)
    page = await approver.get(proposal)
    assert "الاطلاع على أماكن استلام الكروت." in page.text  # the scope in words
    assert "منى سالم" in page.text  # who has asked for it, by name
    assert "اعتُمد المقترح" in (await approver.post(proposal, decision="approve")).text
    assert await token_of(desk, client, secret) == 200

    await admin.get(place)
    page = await admin.post(place, act="secrets")
    assert page.status_code == 422
    page = await admin.post(place, act="secrets", overlap_hours="0")
    (other,) = SECRET.findall(page.text)
    assert (await token_of(desk, client, secret), await token_of(desk, client, other)) == (401, 200)
    assert other not in (await admin.get(place)).text

    page = await admin.post(place, act="suspension", reason="سُرق الجهاز")
    assert "أُوقف النظام" in page.text
    assert await token_of(desk, client, other) != 200
    await admin.get(place)
    assert "أُعيد تشغيل النظام" in (await admin.post(place, act="reinstatement")).text
    await admin.get(place)
    page = await admin.post(place, act="recertification", purpose="تسليم الكروت", expires_at="1/1/2000")
    assert page.status_code == 422
    assert "جُدد اعتماد النظام" in (await admin.post(place, act="recertification", purpose="تسليم الكروت")).text
    for browser in (admin, approver):
        await browser.client.aclose()


async def test_what_is_added_to_a_system_is_decided_by_another_and_who_only_reads_changes_nothing(desk: Desk) -> None:
    admin, auditor = await desk.signed_in("client-administrator"), await desk.signed_in("auditor")
    client = f"seminars-{new_id().hex[-8:]}"
    said = {"client_id": client, "name": "نظام الندوات", "purpose": "الندوات", "governorate": "*"}
    await admin.get("/console/new-client?owner=ministry")
    await admin.post("/console/new-client", **said, **{"scope.sites:read": "yes"})
    place = f"/console/clients/{client}"
    page = await auditor.get(place)
    assert (client in page.text, "أوقف النظام" in page.text, "أنشئ رمزاً" in page.text) == (True, False, False)
    assert place in (await auditor.get("/console/clients")).text
    assert place not in (await auditor.get("/console/clients?ends=30")).text
    assert (await auditor.get("/console/clients/nobody")).status_code == 404
    await admin.get(place)
    page = await admin.post(place, act="scopes", **{"scope.sites:read": "yes", "scope.rollout:read": "yes"})
    assert page.status_code == 409  # what was asked for first is not decided yet
    assert "checked" in page.text
    for browser in (admin, auditor):
        await browser.client.aclose()
