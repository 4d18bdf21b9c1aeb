"""A fuzzer for all untrusted inputs of the program.

    make fuzz                                        3,000 cases of all kinds
    make fuzz ARGS="--count 500 --kind onnx --seed 7"
    make fuzz ARGS="--replay out/fuzz/onnx-7-12"     the same files again, with the traceback

A case is a folder of files, made from small valid ones by a few random changes, and what the command line is asked to
do with them. It ends well when all of that works or is refused in one sentence, within `worker.CPU_SECONDS` and
`worker.MEMORY`. Whatever else happens is a fault of the program; such a case is kept in out/fuzz.

- `kind.py`: the list of all kinds of files, and how a case is made.
- `changes.py`: changes that several kinds share: of bytes, of JSON and YAML values, of archives.
- one file a kind: `onnx_files` (with its models in `onnx_models` and more changes in `onnx_hostile`), `npz_files`,
  `pt2_files`, `recipes`, `sessions`, `image_folders` (with preprocessing.yaml).
- `worker.py`: the process that runs cases. It imports everything once; each case runs in a fork of it, so that a
  crash, a loop or a flood of memory ends that case alone.
- `campaign.py`: many cases through several workers, counted and kept.

A new kind is a file with one function `make(chance, seeds, folder) -> commands`, decorated with `@kind("name")`, its
name in `kind.MODULES`, and its share in `campaign.SHARES`. All chance comes from `chance`, so a case is made again
from its name. A new change of an ONNX file is a function decorated with `@change`.
"""
