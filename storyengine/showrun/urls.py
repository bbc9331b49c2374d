from django.urls import path

from storyengine.showrun import cohorts, doorkeeper, moderate, views

urlpatterns = [
    path("", views.console, name="console"),
    path("comments/", moderate.latest, name="moderation"),
    path("<str:code>/", views.performance, name="performance"),
    path("<str:code>/script.<str:extension>", views.script, name="script"),
    path("<str:code>/house/", doorkeeper.house, name="house"),
    path("<str:code>/admissions/", doorkeeper.admissions, name="admissions"),
    path("<str:code>/admissions/print/", doorkeeper.print_sheet, name="print_sheet"),
    path("<str:code>/admissions/<int:batch>/", doorkeeper.sheet, name="sheet"),
    path("<str:code>/admissions/<int:batch>/withdraw/", doorkeeper.withdraw_sheet, name="withdraw_sheet"),
    path("<str:code>/comments/", moderate.comments, name="comments"),
    path("<str:code>/comments/news/", moderate.news, name="comment_news"),
    path("<str:code>/comments/judge/", moderate.judge, name="judge_comments"),
    path("<str:code>/comments.csv", moderate.comments_log, name="comments_log"),
    path("<str:code>/strikes/", cohorts.strikes, name="strikes"),
    path("<str:code>/strikes/strike/", cohorts.strike, name="strike"),
    path("<str:code>/strikes/<int:pk>/undo/", cohorts.undo, name="undo_strike"),
    path("<str:code>/<slug:verb>/", views.command, name="command"),
]
