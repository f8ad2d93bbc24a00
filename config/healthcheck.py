"""Asks this container's own web server whether all is well; the Dockerfile's HEALTHCHECK. Standard library only.

It asks by the site's own host name, since Django answers to no other.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

URL = "http://127.0.0.1:8000/healthz"


def main() -> int:
    """0 when /healthz says 200, else 1."""
    host = urlsplit(os.environ.get("SITE_URL", "http://localhost:8000")).netloc
    request = urllib.request.Request(URL, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=4) as response:  # noqa: S310
            return 0 if response.status == 200 else 1
    except (urllib.error.URLError, OSError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
