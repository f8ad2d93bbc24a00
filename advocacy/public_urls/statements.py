"""Public addresses of statements."""

from django.urls import path

from advocacy.views import files, pdf, public

urlpatterns = [
    path("statements/", public.statement_list, name="statement_list"),
    path("statements/<slug:slug>.pdf", pdf.statement_public, name="statement_pdf"),
    path("statements/<slug:slug>/files/<int:pk>/", files.public_file, name="statement_file"),
    path("statements/<slug:slug>/", public.statement_detail, name="statement_detail"),
]
