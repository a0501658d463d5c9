"""Load on a bot as Telegram makes it: updates delivered to its webhook, and a stand-in for the Bot API."""
