"""What we serve over HTTP besides webhooks: whether we live, whether we can answer, and figures."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from bot import __version__
from bot.metrics import Metrics


def routes(metrics: Metrics, missing: Callable[[], tuple[str, ...]]) -> list[web.RouteDef]:
    """``missing`` names what still stands in the way of answering customers; nothing: we are ready."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "version": __version__})

    async def readyz(request: web.Request) -> web.Response:
        lacking = missing()
        metrics.ready.set(0 if lacking else 1)
        if lacking:
            return web.json_response({"status": "not ready", "missing": list(lacking)}, status=503)
        return web.json_response({"status": "ready"})

    async def figures(request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", figures)]
