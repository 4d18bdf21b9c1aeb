"""The model as one ONNX graph: opened, edited, previewed and exported."""

from workbench.graph.onnx.deferred import import_onnx_ir

import_onnx_ir()  # before any module of this program imports it
