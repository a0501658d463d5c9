"""The front door: a small process of its own that keeps what Telegram delivers and acknowledges it.

::

    Telegram ──▶ listener ── plain delivery ──▶ keeper ──▶ deliveries on disk ──▶ 👀 in the answer
                     │                            │
                     │ anything else              │ "durable up to here"
                     ▼                            ▼
                 the connection itself        gate ──▶ the app takes them over   (the main process)

While the main process understands, decides and sends, nobody waits for an acknowledgement: this process has an
interpreter of its own, and a turn on the processor when it wants one (:mod:`bot.slices`). What is not a plain
delivery (another path, another method, chunks, a wrong size…) is none of its business: the connection is handed to
the main process with what was read of it, and aiohttp goes on from there.
"""
