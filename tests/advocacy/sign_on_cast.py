"""Five invented organisations, a frozen text, and the hands of its signers."""

import re
from datetime import timedelta

from django.utils import timezone

from advocacy import inviting, publishing
from advocacy.drafting import Words, save_text
from advocacy.inviting import Signer, Terms
from advocacy.models import Signatory, Statement
from advocacy.sign_links import address_of
from contacts.models import Organisation
from tests.factories import StatementFactory, StatementTextFactory

NAMES = [
    ("Lighthouse", "IE", "153882995425-37"),
    ("Ärmel & Söhne", "DE", ""),
    ("Zora", "BG", "153882995425-38"),
    ("Open Harbour", "NL", ""),
    ("Night Bus", "FR", ""),
]


def organisations():
    """The five, and Quiet House at a secret address."""
    rows = [
        Organisation.objects.create(name=name, country=country, transparency_register_id=number)
        for name, country, number in NAMES
    ]
    return {row.name: row for row in rows}


def quiet_house():
    return Organisation.objects.create(
        name="Quiet House",
        country="IE",
        is_confidential=True,
        email="safe@quiet.example",
        postal_address="7 Quiet Lane",
        transparency_register_id="153882995425-39",
    )


def frozen_text(officer, approver, **fields):
    """A joint statement in two languages that a second person approved."""
    row = StatementFactory(author=officer, **{"kind": "joint_statement"} | fields)
    StatementTextFactory(statement=row, changed_by=officer, title="Safety is a right")
    french = "<p>La sûreté est un droit. Tous doivent pouvoir demander de l’aide.</p>"
    StatementTextFactory(statement=row, language="fr", changed_by=officer, title="La sûreté est un droit", body=french)
    freeze(row, officer, approver)
    return row


def freeze(row, officer, approver):
    publishing.submit(row, actor=officer)
    publishing.approve(row, actor=approver)


def rewrite(row, officer, approver, body, language="en"):
    """Change one language version and have it approved again."""
    text = row.texts.get(language=language)
    save_text(text, Words(text.title, text.summary, body, True), edition=text.edition, actor=officer)
    row.refresh_from_db()
    freeze(row, officer, approver)


def open_sign_on(row, actor, *, days=10, **terms):
    values = {"deadline": timezone.now() + timedelta(days=days), "lead": row.owner, **terms}
    return inviting.set_sign_on(row, Terms(**values), actor=actor)


def ask(sign_on, organisation, actor):
    word = re.sub(r"\W", "", organisation.name.split()[0].lower(), flags=re.ASCII) or "x"
    signer = Signer("Ada Signer", "Director", f"ada@{word}.example")
    return inviting.invite(sign_on, organisation, signer, actor=actor)


def path_of(signatory):
    """The path of a signatory's present link."""
    fresh = Signatory.objects.get(pk=signatory.pk)
    return "/" + address_of(fresh).split("/", 3)[3]


def seen_on(client, path):
    """The digest that the page of a link carries in its form."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', client.get(path).content.decode())
    assert found, "the page has no form"
    return found[1]


def answer(client, signatory, kind="signed", **fields):
    """Open the page and send its form, as a browser does."""
    path = path_of(signatory)
    fields.setdefault("seen", None)
    seen = fields.pop("seen") or seen_on(client, path)
    form = {"answer": kind, "seen": seen, "by_name": "Ada Signer", "by_role": "Director", "may_sign": "on"}
    form |= {"name": signatory.organisation.name, "country": signatory.organisation.country}
    form |= {"register": signatory.organisation.transparency_register_id}
    return client.post(path, form | fields)


def printed_names(row):
    """What is printed now: names in their order, late ones marked."""
    from advocacy.signing import signatories_of

    fresh = Statement.objects.get(pk=row.pk)
    return [one.name + (" (late)" if one.is_late else "") for one in signatories_of(fresh)]
