"""The one graph that is opened, edited, previewed and exported."""
