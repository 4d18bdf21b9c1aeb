"""Window of the documentation: a searchable index, and the page. Read from disk; nothing is loaded from elsewhere."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.help import documents
from workbench.ui.widgets import theme
from workbench.ui.widgets.rows import WholeRows

SIZE, INDEX_WIDTH = (980, 720), 260
SCHEME = "page"  # of the browser's addresses: page:first-steps.md


class Documentation(QWidget):
    """A second window, beside the main one."""

    def __init__(self, folder: Path, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("documentation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Documentation"))
        self.resize(*SIZE)
        self.pages = documents.read(folder)
        self.search = QLineEdit(self, placeholderText=self.tr("Search"), clearButtonEnabled=True)
        self.search.setAccessibleName(self.tr("Search"))
        self.index = QListWidget(self)
        WholeRows(self.index)
        self.index.setAccessibleName(self.tr("Pages"))
        self.index.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.browser = Browser(self.pages, self)
        self.browser.setAccessibleName(self.tr("Page"))
        self.back = QPushButton(self.tr("Back"), self)
        self.forward = QPushButton(self.tr("Forward"), self)
        self._lay_out()
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(lambda: self.index.setCurrentRow(0))
        self.index.currentItemChanged.connect(self._on_chosen)
        self.back.clicked.connect(self.browser.backward)
        self.forward.clicked.connect(self.browser.forward)
        self.browser.backwardAvailable.connect(self.back.setEnabled)
        self.browser.forwardAvailable.connect(self.forward.setEnabled)
        self.browser.historyChanged.connect(self._on_source)  # `sourceChanged` is emitted before the source changes
        theme.signals.changed.connect(self.browser.reload)
        for keys, verb in ((QKeySequence.StandardKey.Find, self.search.setFocus), ("Escape", self.close)):
            QShortcut(QKeySequence(keys), self, verb)
        self._fill()
        self.browser.go(documents.INDEX)

    def _lay_out(self) -> None:
        side = QWidget(self)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.index)
        row = QHBoxLayout()
        for button in (self.back, self.forward):
            button.setEnabled(False)
            row.addWidget(button)
        row.addStretch()
        column.addLayout(row)
        split = QSplitter(self)
        split.addWidget(side)
        split.addWidget(self.browser)
        split.setSizes([INDEX_WIDTH, SIZE[0] - INDEX_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.DOUBLE, theme.DOUBLE, theme.DOUBLE, theme.DOUBLE)
        layout.addWidget(split)

    def _fill(self) -> None:
        """List the pages that contain the search words."""
        self.index.blockSignals(True)
        self.index.clear()
        for name in documents.matching(self.pages, self.search.text()):
            item = QListWidgetItem(self.pages[name].title, self.index)
            item.setData(Qt.ItemDataRole.UserRole, name)
            if name == self.browser.page:
                self.index.setCurrentItem(item)
        self.index.blockSignals(False)
        self.browser.mark(self.search.text())

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(Qt.ItemDataRole.UserRole) != self.browser.page:
            self.browser.go(item.data(Qt.ItemDataRole.UserRole))

    def _on_source(self) -> None:
        """Select the shown page in the index, however it was reached."""
        rows = {self.index.item(row).data(Qt.ItemDataRole.UserRole): row for row in range(self.index.count())}
        self.index.setCurrentRow(rows.get(self.browser.page, -1))
        self.browser.mark(self.search.text())


class Browser(QTextBrowser):
    """Shows the pages; an external link is passed to the desktop."""

    def __init__(self, pages: dict[str, documents.Document], parent: QWidget) -> None:
        super().__init__(parent)
        self._pages = pages
        self.setOpenLinks(False)
        self.document().setDocumentMargin(theme.DOUBLE)
        self.anchorClicked.connect(self._follow)

    @property
    def page(self) -> str:
        return self.source().path()

    def go(self, name: str, place: str = "") -> None:
        """Go to an existing page, and to a heading of it."""
        url = QUrl(f"{SCHEME}:{name}")
        if place:
            url.setFragment(place)
        self.setSource(url, QTextDocument.ResourceType.MarkdownResource)
        self._scroll(place)

    def loadResource(self, _type: int, name: QUrl | str) -> object:
        """Return a page; Qt asks here for everything that a page consists of, and only pages exist."""
        url = QUrl(name)
        page = self._pages.get(url.path())
        return page.text if page is not None and url.scheme() == SCHEME else None

    def _follow(self, link: QUrl) -> None:
        if link.scheme() in ("http", "https"):
            QDesktopServices.openUrl(link)
            return
        given = link.path() if link.scheme() == SCHEME else link.toString()
        name, place = documents.resolved(self.page, given + (f"#{link.fragment()}" if link.scheme() == SCHEME else ""))
        if name in self._pages:
            self.go(name, place)

    def _scroll(self, place: str) -> None:
        block = self.document().begin()
        while place and block.isValid():
            if block.blockFormat().headingLevel() and documents.anchor(block.text()) == place:
                self.verticalScrollBar().setValue(round(self.document().documentLayout().blockBoundingRect(block).y()))
                return
            block = block.next()

    def mark(self, words: str) -> None:
        """Select the first of these words on the page."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        self.setTextCursor(cursor)
        for word in words.split():
            if self.find(word):
                return
