"""What stands at the edge's own address: a page for whoever opens it, a document with the same links for programs."""

from __future__ import annotations

from pydantic import BaseModel

PAGE = """<!doctype html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>الكارت الموحد · Unified Card</title><link rel="icon" href="/sign-in/assets/card.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/pages.css"></head>
<body><main>
{banner}<section><h1>الكارت الموحد</h1>
<p>كارت واحد للسلع والخبز المدعم والتأمين الصحي الشامل والمدفوعات والمعاشات. هذا عنوان النظام الذي تتصل به أنظمة الجهات
والماكينات.</p>
<ul><li>العاملون: <a href="/account">تسجيل الدخول والحساب</a></li>
<li>المطورون: <a href="/docs">توثيق الواجهة</a> و<a href="/openapi.json"><bdi>OpenAPI</bdi></a></li></ul>
<p>المواطنون: لا يُطلب منك هنا رقم سري ولا بيانات كارت.</p></section>
<section lang="en" dir="ltr"><h1>Unified Card</h1>
<p>One card for subsidised goods and bread, universal health insurance, payments and pensions. This is the address at
which the systems of authorities and the terminals reach it.</p>
<ul><li>You work with it: <a href="/account">sign in, your account</a></li>
<li>You write programs: <a href="/docs">API documentation</a> and <a href="/openapi.json">OpenAPI</a></li></ul>
<p>Citizens: nobody asks you for a PIN or your card's data here.</p></section>
</main></body></html>
"""
BANNER = (
    '<p role="status"><strong>نظام تدريب: لا توجد هنا بيانات حقيقية</strong> · '
    '<strong lang="en">Training: nothing here is real</strong></p>\n'
)


class Links(BaseModel):
    """Where to go on from the edge's own address. `training`: whether nothing here is real."""

    training: bool

    name: str = "Unified Card"
    name_ar: str = "الكارت الموحد"
    documentation: str = "/docs"
    openapi: str = "/openapi.json"
    sign_in: str = "/account"
    openid_configuration: str = "/.well-known/openid-configuration"


def page(*, training: bool) -> str:
    """The page for a browser; a training installation says that it is one."""
    return PAGE.replace("{banner}", BANNER if training else "")


def wants_page(accept: str) -> bool:
    """Whether a header `Accept` asks for a page: browsers name HTML, programs JSON or anything."""
    return any(part.split(";")[0].strip().lower() == "text/html" for part in accept.split(","))
