"""netron's own words in the language of the window."""

from workbench.ui.text.i18n import tr


def netrons() -> dict[str, str]:
    """Return a translation for each word of netron's buttons and of its panel of properties."""
    return {
        "Zoom In": tr("Zoom in"),
        "Zoom Out": tr("Zoom out"),
        "Back": tr("Back"),
        "Close": tr("Close"),
        "Show Tensor": tr("Show tensor"),
        "Model Properties": tr("Model properties"),
        "Target Properties": tr("Graph properties"),
        "Graph Properties": tr("Graph properties"),
        "Function Properties": tr("Function properties"),
        "Node Properties": tr("Node properties"),
        "Connection Properties": tr("Connection properties"),
        "Tensor Properties": tr("Tensor properties"),
        "Attributes": tr("Attributes"),
        "Inputs": tr("Inputs"),
        "Outputs": tr("Outputs"),
        "Blocks": tr("Blocks"),
        "Metadata": tr("Metadata"),
        "Metrics": tr("Metrics"),
        "type": tr("type"),
        "module": tr("module"),
        "name": tr("name"),
        "identifier": tr("identifier"),
        "description": tr("description"),
        "category": tr("category"),
        "shape": tr("shape"),
        "format": tr("format"),
        "producer": tr("producer"),
        "version": tr("version"),
        "imports": tr("imports"),
        "value": tr("value"),
    }
