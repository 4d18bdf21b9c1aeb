"""One graph in one page of the web engine, isolated: it receives only what is served here, and sends nothing out.

Imported when the tab is first shown, because it imports WebEngine. By then two conditions must hold: the application
has AA_ShareOpenGLContexts (see app), and no page was created before the scheme is registered, which this module does
when it is imported.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QColor
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from workbench.ui.tabs.graph import pages, words
from workbench.ui.widgets import theme

SCHEME = b"graph"
MODEL, EVENT = "model.onnx", "event"
Attribute = QWebEngineSettings.WebAttribute
OFF = (
    Attribute.LocalContentCanAccessRemoteUrls,
    Attribute.LocalContentCanAccessFileUrls,
    Attribute.JavascriptCanOpenWindows,
    Attribute.JavascriptCanAccessClipboard,
    Attribute.PluginsEnabled,
    Attribute.PdfViewerEnabled,
    Attribute.DnsPrefetchEnabled,
    Attribute.NavigateOnDropEnabled,
    Attribute.FullScreenSupportEnabled,
    Attribute.WebRTCPublicInterfacesOnly,
)


def _register() -> None:
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


_register()


class Doorkeeper(QWebEngineUrlRequestInterceptor):
    """Refuses every request outside this program's scheme, and keeps a list of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.passed = 0
        self.refused: list[str] = []

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        if info.requestUrl().scheme().encode() == SCHEME:
            self.passed += 1
        else:
            self.refused.append(info.requestUrl().toString())
            info.block(True)


class Server(QWebEngineUrlSchemeHandler):
    """Serves from memory and from netron's folder. `told(host, event, detail)`: a message from a page's script."""

    told = Signal(str, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models: dict[str, bytes] = {}  # by host

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        name = url.path().strip("/")
        if name == EVENT:
            _reply(job, b"text/plain", b"")
            said = json.loads(unquote(url.query(QUrl.ComponentFormattingOption.FullyEncoded)))
            self.told.emit(url.host(), said["event"], said["detail"])
            return
        found = (b"application/octet-stream", self.models.get(url.host(), b"")) if name == MODEL else pages.page(name)
        if found is None:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
        else:
            _reply(job, *found)


def _reply(job: QWebEngineUrlRequestJob, kind: bytes, content: bytes) -> None:
    buffer = QBuffer(job)  # must live as long as the job
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(QByteArray(kind), buffer)


class Profile(QWebEngineProfile):
    """Off the record: no cache, no cookies, nothing on disk. Must outlive its pages."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.doorkeeper = Doorkeeper(self)
        self.server = Server(self)
        self.setUrlRequestInterceptor(self.doorkeeper)
        self.installUrlSchemeHandler(QByteArray(SCHEME), self.server)
        for attribute in OFF:
            self.settings().setAttribute(attribute, False)
        self.settings().setAttribute(Attribute.ShowScrollBars, True)


class Page(QWebEnginePage):
    """Does not navigate, opens no dialogs, and does not write to the log."""

    def acceptNavigationRequest(self, url: QUrl | str, kind: QWebEnginePage.NavigationType, main: bool) -> bool:
        return QUrl(url).scheme().encode() == SCHEME

    def chooseFiles(self, *_: Any) -> list[str]:
        return []

    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> QWebEnginePage:
        return None  # type: ignore[return-value]

    def javaScriptConsoleMessage(self, *_: Any) -> None:
        pass


class GraphPage(QWidget):
    """netron with one graph.

    drawn      a graph is shown, with this many nodes
    selected   a node was clicked: its name
    failed     netron, or the process that runs it, failed: why
    """

    drawn = Signal(int)
    selected = Signal(str)
    failed = Signal(str)

    def __init__(self, profile: Profile, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._server = profile.server
        self._loaded = False
        self._waiting: dict[str, Any] = {}
        self._model = 0
        if QApplication.platformName() != "offscreen":
            # A window inside ours: else Qt makes the main window again, to draw it with OpenGL, and it
            # flashes. Must come before the view.
            self.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
            self.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self.view = QWebEngineView(self)
        self.view.setPage(Page(profile, self.view))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.view.setAcceptDrops(False)  # dropped files are for the window
        self.view.page().renderProcessTerminated.connect(self._on_terminated)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self._server.told.connect(self._on_told)
        theme.signals.changed.connect(self._show_theme)
        self._show_theme()
        self._tell(hint=self.tr("Double-click: properties"), words=words.netrons())
        self.load()

    def load(self) -> None:
        """Start netron, also again after it has failed."""
        self._loaded = False
        self.view.load(QUrl(f"{SCHEME.decode()}://{self._name}/{pages.INDEX}"))

    def show_graph(self, onnx: bytes) -> None:
        self._server.models[self._name] = onnx
        self._model += 1
        self._tell(model=self._model)

    def show_marks(self, marks: dict[str, dict[str, str]]) -> None:
        """Colour nodes by name: `fill` and `text` of the title as CSS colours, `tip` as words. Others look neutral."""
        self._tell(marks=marks)

    def select(self, nodes: list[str]) -> None:
        """Show these nodes as selected, and scroll them into view. Emits nothing."""
        self._tell(selection=nodes)

    def picture(self, then: Callable[[str], object]) -> None:
        """Call `then` with the whole graph as SVG, including what is scrolled out of view; "" if nothing is drawn."""
        self.view.page().runJavaScript("workbench.svg()", 0, lambda text: then(str(text or "")))

    def close_properties(self) -> None:
        """Close netron's panel of properties, if it is open."""
        self.view.page().runJavaScript("workbench.close()")

    def _show_theme(self) -> None:
        colors = theme.colors()
        self.view.page().setBackgroundColor(colors.surface)
        named = {
            name: css(getattr(colors, name))
            for name in ("surface", "raised", "hover", "border", "outline", "text", "muted", "accent")
        }
        self._tell(theme={"dark": colors.dark, "colors": named})

    def _tell(self, **state: Any) -> None:
        """Update parts of the page's state, at once or when it has started."""
        self._waiting |= state
        if self._loaded:
            waiting, self._waiting = self._waiting, {}
            self.view.page().runJavaScript(f"workbench.show({json.dumps(waiting)})")

    def _on_told(self, host: str, event: str, detail: Any) -> None:
        if host != self._name:
            return
        match event:
            case "loaded":
                self._loaded = True
                self._tell()
            case "drawn":
                self.drawn.emit(detail)
            case "selected":
                self.selected.emit(detail)
            case "failed":
                self.failed.emit(detail)

    def _on_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        self._loaded = False
        if status != QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            self.failed.emit(self.tr("The process that draws the graph stopped (code {code}).").format(code=code))


def css(color: QColor) -> str:
    return color.name()
