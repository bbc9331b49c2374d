from django.urls import path

from audience import views

urlpatterns = [
    path("", views.landing, name="home"),
    path("join/<str:code>/", views.join, name="join"),
    path("show/<str:code>/", views.show, name="show"),
    path("screen/<str:code>/", views.screen, name="screen"),
    path("api/asyncapi.json", views.wire_document, name="asyncapi"),
    path("api/wire/", views.wire, name="wire"),
]
