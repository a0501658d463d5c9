"""A Telegram of our own: the Bot API over HTTP, and a page with a customer's phone and the agents' group.

Everything lives in memory. See ``docs/simulator.md`` for what the page and tests may ask of it.
"""
