"""Collects what the window says, and keeps the catalogues in step: `python -m tests.translations`.

`--rename OLD NEW` rewords a text in the code and in the catalogues (see tests/rewording).

Qt's lupdate does not see the texts of the engine, and files those of plain functions under contexts that they do not
have at run time; so they are read off the syntax tree and off the registry of methods.
"""

import argparse
import ast
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from workbench.core.base.message import AND, CLAUSE, COMMA

ROOT = Path(__file__).parents[1]
UI = ROOT / "workbench" / "ui"
FOLDER = ROOT / "resources" / "translations"
CALLS = {"tr", "_tr", "counted"}
MESSAGES = {
    "Message": 1,
    "UserError": 2,
    "NotProved": 2,
    "MemoryExceeded": 2,
    "TimeExceeded": 2,
}  # how many templates each begins with
SAYING = ("core", "data", "engine", "formats", "graph", "methods", "ui")  # rooms whose messages a window may show


def main() -> int:
    parser = argparse.ArgumentParser(description="Keep the catalogues in step with the code.")
    parser.add_argument("--rename", nargs="+", metavar="TEXT", help="OLD NEW, or a file of such pairs")
    given = parser.parse_args().rename
    if given:
        from tests.rewording import rename

        if code := rename(given):
            return code
    texts = collected()
    for catalogue in sorted(FOLDER.glob("*.ts")):
        write(catalogue, texts, read(catalogue))
        missing = [text for text, translated in read(catalogue).items() if not translated]
        print(f"{catalogue.name}: {len(texts)} texts, {len(missing)} without a translation", *missing, sep="\n  ")
    return 0


def collected() -> dict[str, str]:
    """Every text that a catalogue has -> the file it stands in."""
    return {**engine_messages(), **window_texts(), **page_texts(), **engine_texts()}


def window_texts() -> dict[str, str]:
    """Text -> the file it stands in: every literal given to tr() or translate() in ui/, and where sizes are written."""
    found: dict[str, str] = {}
    for module in (*sorted(UI.rglob("*.py")), ROOT / "workbench" / "core" / "base" / "quantities.py"):
        for literal in asked(ast.parse(module.read_text(encoding="utf-8"))):
            found.setdefault(literal.value, module.relative_to(ROOT).as_posix())
    return found


def page_texts() -> dict[str, str]:
    """Text -> the template of a page that asks for it."""
    return {
        text: page.relative_to(ROOT).as_posix()
        for page in sorted((ROOT / "resources").glob("*.j2"))
        for text in re.findall(r'\btr\("([^"]+)"\)', page.read_text(encoding="utf-8"))
    }


def asked(tree: ast.AST) -> Iterator[ast.Constant]:
    """The literals that are given to tr() or translate()."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = called(node)
            argument = node.args[0] if name in CALLS else node.args[-1] if name == "translate" else None
            if argument is not None:
                yield from (leaf for leaf in leaves(argument) if isinstance(leaf, ast.Constant) and leaf.value)


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def engine_texts() -> dict[str, str]:
    """What methods, recovery stages and their parameters are called, and say of themselves."""
    from workbench.core.analysis.plan import PRESETS
    from workbench.core.recipe.recovery import STAGES
    from workbench.data.extensions import all_metrics
    from workbench.engine.search.stacks import UNIFORM
    from workbench.methods.base.method import all_methods
    from workbench.ui.text.describe import name_words

    # Between the parts of a sentence; and keys, which Qt's own Chinese names by words that no keyboard has.
    found = dict.fromkeys((COMMA, CLAUSE, AND, "inputs", "channels", "Shift", "Return", "Backspace"), "said")
    for info in (*(method.info() for method in all_methods().values()), *STAGES):
        texts = [info.title, info.summary, *(effect.text for effect in getattr(info, "effects", ()))]
        texts += [ranking.first] if (ranking := getattr(info, "ranking", None)) is not None else []
        for field in info.fields:
            texts += [name_words(field.name), field.help, field.unit, *map(str, field.choices)]
        found |= {text: info.id for text in texts if text}
    found |= {metric.info.heading: "names of metrics" for metric in all_metrics().values()}
    return found | dict.fromkeys((*PRESETS, *UNIFORM), "names of recipes")


def engine_messages() -> dict[str, str]:
    """Template -> the file it stands in: every literal given to a Message or a UserError that the window may show."""
    found: dict[str, str] = {}
    for module in sorted((ROOT / "workbench").rglob("*.py")):
        if module.relative_to(ROOT / "workbench").parts[0] in SAYING:
            for literal in templates(ast.parse(module.read_text(encoding="utf-8"))):
                found.setdefault(literal.value, module.relative_to(ROOT).as_posix())
    return {text: place for text, place in found.items() if text}


def templates(tree: ast.AST) -> Iterator[ast.Constant]:
    """The literals among the templates that messages of a module are made from."""
    for _call, argument in messages(tree):
        yield from (leaf for leaf in leaves(argument) if isinstance(leaf, ast.Constant))


def messages(tree: ast.AST) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Each call that makes a message, with what it is given as a template."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from ((node, argument) for argument in node.args[: MESSAGES.get(called(node), 0)])


def leaves(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression may be: both sides of `a if x else b` and of `a or b`."""
    if isinstance(node, ast.IfExp | ast.BoolOp):
        for part in node.values if isinstance(node, ast.BoolOp) else (node.body, node.orelse):
            yield from leaves(part)
    else:
        yield node


def read(catalogue: Path) -> dict[str, str]:
    """English -> translation, "" where there is none yet."""
    return {message.findtext("source", ""): message.findtext("translation", "") for message in messages_of(catalogue)}


def messages_of(catalogue: Path) -> Iterator[ET.Element]:
    yield from ET.parse(catalogue).iter("message")


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


def placeholders(text: str) -> list[str]:
    """{name} and {0:.3g}, and markup."""
    return sorted(re.findall(r"\{[^{}]*\}|</?\w+[^<>]*>", text))


if __name__ == "__main__":
    sys.exit(main())
