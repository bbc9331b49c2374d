"""Story Engine: live, audience-steered stories."""

from storyengine.celery import app as celery_app

__all__ = ("celery_app",)
