"""One of the two graphs: a heading, and netron below."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from workbench.core.layer_data.views import GraphView
from workbench.ui.tabs.graph import tints
from workbench.ui.tabs.graph.web import GraphPage, Profile, css
from workbench.ui.text.i18n import counted
from workbench.ui.widgets import theme
from workbench.ui.widgets.labels import Plain, tooltip


class Side(QWidget):
    """Translates between layers and nodes of the page. `clicked(path)`; `opened(module)`: its box was clicked;
    `drawn()`; `failed(why)`."""

    clicked = Signal(str)
    opened = Signal(str)
    drawn = Signal()
    failed = Signal(str)

    def __init__(self, profile: Profile, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._nodes: dict[str, tuple[str, ...]] = {}
        self._owners: dict[str, str] = {}
        self.boxes: dict[str, str] = {}  # module by node
        self.head = Plain(title, self)
        self.head.setContentsMargins(theme.DOUBLE, 0, theme.UNIT, 0)
        self.head.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # long words widen nothing
        self.head.setForegroundRole(self.head.palette().ColorRole.PlaceholderText)
        self.page = GraphPage(profile, name, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addWidget(self.head)
        column.addWidget(self.page, 1)
        self.page.selected.connect(self._on_selected)
        self.page.drawn.connect(self._on_drawn)
        self.page.failed.connect(self.failed)

    def show_graph(self, graph: GraphView) -> None:
        self._nodes = dict(graph.nodes)
        self.boxes = dict(graph.boxes)
        self._owners = {node: path for path, nodes in graph.nodes.items() for node in nodes}
        self.head.setText(self.tr("{title} · drawing…").format(title=self._title))
        self.page.show_graph(graph.onnx)

    def complain(self, words: str) -> None:
        """Show why the graph is not the requested one."""
        self.head.setText(f"{self._title} · {words}")
        self.head.setToolTip(tooltip(words))

    def select(self, paths: Iterable[str]) -> None:
        self.page.select([node for path in paths for node in self._nodes.get(path, ())])

    def tint(self, shade: Callable[[str], tints.Shade]) -> None:
        """Give every layer's nodes, and every module's box, the colour that `shade` returns for its path."""
        colors = theme.colors()
        marks: dict[str, dict[str, str]] = {}
        boxed = {module: (node,) for node, module in self.boxes.items()}
        alone = {path: nodes for path, nodes in self._nodes.items() if not self.boxes.keys() & set(nodes)}
        for path, nodes in (alone | boxed).items():
            shaded = shade(path)
            fill = tints.fill(shaded, colors)
            tip = f"{path}\n{shaded.words}"
            if path in boxed:
                tip += "\n" + self.tr("Click: open the module")
            mark = {"fill": css(fill), "text": css(tints.text_on(fill)), "tip": tip}
            marks |= dict.fromkeys(nodes, mark)
        self.page.show_marks(marks)

    def _on_selected(self, node: str) -> None:
        if module := self.boxes.get(node):
            self.opened.emit(module)
        elif path := self._owners.get(node):
            self.clicked.emit(path)

    def _on_drawn(self, nodes: int) -> None:
        self.head.setText(counted("{title} · {n:,} nodes", nodes, "{title} · {n} node", title=self._title))
        self.head.setToolTip("")
        self.drawn.emit()
