"""Tables, records and texts as data: what they become, and what hostile or damaged ones end in."""

import json
import os

import numpy as np
import pytest

from workbench.core.base.errors import UserError
from workbench.core.layer_data.layer import InputSpec
from workbench.data import columns
from workbench.data.opening import open_dataset
from workbench.data.readers import lines

ROWS = (InputSpec("rows", "float32", (None, 2)),)
PAIR = (InputSpec("a", "float32", (None,)), InputSpec("b", "int64", (None,)))
TOKENS = (
    InputSpec("input_ids", "int64", (None, None)),
    InputSpec("attention_mask", "int64", (None, None)),
    InputSpec("position_ids", "int64", (None, None)),
)
WORDS = {"[PAD]": 0, "the": 1, "cat": 2, "sat": 3, "[UNK]": 4}


def data(path, text, specs=ROWS):
    path.write_text(text)
    return open_dataset(str(path), specs)


@pytest.mark.parametrize(
    ("text", "values", "labels"),
    [
        ("1,2,0\n3,4,1\n", [[1, 2], [3, 4]], [0, 1]),
        ("p,q,Label\n1,2,0\n3,4,1\n", [[1, 2], [3, 4]], [0, 1]),
        ("class,p,q\ndog,1,2\ncat,3,4\n\n", [[1, 2], [3, 4]], [1, 0]),
        ("\ufeffp,target,q\n1,0.5,2\n", [[1, 2]], [0.5]),
        ("1,2\n3,4\n", [[1, 2], [3, 4]], None),
        ('"p","q"\r\n"1",2\r\n', [[1, 2]], None),
        ("p;q;label\n1,5;2;dog\n3;4,25;cat\n", [[1.5, 2], [3, 4.25]], [1, 0]),
        ("1,5;2\n3;4\n", [[1.5, 2], [3, 4]], None),
        ("p\tq\ty\n1\t2\t1\n", [[1, 2]], [1]),
        ('"p;1","q;2"\n1,2\n', [[1, 2]], None),
        ("\n\np,q\n1,2\n", [[1, 2]], None),
        ("x,y,label\n1,2,0\n3,4,1\n", [[1, 2], [3, 4]], [0, 1]),  # a coordinate that is called y
    ],
)
def test_a_table_is_features_and_labels(tmp_path, text, values, labels):
    found = data(tmp_path / "d.csv", text)
    np.testing.assert_array_equal(found.feeds(slice(None))["rows"], np.float32(values))
    assert (found.labels is None and labels is None) or found.labels.tolist() == labels


def test_columns_that_are_called_as_inputs_are_these_and_texts_name_classes(tmp_path):
    found = data(tmp_path / "d.csv", "b,a,y\n7,0.5,dog\n8,1.5,cat\n", PAIR)
    feeds = found.feeds(slice(None))
    assert feeds["a"].tolist() == [0.5, 1.5] and feeds["b"].tolist() == [7, 8]
    assert found.classes == ("cat", "dog") and found.labels.tolist() == [1, 0]
    image = (InputSpec("x", "float32", (None, 1, 2, 2)),)
    assert data(tmp_path / "e.csv", "1,2,3,4\n", image).feeds(slice(None))["x"].shape == (1, 1, 2, 2)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("d.csv", b"", "is empty"),
        ("d.csv", b"\n\n", "is empty"),
        ("d.csv", b"1,2\n3\n", "line 2 has 1 columns, the first has 2"),
        ("d.csv", b"1,2\n3,x\n", "line 2 has text among its numbers"),
        ("d.csv", b"p,q\n1,\n", "line 2 has an empty cell"),
        ("d.csv", b"p,p,q\n1,2,3\n", "several columns are called 'p'"),
        ("d.csv", b"p,q,Label,target\n1,2,3,4\n", "the columns 'Label' and 'target' may both be labels"),
        ("d.csv", b"1,2\n\xff,1\n", "line 2 is not text in UTF-8"),
        ("d.csv", b'1,"2\n', "is not a table with commas"),
        ("d.csv", b"y\n1\n", "has no columns but the labels"),
        ("d.csv", b"1,inf\n", "are NaN or infinite"),
        ("d.csv", b"1" * 3000, "line 1 is longer than 2.00 kB"),
        ("d.csv", b"1,2\n" + b"\0" * 3000, "line 2 is longer than 2.00 kB"),
        ("d.jsonl", b"", "is empty"),
        ("d.jsonl", b"[1]\n", "line 1 is not an object"),
        ("d.jsonl", b"[" * 1999, "line 1 is not JSON"),
        ("d.jsonl", b'{"rows": [1, 2]}\n{"x": 1}\n', "line 2 has different keys"),
        ("d.jsonl", b'{"rows": [1, [2]]}\n', "'rows' is neither a number, a text, nor lists of numbers"),
        ("d.jsonl", b'{"rows": [1, 1e999]}\n', "are NaN or infinite"),
        ("d.jsonl", b'{"rows": [[1, 2]]}\n{"rows": [[1, 2, 3]]}\n', "differ in more than their length"),
        ("d.jsonl", b'{"text": "a"}\n', "no input of the model takes token IDs"),
        ("d.txt", b"a\n", "no input of the model takes token IDs"),
        ("d.npy", b"", "is not a readable .npy file"),
        ("d.npy", b"\x93NUMPY\x01\x00\xff\xff{'descr': '<f4', 'shape': (1,)", "is not a readable .npy file"),
        ("d.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{", "is not a readable .npy file"),
        (
            "d.npy",
            b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 2)}\n",
            "is not a readable .npy file",
        ),
        (
            "d.npy",
            b"\x93NUMPY\x01\x00\x36\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n",
            "pickled objects, which are not loaded",
        ),
        ("d.parquet", b"PAR1", "(is not a Parquet file of numbers|pyarrow is not installed)"),
    ],
)
def test_hostile_and_damaged_files_end_in_a_sentence(tmp_path, monkeypatch, name, content, sentence):
    monkeypatch.setattr(lines, "LONGEST", 2000)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=sentence) as raised:
        open_dataset(str(tmp_path / name), ROWS)
    assert name in raised.value.what and raised.value.hint and len(str(raised.value)) < 600


@pytest.mark.parametrize("name", ["d.csv", "d.jsonl", "d.txt", "d.npy", "d.parquet"])
def test_pipes_links_to_nothing_and_to_devices_are_not_waited_for(tmp_path, name):
    pytest.importorskip("pyarrow")
    file = tmp_path / name
    os.mkfifo(file)
    with pytest.raises(UserError, match=r"is not a file|takes token IDs"):
        open_dataset(str(file), ROWS)
    file.unlink()
    file.symlink_to("/dev/zero")
    with pytest.raises(UserError, match=r"is not a file|takes token IDs"):
        open_dataset(str(file), ROWS)
    file.unlink()
    file.symlink_to(file)
    with pytest.raises(UserError, match="There is no file"):
        open_dataset(str(file), ROWS)


def test_a_file_of_ten_gigabytes_in_one_line_is_refused_at_once(tmp_path):
    for name in ("d.csv", "d.jsonl"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(10 << 30)
        with pytest.raises(UserError, match=r"has 10\.7 GB of text, more than is supported"):
            open_dataset(str(tmp_path / name), ROWS)


def test_tables_that_do_not_fit_the_memory_are_refused_while_they_are_read(tmp_path, monkeypatch):
    from workbench.data.readers import tables

    monkeypatch.setattr(tables, "CHECKED", 10)
    for module in (columns, tables):
        monkeypatch.setattr(module, "free_memory", lambda: 500)
    with pytest.raises(UserError, match="more than is available"):
        data(tmp_path / "d.csv", "1,2\n" * 100)


def test_records_of_different_lengths_are_filled_up_and_masked(tmp_path):
    records = [{"input_ids": [5, 6, 7], "y": [1, 2, 3]}, {"input_ids": [8], "y": [4]}]
    found = data(tmp_path / "d.jsonl", "\n".join(map(json.dumps, records)), TOKENS)
    feeds = found.feeds(slice(None))
    assert feeds["input_ids"].tolist() == [[5, 6, 7], [8, 0, 0]]
    assert feeds["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert feeds["position_ids"].tolist() == [[0, 1, 2], [0, 0, 0]]
    assert found.labels.tolist() == [[1, 2, 3], [4, -100, -100]]


def test_places_that_were_filled_up_are_not_counted(tmp_path):
    from workbench.data.choosing import choose

    found = data(tmp_path / "d.jsonl", '{"input_ids": [1, 2], "y": [1, 0]}\n{"input_ids": [1], "y": [1]}\n', TOKENS[:1])
    outputs = np.eye(2, dtype=np.float32)[np.array([[1, 0], [1, 1]])]  # wrong only where nothing is
    metric = choose(outputs, found.labels)
    assert metric.id == "token_accuracy" and metric.value(metric.score(outputs, found.labels)) == 1


@pytest.fixture
def tokenizer(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, "[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_texts_are_tokens_and_the_next_ones_their_labels(tokenizer):
    (tokenizer / "d.txt.preprocessing.yaml").write_text("length: 2")
    found = data(tokenizer / "d.txt", "the cat sat\nthe cat ran\n", TOKENS)
    assert found.feeds(slice(None))["input_ids"].tolist() == [[1, 2], [3, 1]]
    assert found.labels.tolist() == [[2, 3], [1, 2]]
    assert found.feeds(slice(None))["attention_mask"].min() == 1
    with pytest.raises(UserError, match="has 2 tokens, fewer than one sample of 2"):
        data(tokenizer / "d.txt", "the cat\n", TOKENS)


def test_records_with_texts_are_filled_up_with_the_padding_token(tokenizer):
    found = data(tokenizer / "d.jsonl", '{"text": "the cat sat", "y": "a"}\n{"text": "cat", "y": "b"}\n', TOKENS[:2])
    assert found.feeds(slice(None))["input_ids"].tolist() == [[1, 2, 3], [2, 0, 0]]
    assert found.feeds(slice(None))["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert found.classes == ("a", "b")
    (tokenizer / "tokenizer.json").write_text("{}")
    with pytest.raises(UserError, match="is not a tokenizer"):
        open_dataset(str(tokenizer / "d.jsonl"), TOKENS[:2])
    (tokenizer / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="there is no tokenizer"):
        open_dataset(str(tokenizer / "d.jsonl"), TOKENS[:2])


def test_parquet_columns_are_numbers_or_lists_of_them(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    parquet.write_table(pyarrow.table({"rows": [[1.0, 2.0], [3.0, 4.0]], "label": [1, 0]}), tmp_path / "d.parquet")
    found = open_dataset(str(tmp_path / "d.parquet"), ROWS)
    assert found.feeds(slice(None))["rows"].tolist() == [[1, 2], [3, 4]] and found.labels.tolist() == [1, 0]
    parquet.write_table(pyarrow.table({"p": ["a"]}), tmp_path / "d.parquet")
    with pytest.raises(UserError, match="the column p does not hold numbers"):
        open_dataset(str(tmp_path / "d.parquet"), ROWS)


def test_a_folder_of_arrays_holds_them_by_name(tmp_path):
    np.save(tmp_path / "a.npy", np.float32([0.5, 1.5]))
    np.save(tmp_path / "b.npy", np.array([True, False]))
    np.save(tmp_path / "y.npy", np.array([1, 0]))
    found = open_dataset(str(tmp_path), PAIR)
    assert found.feeds(slice(None))["b"].tolist() == [1, 0] and found.labels.tolist() == [1, 0]
