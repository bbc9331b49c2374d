from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlotConfig(AppConfig):
    name = "storyengine.plot"
    verbose_name = _("Plot")
