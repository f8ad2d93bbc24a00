"""Addresses of sign-ons in the workspace, and of the calls of others that we join."""

from django.urls import path

from advocacy.views import joining, signing

urlpatterns = [
    path("statements/<str:reference>/sign-on/", signing.sign_on, name="sign_on"),
    path("statements/<str:reference>/sign-on/invitation/", signing.sign_on_invite, name="sign_on_invite"),
    path("statements/<str:reference>/sign-on/again/", signing.sign_on_again, name="sign_on_again"),
    path("statements/<str:reference>/sign-on/reminder/", signing.sign_on_remind, name="sign_on_remind"),
    path("statements/<str:reference>/sign-on/closing/", signing.sign_on_close, name="sign_on_close"),
    path("statements/<str:reference>/sign-on/reopening/", signing.sign_on_reopen, name="sign_on_reopen"),
    path("statements/<str:reference>/sign-on/<int:pk>/", signing.signatory, name="signatory"),
    path("statements/<str:reference>/sign-on/<int:pk>/link/", signing.signatory_renew, name="signatory_renew"),
    path("statements/<str:reference>/sign-on/<int:pk>/revocation/", signing.signatory_revoke, name="signatory_revoke"),
    path("statements/<str:reference>/sign-on/<int:pk>/late/", signing.signatory_late, name="signatory_late"),
    path("statements/<str:reference>/sign-on/<int:pk>/reply/", signing.signature_reply, name="signature_reply"),
    path("calls/", joining.call_list, name="call_list"),
    path("calls/new/", joining.call_create, name="call_create"),
    path("calls/<str:reference>/", joining.call_detail, name="call_detail"),
    path("calls/<str:reference>/file/", joining.call_file, name="call_file"),
    path("calls/<str:reference>/decision/", joining.call_decide, name="call_decide"),
    path("calls/<str:reference>/publication/", joining.call_publish, name="call_publish"),
]
