"""The simulator as one thing to start and stop."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from bot.ports import Clock
from bot.simulator.api import Api
from bot.simulator.files import LARGEST_FILE
from bot.simulator.page import Page
from bot.simulator.webhook import Backoff, backoff
from bot.simulator.world import World

STATIC = Path(__file__).parent / "static"


class Simulator:
    """A Telegram in this process, served over HTTP: the Bot API, the page, and the page's interface.

    ``world`` is what its people do, ``api`` the calls, limits and faults. Point the bot's base URL to :attr:`url`.
    ``webhook_backoff`` says how long to wait when the bot's webhook fails.
    """

    def __init__(self, clock: Clock | None = None, webhook_backoff: Backoff = backoff) -> None:
        self.world = World(clock)
        self.api = Api(self.world.state, webhook_backoff)
        self._page = Page(self.world, self.api)
        self._runner: web.AppRunner | None = None
        self._url = ""

    @property
    def token(self) -> str:
        """The token of the bot here; it opens nothing at Telegram."""
        return self.world.state.token

    @property
    def agents_chat(self) -> int:
        """The id of the agents' group."""
        return self.world.agents_chat

    @property
    def url(self) -> str:
        """Where it is served, such as ``http://127.0.0.1:8081``; empty before it was started."""
        return self._url

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve. Port 0 takes a free one. Raises OSError where the address is taken."""
        self._runner = web.AppRunner(self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        bound: tuple[str, int] = self._runner.addresses[0][:2]
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound[0], bound[0])  # noqa: S104  # compared, not bound
        self._url = f"http://{f'[{reached}]' if ':' in reached else reached}:{bound[1]}"

    async def stop(self) -> None:
        """Stop serving and delivering."""
        await self.api.close()
        await self._page.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_FILE + 1024 * 1024)
        app.on_response_prepare.append(_ask_again)
        app.router.add_route("*", r"/bot{token:[^/]+}/{method}", self.api.handle)
        app.router.add_get(r"/file/bot{token:[^/]+}/{path:.+}", self.api.download)
        app.router.add_get("/", _index)
        app.add_routes(self._page.routes())
        if STATIC.is_dir():
            app.router.add_static("/static/", STATIC)
        return app


async def _index(_request: web.Request) -> web.StreamResponse:
    page = STATIC / "index.html"
    if not page.is_file():
        raise web.HTTPNotFound(text="The page's files are not installed; its interface is served under /sim.")
    return web.FileResponse(page)


async def _ask_again(_request: web.Request, response: web.StreamResponse) -> None:
    """A browser must not mix the page's modules of two versions: it asks each time whether they have changed."""
    response.headers.setdefault("Cache-Control", "no-cache")
