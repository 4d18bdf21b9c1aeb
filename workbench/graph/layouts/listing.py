"""List of all layouts; a new one needs an entry here (see `layout`)."""

from workbench.graph.layouts.codes import CODINGS
from workbench.graph.layouts.gaps import GAPS4, GAPS8
from workbench.graph.layouts.layout import Layout
from workbench.graph.layouts.mask import Mask
from workbench.graph.layouts.plain import Plain
from workbench.graph.layouts.positions import Positions
from workbench.graph.layouts.shaped import Flat, Shaped

PLAIN = Plain()
SHAPED = Shaped()
FLAT = Flat()
LAYOUTS: tuple[Layout, ...] = (
    PLAIN,
    SHAPED,
    FLAT,
    Mask(),
    GAPS4,
    GAPS8,
    Positions(),
    *CODINGS,
)  # the first of several equally small ones is taken
