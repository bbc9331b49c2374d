from django.urls import path

from storyengine.showrun import views

urlpatterns = [
    path("", views.console, name="console"),
    path("<str:code>/", views.performance, name="performance"),
    path("<str:code>/script.<str:extension>", views.script, name="script"),
    path("<str:code>/<slug:verb>/", views.command, name="command"),
]
