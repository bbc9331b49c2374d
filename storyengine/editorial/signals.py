"""News from the editors' desk. Sent after commit; only showrun/receivers.py listens."""

from django.dispatch import Signal

revision_approved = Signal()  # revision_id, performance_id
revision_rejected = Signal()  # revision_id, performance_id
changes_requested = Signal()  # revision_id, performance_id
revision_opened = Signal()  # revision_id, performance_id: new text is on the desk
