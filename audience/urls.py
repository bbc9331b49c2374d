from django.urls import path

from audience import views

urlpatterns = [
    path("", views.landing, name="home"),
    path("join/<str:code>/", views.join, name="join"),
    path("join/<str:code>/<str:admission>/", views.join, name="admit"),
    path("show/<str:code>/", views.show, name="show"),
    path("screen/<str:code>/", views.screen, name="screen"),
    path("overlay/<str:code>/", views.overlay, name="overlay"),
    path("embed/<str:code>/", views.embed, name="embed"),
    path("api/asyncapi.json", views.wire_document, name="asyncapi"),
    path("api/wire/", views.wire, name="wire"),
]
