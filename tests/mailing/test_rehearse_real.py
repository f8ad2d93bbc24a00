"""The real list of October 2024 is rehearsed: a file for each of the 168 full members of LIBE, EMPL or BUDG.

Nothing is sent. The addresses stay in this test's database and in its temporary folder.
"""

import email
import email.policy
import re

import pytest
from django.core.management import call_command

from contacts.criteria import FULL_MEMBERS
from contacts.languages import effective_language
from contacts.models import Contact, Salutation
from contacts.reference import load_reference
from mailing.models import AudienceRule, Delivery
from tests.factories import MailingContentFactory, MailingFactory

pytestmark = pytest.mark.django_db

BODY = (
    "<p>{{ salutation }}</p><p>As a member of {{ committees }} from {{ country }} you decide, {{ name }}.</p>"
    "<p>{{ closing }}</p><p>{{ sender_person }}</p>"
)


def test_the_168_full_members_get_one_file_each_in_their_language(real_data, officer, tmp_path):
    load_reference()
    file = real_data / "parltrack-derived/meps_2024-10-14.csv"
    call_command("import_contacts", file, mapping="parltrack", apply=True)
    mailing = MailingFactory(author=officer)
    languages = set(Salutation.objects.values_list("language", flat=True))
    for language in languages:
        MailingContentFactory(mailing=mailing, language=language, subject=f"Compensation ({language})", body=BODY)
    seat = {"committee": ["LIBE", "EMPL", "BUDG"], "role": list(FULL_MEMBERS)}
    AudienceRule.objects.create(mailing=mailing, criteria={"seat": seat})

    out = tmp_path / "out"
    call_command("rehearse", mailing.reference, "--out", str(out))

    people = {person.email.lower(): person for person in Contact.objects.annotate(reads=effective_language())}
    written_to, read = [], set()
    for path in out.iterdir():
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        (to,) = message["To"].addresses
        assert message["Cc"] is None
        assert message["Bcc"] is None
        person = people[to.addr_spec.lower()]
        assert message["Content-Language"] == person.reads
        assert message["Subject"] == f"Compensation ({person.reads})"
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        assert f'lang="{person.reads}"' in html
        for part in (text, html):
            assert "{{" not in part
            assert person.family_name.split()[-1].split("-")[-1] in re.sub(r"\s+", " ", part).replace("&#39;", "'")
        opening = next(line for line in text.splitlines() if line.strip())
        assert opening.strip(" ,:!")
        assert not re.search(r" ,|, *,|\b(?:of|from) (?:from|you|,)", text.split("-- ")[0]), path.name
        others = set(people) - {to.addr_spec.lower()}
        assert not others & set(re.findall(r"[\w.+-]+@[\w.-]+\w", message.as_string().lower()))
        written_to.append(to.addr_spec.lower())
        read.add(person.reads)
    assert len(written_to) == len(set(written_to)) == 168
    assert len(read) > 20
    assert not Delivery.objects.exists()
