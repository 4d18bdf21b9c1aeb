"""Parts of a graph: cutting it before a layer, replacing a block of layers."""
