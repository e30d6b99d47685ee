"""The gateway: verifies the token and passes the request on with httpx."""

from __future__ import annotations

import os

import httpx
from fastapi import FastAPI, Request, Response

from bench.reference.tokens import Verified

app = FastAPI()
client = httpx.AsyncClient(base_url=os.environ["REFERENCE_SERVICE_URL"], timeout=30)
_OWN = {"host", "content-length", "connection"}


@app.post("/v1/redemptions")
async def forward(request: Request, caller: Verified) -> Response:
    """Pass a sale on."""
    headers = {name: value for name, value in request.headers.items() if name not in _OWN}
    reply = await client.post("/v1/redemptions", content=await request.body(), headers=headers)
    return Response(reply.content, reply.status_code, media_type=reply.headers.get("content-type"))
