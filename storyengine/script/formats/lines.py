"""A file for a reader that takes it in pieces, with the line known on which it is."""

import io

LINE_MOST = 65_536  # bytes that are read at once, where a file is all one line


class Lines:
    """The file given out line by line, so that the line is known on which a fault is met."""

    def __init__(self, source: bytes) -> None:
        self._file, self._is_whole, self.number = io.BytesIO(source), True, 0

    def read(self, _: int = -1) -> bytes:
        self.number += self._is_whole
        line = self._file.readline(LINE_MOST)
        self._is_whole = line.endswith(b"\n")
        return line
