from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShowrunConfig(AppConfig):
    name = "storyengine.showrun"
    verbose_name = _("Showrun")

    def ready(self) -> None:
        from storyengine.showrun import receivers

        receivers.connect()
