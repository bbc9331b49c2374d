from django.urls import path

from storyengine.editorial.views import brief, queue, records, revision, verdicts, writing

urlpatterns = [
    path("", queue.queue, name="desk"),
    path("revisions/<int:pk>/", revision.revision, name="revision"),
    path("revisions/<int:pk>/reading/", queue.reading, name="reading"),
    path("revisions/<int:pk>/keep/", revision.keep, name="keep"),
    path("revisions/<int:pk>/discard/", revision.discard, name="discard"),
    path("revisions/<int:pk>/difference/<slug:against>/", revision.differences, name="difference"),
    path("revisions/<int:pk>/hold/<slug:verb>/", queue.hold, name="hold"),
    path("revisions/<int:pk>/overrule/", verdicts.overrule, name="overrule"),
    path("revisions/<int:pk>/recall/", verdicts.recall, name="recall"),
    path("revisions/<int:pk>/rewrite/", verdicts.rewrite, name="rewrite"),
    path("revisions/<int:pk>/<slug:verdict>/", verdicts.judge, name="judge"),
    path("drafts/<int:draft>/adopt/", verdicts.adopt, name="adopt"),
    path("releases/<int:pk>/correct/", verdicts.correct, name="correct"),
    path("steps/<int:step>/choices/<int:choice>/write/", verdicts.write, name="write_by_hand"),
    path("audit/", records.audit, name="audit"),
    path("audit.<slug:extension>", records.audit_file, name="audit_file"),
    path("profiles/<slug:slug>/", records.profile, name="profile"),
    path("writing/", writing.writing, name="writing"),
    path("drafts/<int:pk>/stop/", writing.stop, name="stop_draft"),
    path("revisions/<int:pk>/candidates/<int:candidate>/", writing.take, name="take_candidate"),
    path("briefs/<int:pk>/", brief.brief, name="brief"),
    path("briefs/<int:pk>/behind/<slug:kind>/<int:number>/", brief.behind, name="behind"),
    path("briefs/<int:pk>/keep/", brief.keep, name="keep_fact"),
]
