"""A small Primero: tokens and cases of its API, version 2, spoken to by a browser elsewhere."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

USER, PASSWORD = "sample", "an invented password"
BEARER = "Bearer sample.sample.sample"


class FakePrimero:
    """What the console's browser sees of a server it may hand a case to."""

    def __init__(self, url: str, allowed: str = "*") -> None:
        self.url = url
        self.allowed = allowed
        self.cases: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.app = Starlette(
            routes=[
                Route("/api/v2/tokens", self._tokens, methods=["POST", "OPTIONS"]),
                Route("/api/v2/cases", self._cases, methods=["POST", "OPTIONS"]),
            ]
        )

    async def _tokens(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return self._cors(Response(status_code=204))
        self.asked.append("tokens")
        user = (await request.json())["user"]
        if (user["user_name"], user["password"]) != (USER, PASSWORD):
            return self._cors(JSONResponse({"error": "Invalid User name or password."}, 401))
        answer = JSONResponse({"user_name": USER}, headers={"Authorization": BEARER})
        return self._cors(answer)

    async def _cases(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return self._cors(Response(status_code=204))
        self.asked.append("cases")
        if request.headers.get("authorization") != BEARER:
            return self._cors(JSONResponse({"errors": [{"code": 401}]}, 401))
        data = json.loads(await request.body())["data"]
        if data["id"] in self.cases:
            conflict = {"code": 409, "resource": "/api/v2/cases", "message": "Conflict"}
            return self._cors(JSONResponse({"errors": [conflict]}, 409))
        self.cases[data["id"]] = data
        return self._cors(Response(status_code=204))

    def _cors(self, response: Response) -> Response:
        response.headers.update(
            {
                "Access-Control-Allow-Origin": self.allowed,
                "Access-Control-Allow-Headers": "authorization, content-type",
                "Access-Control-Allow-Methods": "POST",
                "Access-Control-Expose-Headers": "Authorization",
            }
        )
        return response


@asynccontextmanager
async def primero() -> AsyncIterator[FakePrimero]:
    """The server on a free port of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    fake = FakePrimero(f"http://localhost:{port}")
    config = uvicorn.Config(fake.app, host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield fake
    finally:
        server.should_exit = True
        await serving
