"""Make resources/fonts/WorkbenchSigns-Regular.otf: the one sign that Inter lacks, ◐, drawn from Inter's own ○ and ●.

    pip install fonttools && python packaging/signs_font.py

Without it each machine would take the sign from another font, in another size, or show a box. The result is
renamed: it is a modified version under the SIL Open Font License (resources/fonts/OFL.txt).
"""

import sys
from pathlib import Path

from font_names import rename
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).resolve().parents[1] / "resources" / "fonts"
FAMILY = "Workbench Signs"
RING, DISC, HALF = "○", "●", "◐"
ROUND = 0.5523  # of the radius: where the handles of a quarter of a circle are


def main() -> int:
    font = TTFont(FOLDER / "Inter-Regular.otf")
    disc = BoundsPen(font.getGlyphSet())
    font.getGlyphSet()[font.getBestCmap()[ord(DISC)]].draw(disc)
    options = Options(
        layout_features=[],
        hinting=False,
        desubroutinize=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        recalc_timestamp=False,
        drop_tables=["GSUB", "GPOS", "GDEF", "DSIG", "STAT"],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(RING)])
    subsetter.subset(font)
    fill_left(font, disc.bounds)
    rename(font, FAMILY, "Regular", "from Inter")
    target = FOLDER / "WorkbenchSigns-Regular.otf"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes")
    return 0


def fill_left(font: TTFont, disc: tuple[float, float, float, float]) -> None:
    """The ring becomes ◐: its left half is filled as far as the disc goes."""
    name = font.getBestCmap()[ord(RING)]
    glyphs = font.getGlyphSet()
    bounds = BoundsPen(glyphs)
    glyphs[name].draw(bounds)
    (left, low, right, high), radius = bounds.bounds, (disc[3] - disc[1]) / 2
    across, middle = (left + right) / 2, (low + high) / 2
    radius = min(radius, (right - left) / 2)
    top = font["CFF "].cff.topDictIndex[0]
    pen = T2CharStringPen(glyphs[name].width, glyphs)
    glyphs[name].draw(pen)
    bow = ROUND * radius
    pen.moveTo((across, middle - radius))  # as the outer circle is drawn, so that the hole of the ring is filled
    pen.lineTo((across, middle + radius))
    pen.curveTo((across - bow, middle + radius), (across - radius, middle + bow), (across - radius, middle))
    pen.curveTo((across - radius, middle - bow), (across - bow, middle - radius), (across, middle - radius))
    pen.closePath()
    old = top.CharStrings[name]
    top.CharStrings[name] = pen.getCharString(old.private, old.globalSubrs)
    for table in font["cmap"].tables:
        table.cmap = {ord(HALF): name}


if __name__ == "__main__":
    sys.exit(main())
