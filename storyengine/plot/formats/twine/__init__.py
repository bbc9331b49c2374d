"""Twine: a story as passages (passages.py), three ways to write them down, four dialects inside them."""
