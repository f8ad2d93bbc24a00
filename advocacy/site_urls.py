"""Public addresses without a language in front: sign-ons by link, feeds, the calendar, the sitemap."""

from django.urls import URLPattern, path

from advocacy.views import answer_page, machines, public_campaigns, public_plans, sign_page, site

urlpatterns: list[URLPattern] = [
    path("language/", site.language_choice, name="language_choice"),
    path("feeds/<slug:lang>/statements.atom", machines.feed_statements, name="feed_statements"),
    path("feeds/<slug:lang>/plans/<slug:slug>.atom", machines.feed_plan, name="feed_plan"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", machines.sitemap_part, name="sitemap_part"),
    path(".well-known/security.txt", machines.security, name="security"),
    path("a/<str:token>/", answer_page.answer_page, name="answer_page"),
    path("embed/plans/<slug:slug>/", public_plans.plan_embed, name="plan_embed"),
    path("s/<str:token>/", sign_page.sign, name="sign"),
    path("calendar.ics", public_campaigns.root_calendar, name="calendar_file"),
    path("source.tar.gz", machines.source, name="source"),
]
