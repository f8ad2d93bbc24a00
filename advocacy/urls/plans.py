"""Addresses of action plans, countries' answers and asks in the workspace."""

from django.urls import path

from advocacy.views import answers, asks, pdf, plan_steps, plans

_PLAN = "plans/<slug:slug>/"

urlpatterns = [
    path("plans/", plans.plan_list, name="plan_list"),
    path("plans/new/", plans.plan_create, name="plan_create"),
    path(_PLAN, plans.plan_detail, name="plan_detail"),
    path(f"{_PLAN}pdf/", pdf.plan_draft, name="plan_pdf"),
    path(f"{_PLAN}words/", plans.plan_words_edit, name="plan_words_edit"),
    path(f"{_PLAN}languages/<slug:language>/removal/", plans.plan_language_remove, name="plan_language_remove"),
    path(f"{_PLAN}points/", plan_steps.point_add, name="point_add"),
    path(f"{_PLAN}points/<int:pk>/", plan_steps.point_edit, name="point_edit"),
    path(f"{_PLAN}points/<int:pk>/place/", plan_steps.point_move, name="point_move"),
    path(f"{_PLAN}points/<int:pk>/removal/", plan_steps.point_remove, name="point_remove"),
    path(f"{_PLAN}review/", plan_steps.plan_review, name="plan_review"),
    path(f"{_PLAN}publication/", plan_steps.plan_publish, name="plan_publish"),
    path(f"{_PLAN}changes/", plan_steps.plan_changes, name="plan_changes"),
    path(f"{_PLAN}withdrawal/", plan_steps.plan_unpublish, name="plan_unpublish"),
    path(f"{_PLAN}countries/", answers.plan_answers, name="plan_answers"),
    path(f"{_PLAN}countries/<slug:country>/", answers.plan_country, name="plan_country"),
    path(f"{_PLAN}countries/<slug:country>/answer/", answers.answer_edit, name="answer_edit"),
    path(f"{_PLAN}proposals/<int:pk>/", answers.proposal_decide, name="proposal_decide"),
    path(f"{_PLAN}assessments/<int:pk>/end/", answers.assessment_end, name="assessment_end"),
    path(f"{_PLAN}links/", answers.link_send, name="link_send"),
    path(f"{_PLAN}links/<int:pk>/removal/", answers.link_revoke, name="link_revoke"),
    path("asks/", asks.ask_list, name="ask_list"),
    path("asks/new/", asks.ask_create, name="ask_create"),
    path("asks/<slug:slug>/", asks.ask_detail, name="ask_detail"),
    path("asks/<slug:slug>/facts/", asks.ask_edit, name="ask_edit"),
    path("asks/<slug:slug>/wording/<slug:language>/", asks.ask_text_edit, name="ask_text_edit"),
    path("asks/<slug:slug>/wording/<slug:language>/removal/", asks.ask_text_remove, name="ask_text_remove"),
    path("statements/<str:reference>/asks/", asks.statement_asks, name="statement_asks"),
    path("statements/<str:reference>/asks/choice/", asks.statement_ask_set, name="statement_ask_set"),
]
