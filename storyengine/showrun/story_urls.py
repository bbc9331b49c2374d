from django.urls import path

from storyengine.showrun import path_scripts, story_files

urlpatterns = [
    path("import/", story_files.import_story, name="import_story"),
    path("story.schema.json", story_files.schema, name="story_schema"),
    path("<slug:slug>/export.<slug:name>", story_files.export_story, name="export_story"),
    path("<slug:slug>/script.<str:extension>", path_scripts.story_script, name="story_script"),
    path("<slug:slug>/script/", path_scripts.path_script, name="path_script"),
    path("<slug:slug>/script/length/", path_scripts.path_length, name="path_length"),
    path("<slug:slug>/script/breakdown/", path_scripts.path_breakdown, name="path_breakdown"),
    path("<slug:slug>/script/<slug:table>.csv", path_scripts.path_csv, name="path_csv"),
    path("<slug:slug>/check/", story_files.check_story, name="check_story"),
]
