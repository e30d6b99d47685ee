"""The documentation page and its assets: Swagger UI from its package, nothing from the network."""

from __future__ import annotations

import swagger_ui_bundle

CSS = """\
body { font: 16px/1.6 system-ui, "Segoe UI", Tahoma, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem;
       color: #1b1b1f; background: #fff; }
.status { font: 700 2.5rem/1 system-ui; color: #6b2a1a; margin: 0; }
code { background: #f1efe9; padding: .1em .3em; border-radius: .2em; }
a { color: #0b57a4; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e3dc; background: #17171a; } code { background: #2a2a2f; } a { color: #8ab8ec; }
  .status { color: #e0a08c; }
}
"""
START = """\
// This release of Swagger UI draws OpenAPI 3.1 but refuses its number.
fetch("/openapi.json").then((reply) => reply.json()).then((spec) => {
  window.ui = SwaggerUIBundle({
    spec: { ...spec, openapi: "3.0.3" }, dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none", filter: true,
    persistAuthorization: false, validatorUrl: null,
  });
});
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Unified Card API</title><link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

_TYPES = {"js": "text/javascript", "css": "text/css", "png": "image/png"}
_PACKAGED = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")


def content(*media_types: str) -> dict[int | str, dict[str, object]]:
    """FastAPI `responses=` for text or files of these types."""
    return {200: {"content": {kind: {"schema": {"type": "string"}} for kind in media_types}}}


def assets() -> dict[str, tuple[bytes, str]]:
    """The page's files by name, with their media types."""
    folder = swagger_ui_bundle.swagger_ui_path
    files = {name: (folder / name).read_bytes() for name in _PACKAGED}
    files |= {"pages.css": CSS.encode(), "start.js": START.encode()}
    return {name: (content, _TYPES[name.rsplit(".", 1)[1]]) for name, content in files.items()}
