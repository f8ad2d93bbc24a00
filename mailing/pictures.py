"""Pictures as they may leave: made anew from their dots alone, so that place, camera and other notes stay behind."""

import io

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

# As RELIABILITY has it: more dots than any letter shows, and fewer than it takes to fill a server's memory.
MOST_DOTS = 25_000_000
FORMATS = {"png": "PNG", "jpg": "JPEG"}


class PictureError(ValueError):
    """The picture cannot be used; the message says why and what to do."""


def clean(content: bytes, kind: str, *, within: tuple[int, int] | None = None) -> bytes:
    """The same picture without anything beside it; made smaller to fit `within` (width, height in dots).

    `kind` is "png" or "jpg" and stays what it is. Equal pictures give equal bytes. Raises PictureError.
    """
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[kind]]) as picture:
            if picture.width * picture.height > MOST_DOTS:
                raise PictureError(_("The picture has more than 25 million dots. Make it smaller."))
            upright = ImageOps.exif_transpose(picture)
            plain = upright.convert("RGB" if kind == "jpg" else "RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError) as error:
        if isinstance(error, PictureError):
            raise
        raise PictureError(_("The picture is damaged. Save it again and use that.")) from error
    if within:
        plain.thumbnail(within)
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, FORMATS[kind], **({"quality": 90} if kind == "jpg" else {"optimize": True}))
    return out.getvalue()
