"""Starting costs little: each part of the program imports what it needs when it needs it. Counted in modules."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRAINING = {"torch", "tensorly", "scipy.stats", "PySide6", "pyqtgraph"}
EVERYTHING = TRAINING | {"numpy", "onnx", "onnx_ir", "onnxruntime", "scipy"}


def loaded(code: str, watched: set[str]) -> list[str]:
    """Which of the watched modules a new interpreter has after this code."""
    code += f"\nimport sys; print('loaded', *sorted({watched!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()[1:]


def command(*arguments: str) -> str:
    return (
        "import contextlib, sys\nfrom workbench.__main__ import main\n"
        f"sys.argv = ['workbench', *{arguments!r}]\nwith contextlib.suppress(SystemExit): main()"
    )


def test_the_package_alone_is_light():
    assert loaded("import workbench", EVERYTHING) == []


def test_the_library_loads_each_name_with_its_first_use():
    assert loaded("import workbench.library", EVERYTHING) == []
    assert loaded("import workbench as wb; wb.step, wb.Recipe, wb.Goal, wb.Sweep", EVERYTHING) == []
    same = "set(wb.__all__) == set(wb.library.__all__) == set(wb.library.PLACES)"
    made = f"import workbench as wb, workbench.library; assert {same}"
    assert loaded(f"{made}; [getattr(wb, name) for name in wb.__all__]", TRAINING) == []


def test_a_list_of_methods_needs_no_engine():
    assert loaded(command("methods"), {"workbench.engine", "workbench.formats", "scipy", "jinja2", "sympy"}) == []


def test_help_is_light():
    assert loaded(command("--help"), EVERYTHING) == []


def test_the_window_is_painted_before_numbers_and_plots_are_imported():
    assert loaded("import workbench.ui.shell.main_window", EVERYTHING - {"PySide6"}) == []


@pytest.mark.parametrize(
    "module", ["engine.api.service", "engine.api.export", "engine.analysis.sensitivity", "library.opening"]
)
def test_the_engine_is_ready_for_first_figures_without_torch(module):
    assert loaded(f"import workbench.{module}", TRAINING) == []


def test_a_first_preview_and_an_export_do_without_torch(tmp_path):
    code = (
        "import workbench as wb\n"
        "model = wb.open('resources/demo/fashion_cnn.onnx', 'resources/demo/fashion_calibration.npz')\n"
        "recipe = wb.Recipe({'*': [wb.step('quantize.affine', bits=8)]})\n"
        "assert model.evaluate(recipe).value > 0.5\n"
        f"model.export(recipe, {str(tmp_path)!r})"
    )
    assert loaded(code, TRAINING) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("methods", "--json"),
        ("inspect", "resources/demo/fashion_cnn.onnx", "--json"),
        ("evaluate", "resources/demo/fashion_cnn.onnx", "--data", "resources/demo/fashion_test.npz", "--json"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_needs_no_gradients_does_without_torch(arguments):
    assert loaded(command(*arguments), TRAINING) == []


def test_the_engine_starts_without_what_few_requests_need():
    assert loaded("import workbench.engine.api.service", {"scipy", "onnxscript", "tensorly", "sympy", "jinja2"}) == []


def test_symbolic_sizes_are_computed_when_somebody_asks():
    taken = "import workbench.graph, onnx_ir as ir, sys; size = ir.SymbolicDim('max(N, 3)')"
    seen = f"{taken}; early = 'sympy' in sys.modules; doubled = str(size * 2)"
    code = f"{seen}\nassert not early and doubled == '2*Max(3, N)', doubled; import sympy.core"
    assert loaded(code, {"sympy"}) == ["sympy"]


def test_another_onnx_ir_is_imported_as_it_is_where_sympy_cannot_wait(tmp_path):
    """One that has a class of sympy's as a base."""
    (tmp_path / "sympy.py").write_text("class Expr: pass")
    (tmp_path / "onnx_ir").mkdir()
    (tmp_path / "onnx_ir" / "__init__.py").write_text("import sympy\nclass Size(sympy.Expr, int): pass")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import workbench.graph; import onnx_ir"
    assert loaded(f"{code}; assert onnx_ir.Size(2) == 2", {"sympy"}) == ["sympy"]


def test_without_qts_system_libraries_all_but_the_window_works(tmp_path):
    """As on a server: importing PySide6 fails there, because libEGL is missing."""
    (tmp_path / "PySide6").mkdir()
    why = "libEGL.so.1: cannot open shared object file"
    (tmp_path / "PySide6" / "__init__.py").write_text(f"raise ImportError({why!r})")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    code = "import workbench as wb; print(len(wb.open('resources/demo/fashion_cnn.onnx').layers))"
    commands = (["-c", code], ["-m", "workbench", "demo", "--headless", "--out", str(tmp_path / "out")])
    library, demo = (
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True)
        for command in commands
    )
    assert library.returncode == demo.returncode == 0, library.stderr + demo.stderr
    assert library.stdout == "15\n" and (tmp_path / "out" / "fashion_cnn_compressed.onnx").exists()
    assert f"No pictures were taken: ImportError: {why}" in demo.stderr
