"""Graph tab: the graph of the model, original and compressed, drawn by netron.

netron is made for a browser: it asks for consent, reports usage, and comes with a server. None of that runs here. Its
package files are read by `pages` and served by `web` under a private URL scheme; any other request of a page is
refused. `tab` connects the pages with the session; `obstacle` detects what keeps WebEngine from starting. Importing
this package imports no WebEngine: that happens when the tab is first shown.
"""

from workbench.ui.tabs.graph.tab import GraphTab

__all__ = ["GraphTab"]
