"""The files that people edit: from YAML to a catalogue, with every problem told by file, line and remedy."""
