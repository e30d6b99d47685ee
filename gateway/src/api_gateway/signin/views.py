"""What the pages of a sign-in are filled with."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from api_gateway.people import Office
from api_gateway.people.notices import Notice
from api_gateway.signin.chance import new_secret
from api_gateway.signin.factors import passkeys, repository, totp
from api_gateway.signin.flow import Flow, Language
from api_gateway.signin.pages import as_shown, render
from api_gateway.signin.pages.texts import TEXTS
from api_gateway.signin.steps import Steps
from api_gateway.signin.web import Browser, leads_to, query_of
from contracts.people import PEOPLE


def words(key: str, language: Language) -> str:
    """A text of the pages."""
    return TEXTS[key][0 if language == "ar" else 1]


def message(
    browser: Browser,
    heading: str,
    text: str,
    status: int = 200,
    *,
    language: Language | None = None,
    link: tuple[str, str] | None = None,
) -> Response:
    """A page that only says something; `link`: where to go on to, and the key of its words."""
    chosen = language or browser.language
    html = render(
        "message",
        chosen,
        heading=words(heading, chosen),
        words=words(text, chosen),
        link=link[0] if link else "",
        link_words=words(link[1], chosen) if link else "",
    )
    return browser.page(html, status)


class Expired(Exception):
    """The step is of no sign-in that is under way in this browser, or comes out of its turn."""

    def __init__(self, browser: Browser) -> None:
        """`browser`: which is told to begin again."""
        super().__init__("no such sign-in is under way")
        self.browser = browser


async def on_expired(_: Request, error: Exception) -> Response:
    """The page for whoever comes from a sign-in that is not known any more, as an app's handler of `Expired`."""
    if not isinstance(error, Expired):
        raise error
    return message(error.browser, "refused", "expired", 400, link=("/sign-in", "again"))


def page(
    browser: Browser, flow: Flow, template: str, status: int = 200, *, error: str = "", **facts: object
) -> Response:
    """A page of a sign-in; `error`: the key of what went wrong."""
    browser.keep(flow)
    html = render(
        template,
        flow.language,
        form_token=flow.form_token,
        error=words(error, flow.language) if error in TEXTS else error,
        **facts,
    )
    return browser.page(html, status, to=leads_to(flow))


def sign_in(steps: Steps, flow: Flow, *, error: str = "", name: str = "") -> Response:
    """The page where a sign-in begins."""
    settings = steps.sign_in.settings
    begun = {"purpose": "sign-in", "person_id": None, "ways": (), "of_session": None, "seed": "", "hash": ""}
    flow = flow.with_(challenge=new_secret(), **begun)
    client = steps.sign_in.clients.get(dict(query_of(flow.request)).get("client_id", ""))
    return page(
        steps.browser,
        flow,
        "sign_in",
        401 if error else 200,
        error=error,
        name=name[:100],
        client=(client.facts.name_ar if flow.language == "ar" else client.facts.name_en) if client else "",
        local=settings.local_accounts != "off",
        passkey=(passkeys.ask(settings.public_url, flow.challenge) or "") if settings.local_accounts != "off" else "",
        external=steps.sign_in.external is not None,
    )


async def second_factor(steps: Steps, flow: Flow, *, error: str = "") -> Response:
    """The page of the second step: what the person has."""
    if flow.person_id is None:
        raise Expired(steps.browser)
    async with steps.runtime.sessions() as session:
        known = await repository.passkeys(session, flow.person_id)
        codes = await repository.totp(session, flow.person_id) is not None
    flow = flow.with_(challenge=new_secret())
    if not known and not codes:
        return message(steps.browser, "refused", "no_factor", 403, language=flow.language)
    asked = passkeys.ask(steps.sign_in.settings.public_url, flow.challenge, known) if known else None
    return page(
        steps.browser, flow, "second_factor", 401 if error else 200, error=error, codes=codes, passkey=asked or ""
    )


def offices(steps: Steps, flow: Flow, found: Sequence[Office]) -> Response:
    """The page on which an office is chosen."""
    if not found:
        return message(steps.browser, "refused", "no_office", 403, language=flow.language)
    arabic = flow.language == "ar"
    shown = [
        {
            "key": office.key,
            "authority": office.authority_ar if arabic else office.authority_en,
            "area": office.area_ar if arabic else office.area_en,
            "roles": ("، " if arabic else ", ").join(
                PEOPLE[role].name_ar if arabic else PEOPLE[role].name for role in office.roles
            ),
        }
        for office in found
    ]
    return page(steps.browser, flow, "office", offices=shown)


def notice(steps: Steps, flow: Flow, found: Sequence[Notice]) -> Response:
    """The page with what somebody must learn before they go on."""
    shown = [
        {
            "id": str(one.notice_id),
            "kind": one.kind.value,
            "about": one.about,
            "at": as_shown(one.at),
            "at_iso": one.at.isoformat(),
        }
        for one in found
    ]
    return page(steps.browser, flow, "notice", notices=shown)


def new_password(steps: Steps, flow: Flow, name: str, *, error: str = "") -> Response:
    """The page on which a password is chosen."""
    shortest = steps.sign_in.settings.signin_shortest_password
    return page(steps.browser, flow, "password", 422 if error else 200, error=error, shortest=shortest, name=name)


def authenticator(steps: Steps, flow: Flow, name: str, *, error: str = "") -> Response:
    """The page on which an authenticator app is connected."""
    flow = flow if flow.seed else flow.with_(seed=totp.new_seed())
    spaced = " ".join(flow.seed[start : start + 4] for start in range(0, len(flow.seed), 4))
    picture = totp.picture(flow.seed, name)
    return page(steps.browser, flow, "authenticator", 422 if error else 200, error=error, picture=picture, seed=spaced)
