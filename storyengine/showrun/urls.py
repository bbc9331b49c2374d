from django.urls import path

from storyengine.showrun import map_views, views

urlpatterns = [
    path("", views.console, name="console"),
    path("<str:code>/", views.performance, name="performance"),
    path("<str:code>/script.<str:extension>", views.script, name="script"),
    path("<str:code>/map/", map_views.performance_map, name="performance_map"),
    path("<str:code>/map.json", map_views.graph, name="performance_graph"),
    path("<str:code>/map.svg", map_views.picture, name="performance_picture"),
    path("<str:code>/map-state.json", map_views.state, name="performance_map_state"),
    path("<str:code>/outline/", map_views.outline, name="performance_outline"),
    path("<str:code>/map/scenes/<slug:key>/", map_views.panel, name="performance_panel"),
    path("<str:code>/<slug:verb>/", views.command, name="command"),
]
