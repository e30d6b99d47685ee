"""Routes of the pages on which people sign in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request
from starlette.responses import HTMLResponse, Response

from api_gateway.context import Running
from api_gateway.docs import page as documents
from api_gateway.people import notices
from api_gateway.signin import enrolment, views
from api_gateway.signin.flow import Flow
from api_gateway.signin.pages import assets
from api_gateway.signin.steps import Steps
from api_gateway.signin.web import Browser, form_of
from chassis.endpoints import Rate
from chassis.problems import NotFound
from chassis.routing import router

routes = router(tags=["sign-in"])

_HTML = documents.content("text/html")
_BODY = 16 * 1024


async def steps_of(request: Request, runtime: Running) -> Steps:
    """The steps of the browser that asks."""
    return Steps(Browser(request, runtime.state.sign_in), runtime)


Asking = Annotated[Steps, Depends(steps_of)]


async def under_way(steps: Asking) -> Flow:
    """The sign-in that is under way in the browser. Raises Expired."""
    flow = steps.browser.flow()
    if flow is None:
        raise views.Expired(steps.browser)
    return flow


UnderWay = Annotated[Flow, Depends(under_way)]


@dataclass(frozen=True)
class Posted:
    """A form that came from a page of its own browser's sign-in."""

    steps: Steps
    flow: Flow
    fields: Mapping[str, str]

    def field(self, name: str) -> str:
        """A field, empty where it is not there."""
        return self.fields.get(name, "")


async def posted(steps: Asking, flow: UnderWay) -> Posted:
    """The form that was posted. Raises Expired where it is of no sign-in that is under way in this browser."""
    fields = await form_of(steps.browser.request)
    if not flow.owns(fields.get("form_token", "")):
        raise views.Expired(steps.browser)
    return Posted(steps, flow, fields)


Form = Annotated[Posted, Depends(posted)]


@routes.get("/sign-in", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_sign_in(steps: Asking) -> Response:
    """The page where a sign-in begins; without a request of a client it leads to one's own account."""
    flow = steps.browser.flow()
    if flow is None or flow.purpose != "sign-in":  # what a form of one's account stood on leads nowhere here
        flow = steps.sign_in.flows.begin(flow.language if flow else steps.browser.language)
    return views.sign_in(steps, flow)


@routes.post("/sign-in", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML)
async def enter_password(form: Form) -> Response:
    """Name and password."""
    name = form.field("name")
    shown = await form.steps.password(form.flow, name, form.field("password"))
    if shown is None:
        return views.sign_in(form.steps, form.flow, error="wrong", name=name)
    return await form.steps.go_on(shown)


@routes.get("/sign-in/second-factor", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_second_factor(steps: Asking, flow: UnderWay) -> Response:
    """The page of the second step."""
    return await views.second_factor(steps, flow)


@routes.post(
    "/sign-in/second-factor", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def enter_code(form: Form) -> Response:
    """A one-time code, or a recovery code."""
    if form.flow.person_id is None:
        raise views.Expired(form.steps.browser)
    shown = await form.steps.code(form.flow, form.field("code"))
    if shown is None:
        return await views.second_factor(form.steps, form.flow, error="wrong")
    return await form.steps.go_on(shown)


@routes.post("/sign-in/passkey", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML)
async def enter_passkey(form: Form) -> Response:
    """What a passkey has signed: alone or as the second step."""
    shown = await form.steps.passkey(form.flow, form.field("credential"))
    if shown is not None:
        return await form.steps.go_on(shown)
    if form.flow.person_id is not None:
        return await views.second_factor(form.steps, form.flow, error="wrong")
    return views.sign_in(form.steps, form.flow, error="wrong")


@routes.get("/sign-in/office", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_offices(steps: Asking, flow: UnderWay) -> Response:
    """The page on which somebody with several offices chooses one."""
    if not flow.strong:
        raise views.Expired(steps.browser)
    return views.offices(steps, flow, await steps.offices(flow))


@routes.post("/sign-in/office", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML)
async def choose_office(form: Form) -> Response:
    """The office that was chosen."""
    if not form.flow.strong:
        raise views.Expired(form.steps.browser)
    found = await form.steps.offices(form.flow)
    chosen = next((office for office in found if office.key == form.field("office")), None)
    if chosen is None:
        return views.offices(form.steps, form.flow, found)
    return await form.steps.finish(form.flow, chosen)


@routes.get("/sign-in/notice", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_notice(steps: Asking, flow: UnderWay) -> Response:
    """What somebody must learn before they go on."""
    person_id = _shown(steps, flow)
    async with steps.runtime.sessions() as session:
        found = await notices.unseen(session, person_id)
    return views.notice(steps, flow, found) if found else await steps.go_on(flow)


@routes.post("/sign-in/notice", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML)
async def read_notice(form: Form) -> Response:
    """That it was read: those that were shown, and no other."""
    person_id = _shown(form.steps, form.flow)
    seen = [notice for name in form.fields if name.startswith("seen-") if (notice := _id(form.field(name)))]
    async with form.steps.runtime.sessions() as session, session.begin():
        await notices.see(session, person_id, seen)
    return await form.steps.go_on(form.flow)


@routes.get("/sign-in/invitation", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_invitation(steps: Asking, token: str = "") -> Response:
    """The page an invitation's link leads to."""
    return await enrolment.show_invitation(steps, token)


@routes.post(
    "/sign-in/invitation", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def take_invitation(form: Form) -> Response:
    """Begin to set up one's factors."""
    return await enrolment.begin(form.steps, form.flow)


@routes.get("/sign-in/password", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_new_password(steps: Asking, flow: UnderWay) -> Response:
    """The page on which a password is chosen."""
    return await enrolment.show_password(steps, flow)


@routes.post(
    "/sign-in/password", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def enter_new_password(form: Form) -> Response:
    """A password in the place of the one before, or the first."""
    return await enrolment.take_password(form.steps, form.flow, form.field("password"), form.field("again"))


@routes.get("/sign-in/authenticator", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_authenticator(steps: Asking, flow: UnderWay) -> Response:
    """The page on which an authenticator app is connected."""
    return await enrolment.show_authenticator(steps, flow)


@routes.post(
    "/sign-in/authenticator", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def enter_first_code(form: Form) -> Response:
    """The first code of the app, by which it is known to be connected; then recovery codes are shown once."""
    return await enrolment.take_code(form.steps, form.flow, form.field("code"))


@routes.get("/sign-in/new-passkey", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_new_passkey(steps: Asking, flow: UnderWay) -> Response:
    """The page on which a passkey is made."""
    return await enrolment.show_passkey(steps, flow)


@routes.post(
    "/sign-in/new-passkey", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def enter_new_passkey(form: Form) -> Response:
    """The passkey that was made."""
    return await enrolment.take_passkey(form.steps, form.flow, form.field("credential"), form.field("label"))


@routes.post(
    "/sign-in/continue", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def go_on(form: Form) -> Response:
    """Go on after the recovery codes were shown."""
    if form.flow.purpose == "account":
        form.steps.browser.keep(None)
        return form.steps.browser.see_other("/account")
    return await form.steps.go_on(form.flow)


@routes.post(
    "/sign-in/language", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def change_language(form: Form) -> Response:
    """Show the pages in the other language, from here on."""
    other: Flow = form.flow.with_(language="en" if form.flow.language == "ar" else "ar")
    form.steps.browser.keep(other)
    return form.steps.browser.see_other(_page_of(other))


@routes.get("/sign-in/assets/{asset}", public=True, response_class=Response, responses=documents.content("text/css"))
async def get_sign_in_asset(asset: Annotated[str, Path(pattern=r"^[a-z.-]{1,40}$")]) -> Response:
    """A file of the pages."""
    found = assets().get(asset)
    if found is None:
        raise NotFound("The pages have no such file.", detail_ar="لا يوجد هذا الملف.")
    content, media_type = found
    headers = {"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=media_type, headers=headers)


def _shown(steps: Steps, flow: Flow) -> UUID:
    """Who has shown two factors to sign in. Raises Expired."""
    if flow.person_id is None or not flow.strong or flow.purpose != "sign-in":
        raise views.Expired(steps.browser)
    return flow.person_id


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _page_of(flow: Flow) -> str:
    """Where a sign-in stands."""
    if flow.purpose == "account":
        return "/account"
    if flow.seed:
        return "/sign-in/authenticator"
    if flow.purpose == "invitation" and flow.invitation:
        return "/sign-in/password" if flow.ways else f"/sign-in/invitation?token={flow.invitation}"
    if flow.person_id is None:
        return "/sign-in"
    return "/sign-in/office" if flow.strong else "/sign-in/second-factor"
