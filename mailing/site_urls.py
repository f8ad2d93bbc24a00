"""Addresses of newsletters without a language in front: the links in mails, as short as they can be."""

from django.urls import path

from mailing.views import subscribing

urlpatterns = [
    path("c/<str:token>/", subscribing.confirm_subscription, name="confirm_subscription"),
]
