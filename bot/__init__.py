"""Keepword: a customer-support bot for Telegram that keeps its word.

Start reading at :mod:`bot.flow`, which tells how a message travels.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("keepword")
except PackageNotFoundError:  # running from a source tree that was not installed
    __version__ = "0+source"
