from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from audience.api import api

urlpatterns = [
    path("", include("audience.urls")),
    path("api/", api.urls),
    path("stories/", include("storyengine.showrun.story_urls")),  # before a story may be named "import"
    path("stories/", include("storyengine.plot.urls")),
    path("desk/", include("storyengine.editorial.urls")),
    path("console/", include("storyengine.showrun.urls")),
    path("sign-in/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="logout"),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
