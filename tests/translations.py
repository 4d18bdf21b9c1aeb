"""Collects what the window says, and keeps the catalogues in step: `python -m tests.translations`.

Qt's lupdate does not see the texts of the engine, and files those of plain functions under contexts that they do not
have at run time; so they are read off the syntax tree and off the registry of methods. Qt's lrelease compiles.
"""

import ast
import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from workbench.core.base.language import PLACE

ROOT = Path(__file__).parents[1]
UI = ROOT / "workbench" / "ui"
FOLDER = ROOT / "resources" / "translations"
CALLS = {"tr", "_tr"}


def main() -> int:
    texts, sentences = {**window_texts(), **page_texts(), **engine_texts()}, engine_sentences()
    for catalogue in sorted(FOLDER.glob("*.ts")):
        known = read(catalogue)
        said = {text: "the engine" for text in known if text in sentences and text not in texts}
        write(catalogue, {**texts, **said}, known)
        places = sorted(text for text in said if PLACE.search(text))
        (FOLDER / "templates.txt").write_text("\n".join(places) + "\n", encoding="utf-8")
        release(catalogue, catalogue.with_suffix(".qm"))
        missing = [text for text, translated in read(catalogue).items() if not translated]
        print(f"{catalogue.name}: {len(texts)} texts, {len(missing)} without a translation", *missing, sep="\n  ")
    return 0


def window_texts() -> dict[str, str]:
    """Text -> the file it stands in: every literal given to tr() or translate() in ui/, and where sizes are written."""
    found: dict[str, str] = {}
    for module in (*sorted(UI.rglob("*.py")), ROOT / "workbench" / "core" / "base" / "quantities.py"):
        for text in literals(ast.parse(module.read_text(encoding="utf-8"))):
            found.setdefault(text, module.relative_to(ROOT).as_posix())
    return found


def page_texts() -> dict[str, str]:
    """Text -> the template of a page that asks for it."""
    return {
        text: page.relative_to(ROOT).as_posix()
        for page in sorted((ROOT / "resources").glob("*.j2"))
        for text in re.findall(r'\btr\("([^"]+)"\)', page.read_text(encoding="utf-8"))
    }


def literals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            argument = node.args[0] if name in CALLS else node.args[-1] if name == "translate" else None
            choices = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
            yield from (choice.value for choice in choices if isinstance(choice, ast.Constant) and choice.value)


def engine_texts() -> dict[str, str]:
    """What methods, recovery stages and their parameters are called, and say of themselves."""
    from workbench.core.recipe.recovery import STAGES
    from workbench.methods.base.method import all_methods
    from workbench.ui.actions.form.values import name_words

    # Between the parts of a sentence; and keys, which Qt's own Chinese names by words that no keyboard has.
    found = dict.fromkeys((", ", "; ", "inputs", "channels", "Shift", "Return", "Backspace"), "said")
    for info in (*(method.info() for method in all_methods().values()), *STAGES):
        texts = [info.title, info.summary]
        for field in info.fields:
            texts += [name_words(field.name), field.help, field.unit, *map(str, field.choices)]
        found |= {text: info.id for text in texts if text}
    return found


def engine_sentences() -> set[str]:
    """What the engine may say, with {0} {1} … where names and numbers go. Not all of it reaches the window."""
    found: set[str] = set()
    for room in ("core", "graph", "formats", "methods", "data", "engine"):
        for module in (ROOT / "workbench" / room).rglob("*.py"):
            tree = ast.parse(module.read_text(encoding="utf-8"))
            inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
            found |= {text for node in ast.walk(tree) if id(node) not in inner and " " in (text := template(node))}
    return found | composed_sentences(found)


def composed_sentences(found: set[str]) -> set[str]:
    """Those that no line of code has whole: why layers are left out, and titles of metrics against a teacher."""
    from workbench.engine.compile.left_out import UNTOUCHED
    from workbench.graph.model.model import OPEN
    from workbench.methods.base.method import all_methods

    kept = {UNTOUCHED, *(method.keeps for method in all_methods().values() if hasattr(method, "keeps"))}
    notes = {f"{{0}} {what}{rest}" for what in kept for rest in (": {1}", "; {1}: {2}")}
    notes |= {f"{OPEN} {{0}}, {until}." for until in ("as the data has it", "until data is attached")}
    notes |= {
        f"Cannot read {what} {{0}}: {rest}"
        for what in ("the recipe", "the preprocessing")
        for rest in ("{1}.", "it is not a file.", "it is longer than {1} MB.")
    }
    ends = ("the original", "the original at {0}", "the original's output")
    return notes | {text.replace("the original", "the teacher") for text in found if text.endswith(ends)}


def template(node: ast.AST) -> str:
    """A text or an f-string, its places numbered; "" for anything else."""
    if isinstance(node, ast.JoinedStr):
        places = itertools.count()
        return "".join(part.value if isinstance(part, ast.Constant) else f"{{{next(places)}}}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def read(catalogue: Path) -> dict[str, str]:
    """English -> translation, "" where there is none yet."""
    return {
        message.findtext("source", ""): message.findtext("translation", "")
        for message in ET.parse(catalogue).iter("message")
    }


def write(catalogue: Path, texts: dict[str, str], translations: dict[str, str]) -> None:
    """As Qt Linguist would: one message a text, in the order of the files; texts that are gone are dropped."""
    root = ET.Element("TS", version="2.1", language=catalogue.stem.partition("_")[2], sourcelanguage="en")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name")
    for text, place in sorted(texts.items(), key=lambda item: (item[1], item[0])):
        message = ET.SubElement(context, "message")
        ET.SubElement(message, "source").text = text
        ET.SubElement(message, "extracomment").text = place
        translation = ET.SubElement(message, "translation")
        translation.text = translations.get(text) or None
        if not translation.text:
            translation.set("type", "unfinished")
    ET.indent(root, "  ")
    body = ET.tostring(root, encoding="unicode")
    catalogue.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def release(catalogue: Path, compiled: Path) -> None:
    tool = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([tool, "-silent", catalogue, "-qm", compiled], check=True, capture_output=True)


def placeholders(text: str) -> list[str]:
    """{name} and {0:.3g}, and markup."""
    return sorted(re.findall(r"\{[^{}]*\}|</?\w+[^<>]*>", text))


if __name__ == "__main__":
    sys.exit(main())
