"""What everybody may see without signing in: the start, pick-up sites, papers, SMS words, progress, the stylesheet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from typing import Final

from fastapi import APIRouter, Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from chassis.governorates import GOVERNORATES
from citizen_page import PATH
from citizen_page.errors import PageUnknown
from citizen_page.public import DayHours, Site
from citizen_page.rendering import Speech
from citizen_page.web import Browser

routes = APIRouter(prefix=PATH)

OWN: Final = [
    ("my_appointment", "/appointment"),
    ("balance", "/balance"),
    ("sales", "/sales"),
    ("outlets", "/outlets"),
    ("lost", "/card/lost"),
    ("complaints", "/complaints"),
    ("household", "/household"),
    ("mobile", "/mobile"),
    ("messages", "/messages"),
    ("seen", "/seen"),
]
EVERYBODY: Final = [("sites", "/sites"), ("papers", "/papers"), ("sms_words", "/sms-words"), ("progress", "/progress")]
SMS_WORDS: Final = [
    ("رصيد", "sms_balance"),
    ("كارتي", "sms_card"),
    ("موعد", "sms_appointment"),
    ("أقرب", "sms_nearest"),
    ("شكوى", "sms_complaint"),
    ("فقد", "sms_loss"),
    ("ENGLISH", "sms_language"),
]
_STATIC: Final = "public, max-age=31536000, immutable"
_SHORT: Final = f"public, max-age={int(timedelta(minutes=1).total_seconds())}"
_WEEK: Final = (6, 7, 1, 2, 3, 4, 5)  # it begins on Saturday


@routes.get("")
async def start() -> Response:
    """The start, whose address ends in a slash."""
    return RedirectResponse(f"{PATH}/", 308)


@routes.get("/")
async def home(request: Request) -> Response:
    """What citizens can do here."""
    browser = Browser(request)
    over = request.query_params.get("over") == "1"
    title = browser.speech.text("home_title")
    return browser.page("home.html", title=title, own=OWN, everybody=EVERYBODY, over=over)


@routes.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """The stylesheet, under the name that its content gives it."""
    rendering = Browser(request).context.rendering
    if name != rendering.style_name:
        raise PageUnknown
    return Response(rendering.style, media_type="text/css", headers={"cache-control": _STATIC})


@routes.get("/sites")
async def governorates(request: Request) -> Response:
    """The governorates, to choose one."""
    browser = Browser(request)
    speech = browser.speech
    named = [(code, speech.governorate(code)) for code in GOVERNORATES]
    return public(browser, browser.page("governorates.html", title=speech.text("sites"), governorates=named))


@routes.get("/sites/{governorate}")
async def sites(governorate: str, request: Request) -> Response:
    """The pick-up sites of a governorate. Raises PageUnknown, NotAnswered."""
    if governorate not in GOVERNORATES:
        raise PageUnknown
    browser = Browser(request)
    speech = browser.speech
    found = await browser.context.public.sites(governorate, browser.asking())
    title = speech.text("sites_of", governorate=speech.governorate(governorate))
    shown = [site_of(speech, site) for site in sorted(found, key=lambda one: (one.district, one.name_ar))]
    return public(browser, browser.page("sites.html", title=title, sites=shown))


@routes.get("/papers")
async def papers(request: Request) -> Response:
    """What to bring to the pick-up site."""
    browser = Browser(request)
    return public(browser, browser.page("papers.html", title=browser.speech.text("papers")))


@routes.get("/sms-words")
async def sms_words(request: Request) -> Response:
    """Words that are answered by SMS."""
    browser = Browser(request)
    return public(browser, browser.page("sms_words.html", title=browser.speech.text("sms_words"), words=SMS_WORDS))


@routes.get("/progress")
async def progress(request: Request) -> Response:
    """How far the card has come. Raises NotAnswered."""
    browser = Browser(request)
    found = await browser.context.public.progress(browser.asking())
    shown = [
        {
            "name": browser.speech.pick(one.name_ar, one.name_en),
            "week": one.week + timedelta(days=6),
            "steps": one.steps,
        }
        for one in found.governorates
    ]
    title = browser.speech.text("progress")
    return public(browser, browser.page("progress.html", title=title, governorates=shown, least=found.least))


def public(browser: Browser, response: Response) -> Response:
    """A page that is the same for everybody: caches may keep it for a minute, apart from those of who has signed in."""
    if browser.session is None:
        response.headers["cache-control"] = _SHORT
    response.headers["vary"] = "Cookie"
    return response


def site_of(speech: Speech, site: Site) -> dict[str, object]:
    """A site as pages show it."""
    return {
        "id": site.site_id,
        "name": speech.pick(site.name_ar, site.name_en),
        "kind": speech.known("site_kind", site.kind),
        "address": site.address_ar,
        "hours": hours_of(speech, site.hours),
    }


def hours_of(speech: Speech, hours: Iterable[DayHours]) -> list[tuple[str, Markup]]:
    """A week's hours, days with the same ones together: `Saturday – Thursday`, `8:00 am – 2:00 pm`."""
    by_day = {one.weekday: one for one in hours}
    ordered = [(day, by_day[day]) for day in _WEEK if day in by_day]
    shown = []
    for spans, days in groupby(ordered, key=lambda one: _spans(speech, one[1])):
        named = [speech.weekday(day) for day, _ in days]
        shown.append((named[0] if len(named) == 1 else f"{named[0]} – {named[-1]}", spans))
    return shown


def _spans(speech: Speech, day: DayHours) -> Markup:
    edges = [day.opens, *(moment for one in day.breaks for moment in (one.begins, one.ends)), day.closes]
    spans = [
        speech.text("from_to", begins=speech.clock(begins), ends=speech.clock(ends))
        for begins, ends in zip(edges[::2], edges[1::2], strict=True)
    ]
    return speech.listed(spans)
