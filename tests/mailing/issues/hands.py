"""What tests do on the pages of issues: read a page, find an address, send a form as a browser would."""

import html
import re

from django.urls import reverse


def page(response):
    """A response as text."""
    return html.unescape(response.content.decode())


def address(name, mailing, *more, lang=""):
    """The address of a page of an issue."""
    return reverse(f"newsletters:{name}", args=[mailing.reference, *more]) + (f"?lang={lang}" if lang else "")


def form_of(response, form="text-form"):
    """What a browser would send from a form of a page: names and values, as they stand there."""
    whole = response.content.decode()
    part = whole[whole.index(f'id="{form}"') :]
    part = part[: part.index("</form>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", part):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attrs.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in attrs:
            found[attrs["name"]] = html.unescape(attrs.get("value", ""))
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', part, re.DOTALL):
        found[name] = html.unescape(body).lstrip("\n")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', part, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(r'<option value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def opened(desk, issue, lang="en"):
    return form_of(desk.get(address("issue_write", issue, lang=lang)))
