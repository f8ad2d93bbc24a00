"""What people do on the pages that import readers with proof."""

from django.urls import reverse

from contacts.models import ImportFile

HEAD = "E-mail;Name;Language;Country;Topics;Agreed on;Proof"
ANA = "ana@reader.example;Ana Ferreira;Portuguese;Portugal;Compensation;2026-03-01;Paper form, folder 12"
PROOF = "Paper form, folder 12"


def upload(client, letter, data, columns=None):
    sent = client.post(reverse("contacts:subscriber_upload", args=[letter.pk]), data)
    assert sent.status_code == 302, sent.content.decode()
    shown = client.get(sent.url)
    guessed = {f"column-{column.number}": column.field for column in shown.context["form"].columns}
    return client.post(sent.url, guessed | (columns or {}))


def page_of(client, run):
    return client.get(reverse("contacts:subscriber_import", args=[run.reference]))


def apply(client, run):
    digest = ImportFile.objects.get(run=run).preview["digest"]
    return client.post(reverse("contacts:subscriber_apply", args=[run.reference]), {"digest": digest})


def take_back(client, run):
    client.post(reverse("contacts:subscriber_undo", args=[run.reference]))
    run.refresh_from_db()
    return run.outcome
