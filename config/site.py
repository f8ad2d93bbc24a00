"""What the public pages say about the site itself; read from the environment like the rest of the settings."""

from datetime import datetime

from django.core.exceptions import ImproperlyConfigured

from config.env import read

SOURCE_URL = read(
    "url", "SOURCE_URL", "", "Where visitors get this site's source code (AGPL, section 13); empty: from this site."
)
PRIVACY_URL = read("url", "PRIVACY_URL", "", "The organisation's own privacy notice; the site's page links to it.")
HELPLINE_URL = read("url", "HELPLINE_URL", "", "Where somebody who needs help now finds it; empty: no such line.")
SECURITY_CONTACT = read(
    "str", "SECURITY_CONTACT", "", "mailto: or https: address for reports of weaknesses; empty: no security.txt."
)
MAINTENANCE_UNTIL = read(
    "str", "MAINTENANCE_UNTIL", "", "Office time such as 2026-11-27T14:30 until which every page says so; empty: open."
)
if MAINTENANCE_UNTIL:
    try:
        datetime.fromisoformat(MAINTENANCE_UNTIL)
    except ValueError as error:
        sentence = "MAINTENANCE_UNTIL is a time such as 2026-11-27T14:30. See docs/settings.md."
        raise ImproperlyConfigured(sentence) from error
