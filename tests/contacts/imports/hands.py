"""What a person does on the pages of an import: upload, match columns, check, apply."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import ImportRun
from tests.contacts.imports.builders import sheet

HEADER = ["Name", "E-mail", "Country", "Organisation"]


def people(number, start=0, **facts):
    """Rows of an invented press list."""
    return [
        {"Name": f"Given{n} Family{n}", "E-mail": f"p{n}@press.example", "Country": "Ireland", "Organisation": "Paper"}
        | facts
        for n in range(start, start + number)
    ]


def give(client, rows, name="press.csv"):
    """Upload a sheet; gives the run."""
    data = rows if isinstance(rows, bytes) else sheet(rows)
    response = client.post(reverse("contacts:import_upload"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()[-2000:]
    return ImportRun.objects.latest("id")


def fields(response):
    """What the form of the columns would send as it stands."""
    form = response.context["form"]
    return {f"column-{column.number}": column.field for column, _field in form.rows()}


def check(client, run):
    """Match the columns as guessed; gives the check page."""
    url = reverse("contacts:import_map", args=[run.reference])
    page = client.get(url)
    answer = client.post(url, fields(page))
    assert answer.status_code == 302, answer.context["form"].errors
    return client.get(reverse("contacts:import_check", args=[run.reference]))


def ticks(page):
    """What the check page sends when nobody unticks anything."""
    preview = page.context["preview"]
    rows = [one["row"] for one in preview["changed"] if one["lines"]] + [one["row"] for one in preview["new"]]
    return {"digest": preview["digest"], "apply": rows, "gone": "leave"}


def press_apply(client, run, page, **other):
    return client.post(reverse("contacts:import_apply", args=[run.reference]), ticks(page) | other)


def imported(client, rows, **other):
    """The whole way; gives the run."""
    run = give(client, rows)
    press_apply(client, run, check(client, run), **other)
    run.refresh_from_db()
    return run
