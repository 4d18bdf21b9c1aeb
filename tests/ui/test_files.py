"""Telling models, data and recipes apart, and never running code to do so."""

from workbench.ui.base.files import functions_in, runs_code, sort_out


def test_dropped_files_are_distinguished(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    chosen = sort_out(["a.ONNX", str(folder), "r.yml", "notes.txt", "b.onnx"])
    assert (chosen.model, chosen.data, chosen.recipe) == ("a.ONNX", str(folder), "r.yml")
    (folder / "model.safetensors").touch()
    for data in ("a.npz", "corpus.txt"):
        chosen = sort_out([str(folder), data])
        assert (chosen.model, chosen.data) == (str(folder), data), "a folder of a model is no data"
    chosen = sort_out(["a.ONNX", "notes.txt", "b.onnx"])
    assert chosen.others == ("notes.txt", "b.onnx")
    assert sort_out(["nets.py:make"]).model == "nets.py:make"


def test_functions_are_listed_without_running_the_file(tmp_path):
    path = tmp_path / "nets.py"
    path.write_text("raise SystemExit('ran')\ndef make(): ...\ndef _hidden(): ...\nclass Net: ...\n")
    assert functions_in(str(path)) == ["make"]
    path.write_text("def broken(:")
    assert functions_in(str(path)) == functions_in(str(tmp_path / "absent.py")) == []
    assert runs_code(f"{path}:make") and not runs_code("model.onnx") and not runs_code("a.py")
