"""Untrusted files either work or are refused in one sentence, within limits. More of the same: make fuzz."""

import json

import onnx
import pytest

from tests.fuzz import campaign
from tests.fuzz.onnx_models import MODELS
from tests.fuzz.worker import DEATH, HANG, INTERNAL, OVERRUN, SENTENCE, WORKS
from workbench.core.base.job import Job
from workbench.formats.opening import open_model

COUNT, PARTS = 400, 16
CASES = list(campaign.cases(COUNT, "suite"))


@pytest.fixture(scope="module")
def worker():
    worker = campaign.Worker()
    yield worker
    worker.close()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_an_untrusted_file_works_or_is_refused_in_one_sentence(worker, part, tmp_path):
    for name, seed in CASES[part::PARTS]:
        result = campaign.run_one(worker, name, seed, tmp_path)
        assert result["outcome"] in (WORKS, SENTENCE), f"{name}-{seed}: {result['outcome']}\n{result['text']}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "outcome"), [("crash", DEATH), ("loop", HANG), ("wait", HANG), ("flood", OVERRUN), ("fault", INTERNAL)]
)
def test_a_fault_is_distinguished_from_an_outcome_that_is_right_and_the_worker_goes_on(
    worker, fault, outcome, tmp_path
):
    (tmp_path / "case.json").write_text(json.dumps({"kind": "onnx", "seed": fault, "commands": [[fault]]}))
    assert campaign.replay(worker, tmp_path)["outcome"] == outcome


@pytest.mark.slow
def test_a_case_is_made_again_from_its_name_and_replayed_from_its_files(worker, tmp_path):
    made = [tmp_path / name for name in ("one", "two")]
    for folder in made:
        folder.mkdir()
        worker.ask({"kind": "onnx", "seed": "again", "folder": str(folder)})
    first, second = ((folder / "model.onnx").read_bytes() for folder in made)
    assert first == second
    assert campaign.replay(worker, made[0])["outcome"] in (WORKS, SENTENCE)


@pytest.mark.parametrize("name", MODELS)
def test_the_models_that_cases_start_from_open(name, tmp_path):
    onnx.save(MODELS[name][0](), tmp_path / "model.onnx")
    assert open_model(str(tmp_path / "model.onnx"), job=Job()).layers
