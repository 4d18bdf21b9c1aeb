"""Parts of a graph: cut before a layer, a block of layers replaced."""
