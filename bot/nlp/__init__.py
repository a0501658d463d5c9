"""Understanding: a spaCy pipeline that admins teach by examples. See ``docs/understanding.md``."""
