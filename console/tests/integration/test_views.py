"""Views that people keep of their lists: each their own, a few, and without anybody's data."""

from __future__ import annotations

from .conftest import Desk


async def test_a_view_is_kept_shown_and_removed_by_its_own_person_alone(desk: Desk) -> None:
    worker, browser = await desk.hire("registry-clerk"), desk.browser()
    await browser.sign_in(worker)
    place = "/console/people"
    page = await browser.get(f"{place}?state=done&lang=ar")
    assert "احفظ هذه القائمة" in page.text
    page = await browser.post("/console/views", place=place, query="state=done", name="")
    assert page.status_code == 422
    page = await browser.post("/console/views", place=place, query="state=done", name="ما انتهى")
    assert (page.url.path, page.url.query) == (place, b"state=done")
    assert "حُفظت القائمة" in page.text
    assert f'href="{place}?state=done" aria-current="page"' in page.text
    for query in ("sought=29001010301234", "x=%D9%85%D8%AD%D9%85%D8%AF", "lang=en"):
        assert (await browser.post("/console/views", place=place, query=query, name="x")).status_code == 422
    assert (await browser.post("/console/views", place="/elsewhere", query="a=b", name="x")).status_code == 404
    row = await desk.console.state.context.pool.fetchrow(
        "SELECT view_id, name_sealed FROM saved_view WHERE subject = $1", f"person:{worker.person_id}"
    )
    assert "ما انتهى".encode() not in row["name_sealed"]
    removal = f"/console/views/{row['view_id']}/removal"
    other, stranger = await desk.hire("registry-clerk"), desk.browser()
    assert "ما انتهى" not in (await stranger.sign_in(other, place)).text
    assert (await stranger.post(removal)).status_code == 404
    assert "ما انتهى" in (await browser.get(place)).text
    page = await browser.post(removal)
    assert "حُذفت القائمة." in page.text
    assert "ما انتهى" not in page.text
    await browser.client.aclose()
    await stranger.client.aclose()


async def test_no_more_than_twenty_views_of_a_list_are_kept(desk: Desk) -> None:
    worker, browser = await desk.hire("registry-clerk"), desk.browser()
    await browser.sign_in(worker, "/console/people")
    for number in range(20):
        page = await browser.post("/console/views", place="/console/people", query=f"state=s{number}", name="x")
        assert page.status_code == 200
    page = await browser.post("/console/views", place="/console/people", query="state=one", name="x")
    assert page.status_code == 422
    assert "لديك 20 قائمة محفوظة" in page.text
    await browser.client.aclose()


async def test_a_home_page_comes_though_no_service_answers_and_says_which(desk: Desk) -> None:
    worker, browser = await desk.hire("registry-approver"), desk.browser()
    page = await browser.sign_in(worker)
    assert "طلبات تنتظر قرارك" in page.text
    assert "لا يجيب الآن" in page.text
    await browser.client.aclose()


async def test_what_has_no_known_form_is_asked_again_where_people_are_found(desk: Desk) -> None:
    worker, browser = await desk.hire("registry-clerk"), desk.browser()
    await browser.sign_in(worker)
    page = await browser.post("/console/search", sought="12345")
    assert page.status_code == 422
    assert "راجع عدد الأرقام" in page.text
    page = await browser.post("/console/search", sought="01a22edb-576b-708d-a49b-86adb42125c8")
    assert page.status_code == 422
    assert "لا يوجد شيء بهذا الرقم" in page.text
    await browser.client.aclose()
