"""Make resources/fonts/WorkbenchSansSC-*.otf: of Noto Sans CJK SC, the glyphs that the Chinese translation needs.

    apt-get install fonts-noto-cjk && pip install fonttools
    python packaging/subset_font.py [FOLDER]      where NotoSansCJK-Regular.ttc and -Bold.ttc are

Run it again when a test says that the translation has characters that the fonts lack. Beside what the translation has
come the characters of Qt's own Chinese (its dialogs, and the words of programs that new texts will need), common
punctuation and the most usual characters, for names that users give. The result is renamed: it
is a modified version under the SIL Open Font License (resources/fonts/OFL-NotoSansCJK.txt), and it must not stand in
for the whole font where that is installed.
"""

import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from font_names import rename
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont
from PySide6.QtCore import QLibraryInfo

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path("/usr/share/fonts/opentype/noto")
FAMILY, SOURCE = "Workbench Sans SC", "Noto Sans CJK SC"
PUNCTUATION = "　、。〈〉《》「」『』【】〔〕〜・—…‘’“”·！（），－．：；？［］｛｝～￥％＋＝×÷±≈≤≥→←↑↓"
USUAL = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去"
    "法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点"
    "正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿"
    "原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德"
    "资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交"
    "规万取拉格望觉术领共确传师观清今切院让识候带导争运笔往连算件组织存图模型层训练权重数据量化剪枝压缩蒸馏精度损失误差样本测试验证输入"
    "参考文件夹打开保存导出关闭撤销重做设置帮助红橙黄绿青蓝紫黑白灰猫狗鸟鱼车船飞机衣裤裙鞋包帽花草树木石土火雨雪风云星河湖岛桥楼街村镇城"
    "一二三四五六七八九十百千万亿零左右前后东西南北春夏秋冬早晚快慢多少长短粗细深浅轻厚薄宽窄远近旧始终止停暂继续读写语言字词句段页章节"
)


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for weight in ("Regular", "Bold"):
        made = subset(chosen(folder / f"NotoSansCJK-{weight}.ttc"), translated() | of_qt() | set(PUNCTUATION + USUAL))
        rename(made, FAMILY, weight, f"subset of {SOURCE}")
        level(made)
        target = ROOT / "resources" / "fonts" / f"WorkbenchSansSC-{weight}.otf"
        made.save(target)
        print(f"{target.name}: {len(made.getBestCmap()):,} characters, {target.stat().st_size:,} bytes")
    return 0


def translated() -> set[str]:
    """Every character of the Chinese texts."""
    catalogue = ET.parse(ROOT / "resources" / "translations" / "workbench_zh_CN.ts")
    return {letter for message in catalogue.iter("translation") for letter in message.text or ""} - set("\n")


def of_qt() -> set[str]:
    """Every Chinese character of the catalogues that come with Qt."""
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return {
        letter
        for file in folder.glob("*_zh_CN.qm")
        for text in messages(file.read_bytes())
        for letter in text
        if "\u4e00" <= letter <= "\u9fff"
    }


def messages(compiled: bytes) -> list[str]:
    """The translations of a .qm file: sections behind 16 bytes, of which one holds fields of a tag and a length."""
    found, at = [], 16
    while at + 5 <= len(compiled):
        section, length = struct.unpack_from(">BI", compiled, at)
        place, at = at + 5, at + 5 + length
        while section == 0x69 and place < at:
            tag = compiled[place]
            size = 0 if tag == 1 else 4 if tag == 5 else struct.unpack_from(">i", compiled, place + 1)[0]
            place += 1 + (0 if tag in (1, 5) else 4)
            if tag == 3 and size > 0:
                found.append(compiled[place : place + size].decode("utf-16-be"))
            place += max(size, 0)
    return found


def chosen(file: Path) -> TTFont:
    """The simplified Chinese font of a collection."""
    fonts = TTCollection(str(file), lazy=True).fonts
    return next(font for font in fonts if (font["name"].getBestFamilyName() or "").startswith(SOURCE))


def subset(font: TTFont, letters: set[str]) -> TTFont:
    """Without what no text of ours uses: vertical writing, other scripts' forms, hints, glyph names."""
    options = Options(
        layout_features=["kern"],
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        recalc_timestamp=False,
        drop_tables=["vhea", "vmtx", "VORG", "DSIG", "BASE", "GSUB"],
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters))
    subsetter.subset(font)
    return font


def level(font: TTFont) -> None:
    """As tall as Inter, 969 and 242 of 1,000: a line of both keeps the height that it has without Chinese."""
    up, down = 969, 242
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = up, -down, 0
    table = font["OS/2"]
    table.sTypoAscender, table.sTypoDescender, table.sTypoLineGap = up, -down, 0
    table.usWinAscent, table.usWinDescent = up, down


if __name__ == "__main__":
    sys.exit(main())
