"""The names of fonts that are made here of others: the SIL Open Font License asks a modified version for its own."""

from fontTools.ttLib import TTFont


def rename(font: TTFont, family: str, weight: str, origin: str) -> None:
    """Renamed; copyright and license stay. `origin` says in a few words what it was made of."""
    script = f"{family.replace(' ', '')}-{weight}"
    words = {1: family, 2: weight, 3: f"{script};{origin}", 4: f"{family} {weight}", 6: script}
    for record in font["name"].names:
        if record.nameID in words:
            record.string = words[record.nameID]
    compact = font["CFF "].cff
    compact.fontNames[0] = script
    compact.topDictIndex[0].FullName, compact.topDictIndex[0].FamilyName = f"{family} {weight}", family
