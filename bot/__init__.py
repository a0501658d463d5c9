"""Keepword: a customer-support bot for Telegram that keeps its word.

Start reading at :mod:`bot.flow`, which tells how a message travels.
"""

import os
from importlib.metadata import PackageNotFoundError, version

# Read when NumPy is first loaded. Its threads would spin while they wait for one another, and where anything else wants
# the processor (the process that acknowledges does) training then takes minutes in place of seconds.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    __version__ = version("keepword")
except PackageNotFoundError:  # running from a source tree that was not installed
    __version__ = "0+source"
