"""Where a request comes from, as far as a limit needs to know; the address itself is stored and logged nowhere."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# A household or an office gets a whole network of IPv6, and could ask from another address each time.
NETWORK = 64


def client_address(request: HttpRequest) -> str:
    """The network address of whoever asks, of IPv6 its /64; "" where none is known.

    Behind TRUSTED_PROXIES proxies it is what the outermost of them saw: the last entries of X-Forwarded-For are theirs.
    What a client writes there itself is never believed.
    """
    proxies = settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    seen = hops[-proxies] if proxies and len(hops) >= proxies else ""
    return _normal(seen) or _normal(request.META.get("REMOTE_ADDR", ""))


def _normal(text: str) -> str:
    try:
        address = ip_address(text.strip("[] "))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), NETWORK), strict=False))
    return str(address)
