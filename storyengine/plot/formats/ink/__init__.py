"""Ink: lines.py takes a file apart, weave.py finds what belongs under which choice, scenes.py makes the graph of it."""
