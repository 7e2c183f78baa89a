"""Every address of the site. None names a crime, a service or an answer."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from . import desk, directory, signin, views

urlpatterns = [
    # First what is asked for most: an address is looked for from the top.
    *i18n_patterns(
        path("", views.question, name="question"),
        path("all/", views.all_services, name="all"),
        path("worksheet/", views.small, {"template": "worksheet.html"}, name="worksheet"),
        path("safety/", views.small, {"template": "safety.html"}, name="safety"),
        path("privacy/", views.small, {"template": "privacy.html"}, name="privacy"),
        path("accessibility/", views.small, {"template": "accessibility.html"}, name="accessibility"),
        path("about/", views.small, {"template": "about.html"}, name="about"),
        prefix_default_language=False,
    ),
    path("healthz", views.healthz, name="healthz"),
    path("leave/", views.leave, name="leave"),
    path("admin/account/", include(signin.urlpatterns)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    # Open Referral HSDS 3.0; its API reference has no slash at the end.
    path("hsds/", directory.base, name="hsds"),
    path("hsds/services", directory.service_list, name="hsds-services"),
    path("hsds/services/<str:key>", directory.one_service),
    path("hsds/organizations", directory.organization_list, name="hsds-organizations"),
    path("hsds/organizations/<str:key>", directory.one_organization),
]
handler400 = views.bad_request
handler403 = desk.forbidden
handler404 = desk.not_found
handler500 = views.server_error
handler429 = signin.too_many
"""allauth asks for it by this name."""
