from django.urls import path

from storyengine.showrun import exports, views

urlpatterns = [
    path("", views.console, name="console"),
    path("<str:code>/", views.performance, name="performance"),
    path("<str:code>/script.<str:extension>", exports.script, name="script"),
    path("<str:code>/script/length/", exports.script_length, name="script_length"),
    path("<str:code>/breakdown/", exports.breakdown, name="breakdown"),
    path("<str:code>/breakdown/<slug:table>.csv", exports.breakdown_csv, name="breakdown_csv"),
    path("<str:code>/<slug:verb>/", views.command, name="command"),
]
