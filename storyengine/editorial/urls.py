from django.urls import path

from storyengine.editorial import views, views_brief

urlpatterns = [
    path("", views.queue, name="desk"),
    path("revisions/<int:pk>/", views.revision, name="revision"),
    path("revisions/<int:pk>/<slug:verdict>/", views.judge, name="judge"),
    path("steps/<int:step>/choices/<int:choice>/write/", views.write, name="write_by_hand"),
    path("briefs/<int:pk>/", views_brief.brief, name="brief"),
    path("briefs/<int:pk>/keep/", views_brief.keep, name="keep_fact"),
]
