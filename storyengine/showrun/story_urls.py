from django.urls import path

from storyengine.showrun import story_files

urlpatterns = [
    path("import/", story_files.import_story, name="import_story"),
    path("story.schema.json", story_files.schema, name="story_schema"),
    path("<slug:slug>/export.<slug:name>", story_files.export_story, name="export_story"),
    path("<slug:slug>/check/", story_files.check_story, name="check_story"),
]
