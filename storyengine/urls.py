from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.generic import RedirectView

from audience.api import api
from storyengine.showrun import account

admin.site.site_header = admin.site.site_title = "Story Engine"

urlpatterns = [
    path("", include("audience.urls")),
    path("api/", api.urls),
    path("stories/", include("storyengine.showrun.story_urls")),  # before a story may be named "import"
    path("stories/", include("storyengine.plot.urls")),
    path("desk/", include("storyengine.editorial.urls")),
    path("console/", include("storyengine.showrun.urls")),
    path("sign-in/", account.SignIn.as_view(), name="login"),
    path("sign-out/", auth_views.LogoutView.as_view(), name="logout"),
    path("account/one-time-passwords/", account.one_time_passwords, name="one_time_passwords"),
    path("language/", include("django.conf.urls.i18n")),
    # The admin's own sign-in knows no one-time passwords: everybody comes in by the same door.
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
]
