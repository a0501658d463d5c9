"""What the command line does, a module for each theme; :mod:`bot.__main__` only reads the words."""
