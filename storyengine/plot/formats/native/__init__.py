"""Story Engine's own story file: JSON, one object, scenes by key. It holds everything, and comes back as it was."""

from storyengine.plot.formats.native.read import FORMAT, VERSION, parse_native, read_story
from storyengine.plot.formats.native.write import SCHEMA, write_native

__all__ = ["FORMAT", "SCHEMA", "VERSION", "parse_native", "read_story", "write_native"]
