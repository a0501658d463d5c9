"""For all tests: a machine that is busy with something else makes no property false."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("keepword", deadline=None)
settings.load_profile("keepword")
