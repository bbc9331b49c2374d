"""News from the house. Sent after commit; only showrun/receivers.py listens."""

from django.dispatch import Signal

poll_closed = Signal()  # poll_id, performance_id
comment_posted = Signal()  # comment_id
