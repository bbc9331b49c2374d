"""The house's short work, run by `worker`. The row is the queue: each task takes whatever waits."""

from celery import shared_task

from audience import comments


@shared_task
def score_comments() -> int:
    return comments.score_waiting()
