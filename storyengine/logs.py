"""What the log leaves out."""

import logging


class OneLine(logging.Filter):
    """A request that we refused (4xx) is a line without a traceback, which would lead through Django alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True
