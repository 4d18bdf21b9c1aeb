"""Pages of the documentation: plain markdown with relative links, in the order of index.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

INDEX = "index.md"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """One page; `name` is its path in the folder, with slashes."""

    name: str
    text: str

    @cached_property
    def prose(self) -> str:
        """The text without code blocks, in which # and brackets have other meanings."""
        return FENCE.sub("", self.text)

    @property
    def title(self) -> str:
        found = HEADING.search(self.prose)
        return found[1].strip() if found else self.name

    @property
    def links(self) -> Iterator[str]:
        """Yield the links to other pages, or to places in them."""
        return (target for target in LINK.findall(self.prose) if "://" not in target)

    @property
    def anchors(self) -> tuple[str, ...]:
        return tuple(anchor(heading) for heading in HEADING.findall(self.prose))


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as usual on sites generated from markdown: "What a figure means" is
    what-a-figure-means."""
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower())


def read(folder: Path) -> dict[str, Document]:
    """Return all pages, by name: those linked from the index in its order, then those linked from these; none without
    an index. Raises OSError."""
    found: dict[str, Document] = {}
    waiting = [INDEX]
    for name in waiting:
        path = folder / name
        if name in found or not path.is_file():
            continue
        found[name] = Document(name, path.read_text(encoding="utf-8"))
        waiting += [target for link in found[name].links if (target := resolved(name, link)[0]).endswith(".md")]
    return found


def resolved(page: str, link: str) -> tuple[str, str]:
    """Return the name of the page that a link on another one leads to, and the anchor in it."""
    target, _, place = link.partition("#")
    if not target:
        return page, place
    parts: list[str] = []
    for part in [*page.split("/")[:-1], *target.split("/")]:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts), place


def contents(pages: dict[str, Document]) -> list[str]:
    """Return the names of the index and of the pages it links to; the others are reached from these, or by
    searching."""
    linked = (resolved(INDEX, link)[0] for link in pages[INDEX].links)
    return list(dict.fromkeys([INDEX, *(name for name in linked if name in pages)]))


def matching(pages: dict[str, Document], words: str) -> list[str]:
    """Return the names of the pages that contain all words, those with one in the title first; the contents without
    words."""
    wanted = words.casefold().split()
    if not wanted:
        return contents(pages)
    having = [page for page in pages.values() if all(word in page.text.casefold() for word in wanted)]
    return [page.name for page in sorted(having, key=lambda page: not any(w in page.title.casefold() for w in wanted))]
