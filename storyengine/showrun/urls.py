from django.urls import path

from storyengine.showrun import adapters, cohorts, doorkeeper, exports, map_views, moderate, views

urlpatterns = [
    path("", views.console, name="console"),
    path("comments/", moderate.latest, name="moderation"),
    path("adapters/", adapters.adapter_list, name="adapters"),
    path("adapters/<slug:verb>/", adapters.switch_adapter, name="switch_adapter"),
    path("<str:code>/", views.performance, name="performance"),
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
    path("<str:code>/script.<str:extension>", exports.script, name="script"),
    path("<str:code>/script/length/", exports.script_length, name="script_length"),
    path("<str:code>/breakdown/", exports.breakdown, name="breakdown"),
    path("<str:code>/breakdown/<slug:table>.csv", exports.breakdown_csv, name="breakdown_csv"),
    path("<str:code>/map/", map_views.performance_map, name="performance_map"),
    path("<str:code>/map.json", map_views.graph, name="performance_graph"),
    path("<str:code>/map.svg", map_views.picture, name="performance_picture"),
    path("<str:code>/map-state.json", map_views.state, name="performance_map_state"),
    path("<str:code>/outline/", map_views.outline, name="performance_outline"),
    path("<str:code>/map/scenes/<slug:key>/", map_views.panel, name="performance_panel"),
    path("<str:code>/<slug:verb>/", views.command, name="command"),
]
