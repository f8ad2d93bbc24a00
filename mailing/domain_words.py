"""The words for what transport.domains finds: what is wrong, and which record puts it right."""

from typing import Any

from django.utils.translation import gettext as _


def title_of(finding: dict[str, Any]) -> str:
    """One finding (transport.domains.Finding as JSON) as a heading."""
    about, code, values = finding["about"], finding["code"], finding.get("values", {})
    words = _titles().get((about, code)) or _titles().get(("", code)) or code
    return words % _filled(values) if values else words


def sentence_of(finding: dict[str, Any]) -> str:
    """What it means and what to do, in a sentence; "" where the heading says it all."""
    about, code, values = finding["about"], finding["code"], finding.get("values", {})
    words = _sentences().get((about, code)) or ""
    return words % _filled(values)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """All values a sentence may name: a row from an older version may lack some."""
    none = {"domain": "–", "name": "–", "lookups": 0, "bits": 0, "policy": "–", "host": "–", "term": "–", "most": 10}
    return none | values


def _titles() -> dict[tuple[str, str], str]:
    return {
        ("", "no_answer"): _("The DNS did not answer"),
        ("spf", "missing"): _("%(domain)s has no SPF record"),
        ("spf", "many"): _("%(name)s has more than one SPF record"),
        ("spf", "include_missing"): _("The SPF record includes %(name)s, which has none"),
        ("spf", "broken"): _("The SPF record cannot be read at “%(term)s”"),
        ("spf", "too_many"): _("The SPF record needs more than %(most)d look-ups"),
        ("spf", "open"): _("The SPF record lets everybody send"),
        ("spf", "weak"): _("The SPF record does not say who may not send"),
        ("spf", "fine"): _("SPF: %(lookups)d of 10 look-ups"),
        ("dkim", "no_selector"): _("It is not known which DKIM key signs for %(domain)s"),
        ("dkim", "missing"): _("There is no DKIM key at %(name)s"),
        ("dkim", "revoked"): _("The DKIM key at %(name)s is withdrawn"),
        ("dkim", "broken"): _("The DKIM key at %(name)s cannot be read"),
        ("dkim", "short"): _("The DKIM key at %(name)s has only %(bits)d bits"),
        ("dkim", "other_key"): _("The DKIM key at %(name)s is not the one we sign with"),
        ("dkim", "other_kind"): _("DKIM key at %(name)s"),
        ("dkim", "fine"): _("DKIM key at %(name)s: %(bits)d bits"),
        ("dmarc", "missing"): _("%(domain)s has no DMARC record"),
        ("dmarc", "many"): _("%(name)s has more than one DMARC record"),
        ("dmarc", "broken"): _("The DMARC record at %(name)s cannot be read"),
        ("dmarc", "fine"): _("DMARC: %(policy)s"),
        ("mx", "missing"): _("%(domain)s takes no mail"),
        ("mx", "null"): _("%(domain)s says that it takes no mail"),
        ("mx", "no_record"): _("%(domain)s has no MX record"),
        ("mx", "fine"): _("Answers come to %(host)s"),
        ("returned", "missing"): _("%(domain)s takes no returned mail"),
        ("returned", "null"): _("%(domain)s says that it takes no mail"),
        ("returned", "no_record"): _("%(domain)s has no MX record"),
        ("returned", "fine"): _("Returned mail comes to %(host)s"),
    }


def _sentences() -> dict[tuple[str, str], str]:
    spam = _("Without it mail servers, that of the Parliament too, may put our mail in spam.")
    return {
        ("spf", "missing"): _("Add a TXT record at %(domain)s: v=spf1, the servers that send for it, -all.")
        + " "
        + spam,
        ("spf", "many"): _("Receivers then use none of them. Put them together in one record."),
        ("spf", "include_missing"): _("Receivers then use none of the record. Take that name out."),
        ("spf", "broken"): _("Receivers then use none of the record at %(name)s. Correct that part."),
        ("spf", "too_many"): _("Receivers stop there and use none of it. Take out what sends no mail any more."),
        ("spf", "open"): _("It ends with +all. Let it end with -all or ~all."),
        ("spf", "weak"): _("Let it end with -all or ~all."),
        ("dkim", "no_selector"): _("Write its selector beside the sender, so that the key can be looked at."),
        ("dkim", "missing"): _("Add the TXT record that the mail server or the provider gives for it.") + " " + spam,
        ("dkim", "revoked"): _("Its p= is empty. Publish the key that signs, or name the other selector."),
        ("dkim", "broken"): _("Copy the record again from the mail server or the provider."),
        ("dkim", "short"): _("Receivers refuse keys below 1024 bits. Make one of 2048."),
        ("dkim", "other_key"): _("Every signature of ours fails. Publish the key that belongs to DKIM_KEYS."),
        ("dmarc", "missing"): _("Add a TXT record at _dmarc.%(domain)s: v=DMARC1; p=none; rua=mailto:…") + " " + spam,
        ("dmarc", "many"): _("Receivers then use none of them. Keep one."),
        ("dmarc", "broken"): _("It needs p=none, p=quarantine or p=reject."),
        ("mx", "missing"): _("Nobody could answer. Add an MX record at %(domain)s."),
        ("mx", "null"): _("Nobody could answer. Take the null MX record away, or send from another address."),
        ("mx", "no_record"): _("Mail goes to the host of that name. An MX record is safer."),
        ("returned", "missing"): _("What cannot be delivered would be lost. Add an MX record at %(domain)s."),
        ("returned", "null"): _("What cannot be delivered would be lost. Name another domain for returned mail."),
        ("returned", "no_record"): _("Returned mail goes to the host of that name. An MX record is safer."),
    }
