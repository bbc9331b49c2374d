"""News from the writers' room. Sent after commit; only showrun/receivers.py listens."""

from django.dispatch import Signal

draft_written = Signal()  # draft_id, performance_id
draft_failed = Signal()  # draft_id, performance_id
