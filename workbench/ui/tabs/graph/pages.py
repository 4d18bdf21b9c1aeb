"""netron's own files, modified when served, and this program's beside them."""

import importlib.metadata
import importlib.util
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath

from workbench.core.base.resources import resource_path

VERSION = "9.3.3"  # the bridge depends on private parts of netron
INDEX = "index.html"
OURS = {
    "bridge.js": "graph/bridge.js",
    "graph.css": "graph/graph.css",
    "Inter-Regular.otf": "fonts/Inter-Regular.otf",
    "Inter-Medium.otf": "fonts/Inter-Medium.otf",
}
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".otf": "font/otf",
    ".onnx": "application/octet-stream",
}
# This program's theme decides, not Chromium's idea of the desktop: dark rules become rules under html.dark, with no
# more than they did, so that those of graph.css come before them.
DARK = ("@media (prefers-color-scheme: dark)", ":where(html.dark)")


@cache
def folder() -> Path | None:
    """Return the folder of the installed netron, which is not imported, as that would start its server."""
    found = importlib.util.find_spec("netron")
    return Path(found.origin).parent if found and found.origin else None


def refusal() -> str:
    """Return why netron cannot be used, or ""."""
    if folder() is None:
        return f"netron {VERSION} is not installed"
    version = importlib.metadata.version("netron")
    return "" if version == VERSION else f"netron is {version}, not {VERSION}"


def page(name: str) -> tuple[bytes, bytes] | None:
    """Return media type and content of a file, or None if there is no such file. `name` is a plain file name."""
    kind = TYPES.get(PurePosixPath(name).suffix)
    where = folder()
    if kind is None or where is None or PurePosixPath(name).name != name:
        return None
    path = resource_path(OURS[name]) if name in OURS else where / name
    if not path.is_file():
        return None
    content = path.read_bytes()
    if name in PATCHES:
        content = PATCHES[name](content.decode("utf-8")).encode("utf-8")
    return kind.encode(), content


def _index(text: str) -> str:
    """Return the start page without expiry, and without a version that counts as a release and is reported, but with
    this program's style and bridge."""
    text = _once(r'<meta name="date" content="[^"]*">', "", text)
    text = _once(r'<meta name="version" content="[^"]*">', '<meta name="version" content="0.0.0">', text)
    text = _once(r'(?=<script type="text/javascript" src="index.js">)', '<script src="bridge.js"></script>\n', text)
    text = _once(r"(?=</head>)", '<link rel="stylesheet" href="graph.css">\n', text)
    return text.replace(*DARK)


def _browser(text: str) -> str:
    """Return the script without netron's menu, whose keys belong to the window."""
    return _once(r"\bmenu: true\b", "menu: false", text)


def _brackets(text: str) -> str:
    """Return the text with mathematical angle brackets, as the Chinese ones that netron uses are missing in many
    fonts."""
    for wanted, found in (("\u27e8", "\u3008"), ("\u27e9", "\u3009")):
        text = (
            text.replace(found, wanted).replace(f"\\u{ord(found):04x}", wanted).replace(f"\\u{ord(found):04X}", wanted)
        )
    return text


def _once(pattern: str, replacement: str, text: str) -> str:
    """Replace exactly one match. Raises ValueError if netron differs from what is expected: no page is better than one
    that is half changed."""
    changed, count = re.subn(pattern, lambda _: replacement, text)
    if count != 1:
        raise ValueError(f"netron's files have {count} times {pattern}")
    return changed


def _view(text: str) -> str:
    """Return the script with modules that are drawn as boxes labelled by their whole path."""
    last = "node.type.name.split('.').pop()"
    return _once(re.escape(last), f"(node.type.module === 'module' ? node.type.name : {last})", _brackets(text))


PATCHES: dict[str, Callable[[str], str]] = {
    INDEX: _index,
    "browser.js": _browser,
    "view.js": _view,
    "onnx.js": _brackets,
    "grapher.css": lambda text: text.replace(*DARK),
}
