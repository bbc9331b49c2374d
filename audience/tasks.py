"""The house's short work, run by `worker`. The row is the queue: each task takes whatever waits."""

from celery import shared_task

from audience import themes


@shared_task
def gather_themes() -> int:
    return themes.gather_waiting()
