"""The graph of the model, original and compressed, drawn by netron.

netron is made for a browser: it asks for consent, reports what it is used for, and comes with a server. None of that
runs here. Its package files are read by `pages`, handed to the engine by `web` under a scheme of our own, and whatever
else a page asks for is refused. `tab` joins the pages with the session; `obstacle` knows what can keep WebEngine from
starting. Importing this package imports no WebEngine: that happens when the tab is looked at for the first time.
"""

from workbench.ui.tabs.graph.tab import GraphTab

__all__ = ["GraphTab"]
