"""What the DNS says of a sender's domain, asked of a real server on loopback."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.transport.dns_server import dns_server
from transport.domains import check
from transport.lookups import Lookups, NotAsked

DOMAIN = "platform.example"
TEN = "a mx a:b.example mx:c.example exists:d.example ptr a:e.example a:f.example a:g.example a:h.example"


def record_of(key):
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def zone(key):
    """A domain as it should be."""
    return {
        DOMAIN: {
            "TXT": ["something=else", f"v=spf1 include:_spf.{DOMAIN} mx -all"],
            "MX": [f"20 b.{DOMAIN}.", f"10 a.{DOMAIN}."],
        },
        f"_spf.{DOMAIN}": {"TXT": ["v=spf1 ip4:192.0.2.1 ~all"]},
        f"news._domainkey.{DOMAIN}": {"TXT": [record_of(key)]},
        f"_dmarc.{DOMAIN}": {"TXT": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@platform.example"]},
    }


@pytest.fixture
def server(zone, settings):
    settings.CHECK_DOMAINS = True
    settings.DKIM_KEYS = []
    with dns_server(zone) as found:
        settings.DNS_SERVERS = [found.address]
        yield found


def found(**options):
    health = check(options.pop("domain", DOMAIN), **{"selectors": ["news"], **options})
    return health, {finding.about: finding for finding in health.findings}


def test_a_domain_in_order_is_ok_with_what_was_seen(server):
    health, lines = found()
    assert health.state == "ok"
    assert lines["spf"].values["lookups"] == 2
    assert lines["dkim"].values["bits"] == 2048
    assert lines["dmarc"].values["policy"] == "quarantine"
    assert lines["mx"].values["host"] == f"a.{DOMAIN}"


def test_a_key_of_several_strings_is_put_together(server, zone):
    assert len(zone[f"news._domainkey.{DOMAIN}"]["TXT"][0]) > 255
    assert found()[1]["dkim"].tone == "ok"


@pytest.mark.parametrize(
    ("record", "tone", "code"),
    [
        (None, "bad", "missing"),
        ("v=spf10 -all", "bad", "missing"),
        ("v=spf1 +all", "bad", "open"),
        ("v=spf1 all", "bad", "open"),
        ("v=spf1 ?all", "warn", "weak"),
        ("v=spf1 ip4:192.0.2.1", "warn", "weak"),
        ("V=SPF1 ip4:192.0.2.1 -ALL", "ok", "fine"),
        ("v=spf1 include:nowhere.example -all", "bad", "include_missing"),
        ("v=spf1 ipv4:192.0.2.1 -all", "bad", "broken"),
        ("v=spf1 include: -all", "bad", "broken"),
        ("v=spf1 !!! -all", "bad", "broken"),
        ("v=spf1 redirect=_spf.platform.example", "ok", "fine"),
        ("v=spf1 include:%{ir}.list.example unknown=x -all", "ok", "fine"),
        (f"v=spf1 {TEN} -all", "ok", "fine"),
        (f"v=spf1 {TEN} a:i.example -all", "bad", "too_many"),
    ],
)
def test_spf(server, zone, record, tone, code):
    zone[DOMAIN]["TXT"] = [record] if record else []
    line = found()[1]["spf"]
    assert (line.tone, line.code) == (tone, code)


def test_two_spf_records_are_none(server, zone):
    zone[DOMAIN]["TXT"] = ["v=spf1 -all", "v=spf1 mx -all"]
    assert found()[1]["spf"].code == "many"


def test_a_record_that_includes_itself_ends(server, zone):
    zone[DOMAIN]["TXT"] = [f"v=spf1 include:{DOMAIN} -all"]
    assert found()[1]["spf"].code == "too_many"


@pytest.mark.parametrize(
    ("record", "tone", "code"),
    [
        (None, "bad", "missing"),
        ("v=DKIM1; k=rsa; p=", "bad", "revoked"),
        ("v=DKIM1; k=rsa; p=not base64", "bad", "broken"),
        ("v=DKIM1; k=rsa; p=aGVsbG8=", "bad", "broken"),
        ("v=DKIM1; k=ed25519; p=aGVsbG8=", "ok", "other_kind"),
    ],
)
def test_dkim(server, zone, record, tone, code):
    zone[f"news._domainkey.{DOMAIN}"] = {"TXT": [record] if record else []}
    line = found()[1]["dkim"]
    assert (line.tone, line.code) == (tone, code)


def test_a_shorter_key_is_worth_a_look(server, zone):
    zone[f"news._domainkey.{DOMAIN}"] = {"TXT": [record_of(rsa.generate_private_key(65537, 1024))]}
    line = found()[1]["dkim"]
    assert (line.tone, line.code, line.values["bits"]) == ("warn", "fine", 1024)


def test_without_a_selector_nobody_knows_the_key(server):
    line = found(selectors=[])[1]["dkim"]
    assert (line.tone, line.code) == ("warn", "no_selector")


def test_the_published_key_must_be_the_one_we_sign_with(server, settings, key, tmp_path):
    path = tmp_path / "dkim.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.DKIM_KEYS = [f"{DOMAIN}:news:{path}"]
    assert found(selectors=[])[1]["dkim"].tone == "ok"
    other = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "other.pem"
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings.DKIM_KEYS = [f"{DOMAIN}:news:{path}"]
    assert found(selectors=[])[1]["dkim"].code == "other_key"


@pytest.mark.parametrize(
    ("records", "tone", "code"),
    [
        ([], "bad", "missing"),
        (["v=DMARC1; p=none"], "ok", "fine"),
        (["v=DMARC1; p=maybe"], "bad", "broken"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "bad", "many"),
    ],
)
def test_dmarc(server, zone, records, tone, code):
    zone[f"_dmarc.{DOMAIN}"] = {"TXT": records}
    line = found()[1]["dmarc"]
    assert (line.tone, line.code) == (tone, code)


def test_a_policy_of_the_domain_above_counts_with_its_sp(server, zone):
    zone[f"_dmarc.{DOMAIN}"] = {"TXT": ["v=DMARC1; p=none; sp=reject"]}
    line = found(domain=f"mail.{DOMAIN}")[1]["dmarc"]
    assert (line.tone, line.values["policy"], line.values["name"]) == ("ok", "reject", f"_dmarc.{DOMAIN}")


def test_answers_need_a_mail_server(server, zone):
    zone[DOMAIN]["MX"] = ["0 ."]
    assert found()[1]["mx"].code == "null"
    zone[DOMAIN]["MX"] = []
    assert (found()[1]["mx"].tone, found()[1]["mx"].code) == ("bad", "missing")
    zone[DOMAIN]["A"] = ["192.0.2.7"]
    assert (found()[1]["mx"].tone, found()[1]["mx"].code) == ("warn", "no_record")


def test_spf_counts_where_returned_mail_goes(server, zone):
    zone["bounces.platform.example"] = {"TXT": ["v=spf1 -all"], "MX": [f"10 a.{DOMAIN}."]}
    lines = found(returned_to="bounces.platform.example")[1]
    assert lines["spf"].values["domain"] == "bounces.platform.example"
    assert lines["returned"].tone == "ok"
    del zone["bounces.platform.example"]
    lines = found(returned_to="bounces.platform.example")[1]
    assert (lines["spf"].code, lines["returned"].code) == ("missing", "missing")


def test_a_server_that_says_nothing_is_not_a_domain_that_has_nothing(server):
    server.is_silent = True
    health = check(DOMAIN, selectors=["news"], lookups=Lookups(seconds=0.1))
    assert health.state == "unknown"
    assert {finding.code for finding in health.findings} == {"no_answer"}
    # Two questions stayed without an answer; the others were not asked.
    assert len({message[12:] for message in server.asked}) == 2


def test_one_silence_leaves_the_rest_known(server):
    server.silent_names = {f"_dmarc.{DOMAIN}"}
    health = check(DOMAIN, selectors=["news"], lookups=Lookups(seconds=0.1))
    assert {finding.about: finding.tone for finding in health.findings} == {
        "spf": "ok",
        "dkim": "ok",
        "dmarc": "unknown",
        "mx": "ok",
    }


def test_nobody_is_asked_when_it_is_off(server, settings):
    settings.CHECK_DOMAINS = False
    assert check(DOMAIN, selectors=["news"]).state == "unknown"
    with pytest.raises(NotAsked):
        Lookups().texts(DOMAIN)
    assert server.asked == []


@pytest.mark.parametrize("name", ["a..b.example", "x" * 64 + ".example", "-", "ü.example"])
def test_a_name_that_is_none_is_not_known(server, name):
    assert check(name, selectors=["news"]).state in {"unknown", "bad"}
