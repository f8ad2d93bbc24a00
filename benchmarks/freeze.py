"""How long approval takes: previewing an audience and freezing it into deliveries, by number of people.

Freezing is one INSERT … SELECT, so a large audience must not make an approver wait.
"""

import argparse
import sys
import time

from benchmarks.stage import fresh_database, show


def main() -> None:
    """Make people, a segment and a letter; time the preview and the freeze; print recipients and seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with fresh_database() as vendor:
        found = measure(options.people)
    show({"benchmark": "freeze", "database": vendor, **found}, as_json=options.json)


def measure(people: int) -> dict[str, float]:
    """Seconds of preview and freeze of one letter to `people` invented people in three languages."""
    from django.core.management import call_command

    from contacts.addresses import email_digest
    from contacts.models import Contact
    from desk.demo.walk import sample_sender
    from mailing import audience
    from mailing.models import AudienceRule, Mailing, MailingContent

    call_command("load_reference", verbosity=0, stdout=sys.stderr)
    countries = ["IE", "FR", "DE", "AT", "PL"]
    rows = []
    for number in range(people):
        email = f"person{number}@people.example"
        names = {"given_name": f"Given{number}", "family_name": f"Family{number}", "country": countries[number % 5]}
        key = {
            "email": email,
            "email_key": email,
            "email_digest": email_digest(email),
            "sort_key": f"family{number:07}",
        }
        rows.append(Contact(gender="FMX"[number % 3], **names, **key))
    Contact.objects.bulk_create(rows, batch_size=500)
    mailing = Mailing.objects.create(reference="BENCH-1", title="Benchmark", sender=sample_sender())
    for language in ("en", "fr", "de"):
        body = "<p>{{ salutation }}</p><p>Text.</p><p>{{ closing }}</p>"
        MailingContent.objects.create(mailing=mailing, language=language, subject="Text", body=body, is_reviewed=True)
    AudienceRule.objects.create(mailing=mailing, criteria={"country": countries})
    started = time.perf_counter()
    preview = audience.preview(mailing)
    previewed = time.perf_counter()
    _matched, recipients = audience.freeze(mailing)
    frozen = time.perf_counter()
    assert recipients == preview.recipients == people  # noqa: S101 - a benchmark of something wrong measures nothing
    return {
        "recipients": recipients,
        "preview_seconds": round(previewed - started, 3),
        "freeze_seconds": round(frozen - previewed, 3),
    }


if __name__ == "__main__":
    main()
