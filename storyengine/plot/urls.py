from django.urls import path

from storyengine.plot import map_views, views

urlpatterns = [
    path("", views.stories, name="stories"),
    path("<slug:slug>/", views.story, name="story"),
    path("<slug:slug>/remove/", views.remove_story, name="remove_story"),
    path("<slug:slug>/undo/", views.step, {"verb": "undo"}, name="undo_story"),
    path("<slug:slug>/redo/", views.step, {"verb": "redo"}, name="redo_story"),
    path("<slug:slug>/map/", map_views.story_map, name="story_map"),
    path("<slug:slug>/map.json", map_views.graph, name="story_graph"),
    path("<slug:slug>/map.svg", map_views.picture, name="story_picture"),
    path("<slug:slug>/map/tidy/", map_views.tidy_map, name="tidy_map"),
    path("<slug:slug>/map/play/", map_views.play_story, name="play_story"),
    path("<slug:slug>/outline/", map_views.outline, name="outline"),
    path("<slug:slug>/find.json", map_views.find, name="find_scene"),
    path("<slug:slug>/scenes/", views.add_scene, name="add_scene"),
    path("<slug:slug>/scenes/<slug:key>/", views.scene, name="scene"),
    path("<slug:slug>/scenes/<slug:key>/panel/", map_views.panel, name="scene_panel"),
    path("<slug:slug>/scenes/<slug:key>/undo/", views.step, {"verb": "undo"}, name="undo_scene"),
    path("<slug:slug>/scenes/<slug:key>/redo/", views.step, {"verb": "redo"}, name="redo_scene"),
    path("<slug:slug>/scenes/<slug:key>/remove/", views.remove_scene, name="remove_scene"),
    path("<slug:slug>/scenes/<slug:key>/new-version/", views.new_version, name="new_version"),
    path("<slug:slug>/scenes/<slug:key>/history/", views.scene_history, name="scene_history"),
    path("<slug:slug>/scenes/<slug:key>/history/<int:pk>/restore/", views.restore, name="restore_scene"),
]
