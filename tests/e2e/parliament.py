"""Who a letter to the Parliament goes to in the walks, and what comes back from them. Nobody here is real."""

from dataclasses import dataclass
from datetime import date

from advocacy import publishing
from advocacy.models import Campaign, CampaignText, Statement
from contacts.models import Organisation
from contacts.reference import load_reference
from desk.demo.walk import approve_statement, write_statement
from mailing.models import Sender
from tests.factories import BodyFactory, ContactFactory, MandateFactory, MembershipFactory, SenderFactory
from tests.payloads import payload


@dataclass(frozen=True)
class Member:
    """One invented Member: names, gender, country, committees in full, and what comes of a letter to them."""

    given_name: str
    family_name: str
    gender: str
    country: str
    committees: str
    opening: str
    # "", or the sample in tests/payloads that comes back; "refused" is said by the mail server itself.
    comes_back: str = ""

    @property
    def email(self) -> str:
        return f"{self.given_name}.{self.family_name}@parliament.example".lower()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


MEMBERS = [
    Member("Aoife", "Brennan", "F", "IE", "LIBE FEMM", "Dear Ms Brennan,", "reply-plain"),
    Member("Tomas", "Wilk", "M", "IE", "LIBE", "Dear Mr Wilk,", "reply-html-by-assistant"),
    Member("Ester", "Vidal", "F", "FR", "FEMM", "Madame la Députée,", "auto-reply-exchange"),
    Member("Mircea", "Dobre", "M", "DE", "LIBE", "Sehr geehrter Herr Dobre,", "postfix-unknown-user"),
    Member("Ruben", "Maes", "M", "AT", "LIBE", "Sehr geehrter Herr Maes,", "refused"),
    Member("Luc", "Marchand", "M", "FR", "LIBE", "Monsieur le Député,"),
    Member("Robin", "Tarn", "X", "IE", "FEMM", "Dear Robin Tarn,"),
    Member("Lena", "Hartwig", "F", "DE", "LIBE FEMM", "Sehr geehrte Frau Hartwig,"),
]
REFUSED = "550 5.1.1 No such user here"
# Nobody answers for them but a machine, and their letters arrived.
UNANSWERED = [one.name for one in MEMBERS if one.comes_back in ("", "auto-reply-exchange")]


def parliament():
    """Eight full members of LIBE or FEMM in three languages, and two who are not to be written to."""
    load_reference()
    Organisation.objects.filter(is_platform=True).update(transparency_register_id="123456789012-34")
    bodies = {code: BodyFactory(code=code) for code in ("LIBE", "FEMM", "BUDG")}
    for member in MEMBERS:
        names = {"given_name": member.given_name, "family_name": member.family_name, "gender": member.gender}
        mandate = MandateFactory(contact=ContactFactory(**names, country=member.country, email=member.email))
        for code in member.committees.split():
            MembershipFactory(mandate=mandate, body=bodies[code])
    MembershipFactory(body=bodies["FEMM"], role="substitute")
    MembershipFactory(body=bodies["BUDG"])
    sender = SenderFactory(is_default=True)
    # Returned mail comes back to an address of each letter's own.
    Sender.objects.filter(pk=sender.pk).update(bounce_domain="bounce.platform.example")


def approved_statement(officer, approver):
    """A statement of a campaign, in English, French and German, that a second person approved and that is public."""
    statement = write_statement(actor=officer)
    campaign = Campaign.objects.create(slug="compensation", starts_on=date(2026, 1, 1), officer=officer)
    CampaignText.objects.create(campaign=campaign, language="en", title="Compensation")
    Statement.objects.filter(pk=statement.pk).update(campaign=campaign)
    statement.refresh_from_db()
    approve_statement(statement, writer=officer, approver=approver)
    publishing.publish(statement, actor=approver)
    return statement


def answers(mailing):
    """What comes back for a letter that was sent: the bytes of each message, as servers would hand them in."""
    for member in MEMBERS:
        if member.comes_back not in ("", "refused"):
            sent = mailing.deliveries.select_related("mailing__sender").get(email=member.email)
            yield payload(member.comes_back, sent)
