"""Telegram: updates come in through :mod:`webhook` or :mod:`polling`, what we say goes out through :mod:`outbound`.

::

    webhook ─┐                                     ┌─ intake (what joins what) ── schedule, rota (who is next) ── budget
             ├─ reading ─ (the flow) ─ outbox ─ outbound ─ carrier ─ delivery (which calls)
    polling ─┘      lanes (order)                  ├─ failures (what an error means), pauses (when to wait)
                                                   └─ limiter (calls that are not in the outbox)

:mod:`delivery` takes its calls from :mod:`sending` (what is new), :mod:`changing` (what is there) and :mod:`topics`.
:mod:`boards` keeps each group's board up to date, after everything else that is to be told.
:mod:`client` makes the bot on our own HTTP transport (:mod:`request`), :mod:`doctor` says what is wrong with a set-up,
:mod:`commands` fills Telegram's menu, :mod:`roles` knows who is who in the agents' group.
"""

import os

# python-telegram-bot gives spans as ``timedelta`` when asked to, and warns about bare seconds otherwise.
os.environ.setdefault("PTB_TIMEDELTA", "true")
