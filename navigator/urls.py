"""Every address of the site. None names a crime, a service or an answer."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from .public import open_data, pages, reports, views
from .staff import guessing, signin, site

urlpatterns = [
    # First what is asked for most: an address is looked for from the top.
    *i18n_patterns(
        path("", views.question, name="question"),
        # Its name stands in the history where scripts are off, so it says nothing (B1).
        path("next/", reports.report, name="report"),
        path("all/", views.all_services, name="all"),
        path("worksheet/", pages.static_page, {"template": "worksheet.html"}, name="worksheet"),
        path("safety/", pages.static_page, {"template": "safety.html"}, name="safety"),
        path("privacy/", pages.static_page, {"template": "privacy.html"}, name="privacy"),
        path("accessibility/", pages.static_page, {"template": "accessibility.html"}, name="accessibility"),
        path("about/", pages.static_page, {"template": "about.html"}, name="about"),
        prefix_default_language=False,
    ),
    path("healthz", pages.healthz, name="healthz"),
    path("leave/", pages.leave, name="leave"),
    path("admin/account/", include(signin.urlpatterns)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/language/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
    # Open Referral HSDS 3.0; its API reference has no slash at the end.
    path("hsds/", open_data.base, name="hsds"),
    path("hsds/services", open_data.service_list, name="hsds-services"),
    path("hsds/services/<str:key>", open_data.one_service),
    path("hsds/organizations", open_data.organization_list, name="hsds-organizations"),
    path("hsds/organizations/<str:key>", open_data.one_organization),
]
handler400 = pages.bad_request
handler403 = site.forbidden
handler404 = site.not_found
handler500 = site.server_error
handler429 = guessing.too_many
"""allauth asks for it by this name."""
