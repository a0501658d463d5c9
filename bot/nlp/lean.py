"""spaCy without its command line, which it imports with itself: web clients, templates, tables.

That takes a fifth of the time in which the code is loaded, and 14 MB; nothing of it is used here.
"""

from __future__ import annotations

import sys
from types import ModuleType

_COMMAND_LINE = ("spacy.cli", "spacy.cli.info")


def import_spacy() -> None:
    """Import it, unless it is there already. Its command line can still be imported afterwards."""
    if "spacy" in sys.modules:
        return
    for name in _COMMAND_LINE:
        sys.modules[name] = _Unused(name)
    try:
        import spacy  # noqa: F401, PLC0415
    finally:
        for name in _COMMAND_LINE:
            del sys.modules[name]


class _Unused(ModuleType):
    info = None
