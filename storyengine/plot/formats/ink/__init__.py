"""Ink: lines.py and items.py take a file apart, weave.py finds what belongs under which choice, scenes.py joins it."""
