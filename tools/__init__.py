"""For who develops Keepword; nothing here is installed."""
