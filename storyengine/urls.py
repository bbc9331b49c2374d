from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from audience.api import api
from storyengine.showrun import exports

urlpatterns = [
    path("", include("audience.urls")),
    path("api/", api.urls),
    path("desk/", include("storyengine.editorial.urls")),
    path("stories/<slug:slug>/script.<str:extension>", exports.story_script, name="story_script"),
    path("console/", include("storyengine.showrun.urls")),
    path("sign-in/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="logout"),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
