"""A QR code as the path of an SVG: the template draws it, and nothing needs to be trusted as markup."""

from dataclasses import dataclass

import qrcode

QUIET_ZONE = 4  # modules, as the standard asks


@dataclass(frozen=True, slots=True)
class Picture:
    """`path` in modules; `size` is the side of the square, quiet zone included."""

    path: str
    size: int


def picture_of(text: str) -> Picture:
    """Rows of dark modules, each run a rectangle."""
    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    matrix = code.get_matrix()
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            width = 0
            while x + width < len(row) and row[x + width]:
                width += 1
            if width:
                runs.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width or 1
    return Picture("".join(runs), len(matrix))
