"""Rooms where everything is kept: the embedded TinyDB store, and whatever other store comes beside it."""
