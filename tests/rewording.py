"""Rewords texts, in the code that says them and in the catalogues that translate them; translations stay.

    python -m tests.translations --rename "old" "new"
    python -m tests.translations --rename PAIRS    a file: {"old": "new", …} as JSON, or lines of old, a tab and new

A text is a template as it stands in the code: its places may move or go, but a new one needs an argument first.
"""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests import translations
from workbench.core.base.message import places

WIDTH = 84  # characters of a piece of a long literal
TELLING = 16  # characters that are enough to know a sentence by
DECLARED = {"title", "summary"}  # attributes whose texts are declared, not made


def rename(given: list[str], root: Path = translations.ROOT) -> int:
    """What `--rename` does: 0 where every text was found and reworded, 1 where nothing was touched."""
    pairs = {given[0]: given[1]} if len(given) == 2 else read_pairs(Path(given[0]))
    if wrong := [f"no argument for {{{name}}}: {new}" for old, new in pairs.items() for name in unknown(old, new)]:
        print(*wrong, sep="\n")
        return 1
    sources = {path: path.read_text(encoding="utf-8") for path in files(root)}
    changed, found = {}, Counter[str]()
    for path, source in sources.items():
        text, texts = reworded(path, source, pairs)
        found.update(texts)
        if texts:
            changed[path] = text
    if lost := [old for old in pairs if not found[old]]:
        print("Not in the code:", *lost, sep="\n  ")
        return 1
    for path, text in changed.items():
        path.write_text(text, encoding="utf-8")
    if modules := [path for path in changed if path.suffix == ".py"]:
        subprocess.run([Path(sys.executable).with_name("ruff"), "format", "-q", *modules], check=True)
    for catalogue in sorted((root / "resources" / "translations").glob("*.ts")):
        known = translations.read(catalogue)
        renamed = {pairs.get(text, text): said for text, said in known.items()} | {
            new: known[new] for new in pairs.values() if known.get(new)
        }
        translations.write(catalogue, {pairs.get(text, text): where for text, where in texts_of(catalogue)}, renamed)
    print(f"{len(pairs)} texts reworded in {found.total()} places of {len(changed)} files.")
    for line in (line for old in pairs for line in quoting(root, old)):
        print(f"still quoted: {line}")
    return 0


def read_pairs(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return dict(json.loads(text))
    return dict(line.split("\t") for line in text.splitlines() if line.strip())  # type: ignore[misc]


def unknown(old: str, new: str) -> list[str]:
    return sorted(places(new) - places(old))


def files(root: Path) -> Iterator[Path]:
    """Everything that says something: modules, their tests, and templates of pages."""
    for folder in ("workbench", "tests"):
        yield from sorted((root / folder).rglob("*.py"))
    yield from sorted((root / "resources").glob("*.j2"))


def reworded(path: Path, source: str, pairs: Mapping[str, str]) -> tuple[str, list[str]]:
    """The source with the new texts, and the old ones that were in it, each as often as it was."""
    if path.suffix != ".py":
        found = [text for text in re.findall(r'\btr\("([^"]+)"\)', source) if text in pairs]
        return re.sub(r'\btr\("([^"]+)"\)', lambda call: f'tr("{pairs.get(call[1], call[1])}")', source), found
    tree = ast.parse(source)
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    raw, found = source.encode(), []
    for node in sorted(saying(tree, pairs), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        raw = raw[:begin] + literal(pairs[node.value]).encode() + raw[end:]
        found.append(node.value)
    return raw.decode(), found


def saying(tree: ast.AST, pairs: Mapping[str, str]) -> Iterator[ast.Constant]:
    """The literals that are one of these texts. A single word may be a key elsewhere: it has to be said there."""
    said = {id(node) for node in (*translations.templates(tree), *translations.asked(tree))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in DECLARED:
            said.add(id(node.value))
    within = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in pairs
        if is_text and id(node) not in within and (" " in node.value or id(node) in said):
            yield node


def literal(text: str) -> str:
    """The source of a text, in pieces where it is long; ruff lays them out."""
    pieces, line = [], ""
    for word in re.findall(r"\S*\s*", text):
        if line and len(line) + len(word) > WIDTH:
            pieces.append(line)
            line = ""
        line += word
    return " ".join(json.dumps(piece, ensure_ascii=False) for piece in (*pieces, line))


def texts_of(catalogue: Path) -> Iterator[tuple[str, str]]:
    """Each text of a catalogue, and where it stands."""
    for message in translations.messages_of(catalogue):
        yield message.findtext("source", ""), message.findtext("extracomment", "")


def quoting(root: Path, old: str) -> Iterator[str]:
    """Lines of tests and documents that still have the longest run of words of an old text."""
    run = max(re.split(r"\{[^{}]*\}", old), key=len).strip()
    if len(run) >= TELLING:
        quoted = (root / "tests").rglob("*.py"), root.glob("*.md"), (root / "resources" / "docs").rglob("*.md")
        for path in (path for found in quoted for path in sorted(found)):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if run in line:
                    yield f"{path.relative_to(root)}:{number}: {line.strip()}"
