"""Invented rows for tests. Nobody here is real; every address ends in .example."""

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from advocacy.models import Statement, StatementText
from contacts.models import Affiliation, Body, Contact, ContactList, Mandate, Membership, Organisation, Salutation
from mailing.models import Mailing, MailingContent, Sender

PASSWORD = "a long enough password"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"colleague{n}@platform.example")
    name = factory.Sequence(lambda n: f"Colleague {n}")
    role = "officer"
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def affiliation(self, create, extracted, **kwargs):
        """A colleague works for the platform unless `affiliation=False`."""
        if create and extracted is not False:
            Affiliation.objects.create(user=self, organisation=extracted or Organisation.objects.platform())


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    given_name = factory.Sequence(lambda n: f"Given{n}")
    family_name = factory.Sequence(lambda n: f"Family{n}")
    email = factory.Sequence(lambda n: f"contact{n}@parliament.example")
    gender = "F"
    country = "IE"
    language = ""


class BodyFactory(DjangoModelFactory):
    class Meta:
        model = Body
        django_get_or_create = ("kind", "code")

    kind = "committee"
    code = "LIBE"
    name = factory.LazyAttribute(lambda body: body.code)


class MandateFactory(DjangoModelFactory):
    class Meta:
        model = Mandate

    contact = factory.SubFactory(ContactFactory)
    ep_id = factory.Sequence(lambda n: 900_000 + n)
    term = 10
    country = factory.SelfAttribute("contact.country")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    mandate = factory.SubFactory(MandateFactory)
    body = factory.SubFactory(BodyFactory)
    role = "member"


class SalutationFactory(DjangoModelFactory):
    class Meta:
        model = Salutation
        django_get_or_create = ("language", "gender")

    language = "en"
    gender = "F"
    opening = "Dear Ms {family_name},"
    closing = "Yours sincerely,"


class ContactListFactory(DjangoModelFactory):
    class Meta:
        model = ContactList

    name = factory.Sequence(lambda n: f"List {n}")


class StatementFactory(DjangoModelFactory):
    class Meta:
        model = Statement

    reference = factory.Sequence(lambda n: f"TST-S-2026-{n:03}")
    slug = factory.Sequence(lambda n: f"statement-{n}")
    details = factory.LazyFunction(lambda: {"occasion": "A day in October", "contact": "The press office"})


class StatementTextFactory(DjangoModelFactory):
    class Meta:
        model = StatementText

    statement = factory.SubFactory(StatementFactory)
    language = "en"
    title = "Compensation is a right"
    body = "<p>People who were trafficked have a right to compensation.</p>"
    is_reviewed = True


class SenderFactory(DjangoModelFactory):
    class Meta:
        model = Sender
        django_get_or_create = ("from_email",)
        skip_postgeneration_save = True

    name = "Test Platform"
    from_email = "advocacy@platform.example"
    reply_to = "officer@platform.example"
    person = "Ana Novak"
    person_role = "Policy officer"

    @factory.post_generation
    def register_number(self, create, extracted, **kwargs):
        """Whoever has a sender is set up to write to the Parliament: its number is there. `register_number=""`: not."""
        number = "153882995425-37" if extracted is None else extracted
        if create and number:
            Organisation.objects.filter(is_platform=True, transparency_register_id="").update(
                transparency_register_id=number
            )


class MailingFactory(DjangoModelFactory):
    class Meta:
        model = Mailing

    reference = factory.Sequence(lambda n: f"TST-2026-{n:03}")
    title = "Compensation before the vote"
    sender = factory.SubFactory(SenderFactory)


class MailingContentFactory(DjangoModelFactory):
    class Meta:
        model = MailingContent

    mailing = factory.SubFactory(MailingFactory)
    language = "en"
    subject = "Compensation for victims"
    body = "<p>{{ salutation }}</p><p>Please support the six points.</p><p>{{ closing }}</p>"
    is_reviewed = True
