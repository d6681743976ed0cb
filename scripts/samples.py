"""Draws the sample pictures of the flows: what a good photo or scan shows, as a plain drawing with made-up content.

`python -m scripts.samples` writes flows/<flow>/samples/*.png. It needs a Chinese font (Debian: fonts-noto-cjk).
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
SIZE = (900, 620)
INK, PALE, SEAL, PAPER = "#2b3442", "#d6dde6", "#c8352b", "#ffffff"

# file name -> title, lines of the document, and marks: face, seal, signature, mrz, two (a second side), table
SAMPLES: dict[str, tuple[str, list[str], set[str]]] = {
    "passport": (
        "护照资料页 · Passport",
        ["姓名 / Name", "护照号 / No.", "有效期至 / Expires"],
        {"face", "mrz", "signature"},
    ),
    "photo": ("证件照 35×45 mm · Photo", ["白底 / white background", "正面免冠 / no hat"], {"portrait"}),
    "id_card": ("身份证正反面 · ID card, both sides", ["姓名", "公民身份号码"], {"face", "two"}),
    "hukou": ("户口簿 · Household register", ["户主页", "常住人口登记卡"], {"seal", "two"}),
    "form": (
        "签证申请表 · Application form",
        ["姓名 / Name", "住址 / Address", "目的 / Purpose"],
        {"photo_box", "signature"},
    ),
    "employment": (
        "在职证明 · Employment letter",
        ["职务 / Position", "年收入 / Income", "准假 / Leave"],
        {"seal", "signature"},
    ),
    "licence": ("营业执照副本 · Business licence", ["统一社会信用代码", "名称", "经营范围"], {"seal"}),
    "enrol": ("在读证明 · Enrolment certificate", ["学校 / School", "专业 / Major", "年级 / Year"], {"seal"}),
    "retire": ("退休证 · Retirement certificate", ["姓名", "退休日期", "发证机关"], {"face", "seal"}),
    "bank": ("银行流水 · Bank statement", ["户名 / Holder", "账号 / Account"], {"table", "seal"}),
    "deposit": ("存款证明 · Deposit certificate", ["户名 / Holder", "金额 / Amount", "开具日期 / Issued"], {"seal"}),
    "card": ("信用卡金卡 · Gold credit card", ["银行 / Bank", "卡号(中间八位请遮挡)/ No., middle covered"], {"card"}),
    "property": ("房产证或行驶证 · Property or vehicle", ["权利人 / Owner", "坐落或车牌 / Place or plate"], {"seal"}),
    "tax": ("完税证明 · Tax certificate", ["姓名 / Name", "税款所属期 / Period", "金额 / Amount"], {"seal"}),
    "itinerary": ("行程表 · Itinerary", ["日期 / Date", "城市 / City", "住宿 / Stay"], {"table"}),
    "booking": ("机票与酒店预订 · Bookings", ["旅客 / Traveller", "航班 / Flight", "酒店 / Hotel"], {"table"}),
    "receipt": ("受理回执 · Filing receipt", ["受理号 / No.", "日期 / Date"], {"seal"}),
}
FLOWS = ("visa_jp_tourist", "visa_kr_tourist")


def draw(title: str, lines: list[str], marks: set[str]) -> Image.Image:
    """One sheet: frame, title, labelled lines, and the marks that a reviewer looks for."""
    picture = Image.new("RGB", SIZE, "#eef1f5")
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((50, 40, 850, 580), 14, fill=PAPER, outline=PALE, width=3)
    pen.text((90, 64), title, font=_font(34), fill=INK)
    pen.text((700, 545), "样例 SAMPLE", font=_font(20), fill="#8a96a5")
    left = 330 if marks & {"face", "portrait", "photo_box"} else 90
    for number, line in enumerate(lines):
        top = 150 + number * 62
        pen.text((left, top), line, font=_font(24), fill=INK)
        pen.line((left, top + 44, 800, top + 44), fill=PALE, width=3)
    for mark in sorted(marks):
        _MARKS[mark](pen)
    return picture


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size, index=2)


def _face(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((90, 140, 290, 400), fill="#f6f8fb", outline=PALE, width=3)
    pen.ellipse((145, 175, 235, 285), fill=PALE)
    pen.pieslice((115, 295, 265, 485), 180, 360, fill=PALE)


def _photo_box(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((90, 140, 290, 400), outline=PALE, width=3)
    pen.text((140, 250), "贴照片\nPhoto", font=_font(26), fill="#8a96a5")


def _seal(pen: ImageDraw.ImageDraw) -> None:
    pen.ellipse((590, 380, 750, 540), outline=SEAL, width=6)
    pen.regular_polygon((670, 460, 34), 5, fill=SEAL)


def _signature(pen: ImageDraw.ImageDraw) -> None:
    pen.line((330, 500, 370, 455, 400, 505, 440, 460, 480, 500, 540, 470), fill="#1f4fa3", width=5, joint="curve")
    pen.text((330, 515), "签名 / Signature", font=_font(20), fill="#8a96a5")


def _mrz(pen: ImageDraw.ImageDraw) -> None:
    pen.text((90, 420), "P<CHNSAMPLE<<NAME<<<<<<<<<<<<<<<<<<", font=_font(22), fill=INK)


def _two(pen: ImageDraw.ImageDraw) -> None:
    pen.line((90, 420, 810, 420), fill=PALE, width=3)
    pen.text((90, 440), "另一面也要拍 / the other side too", font=_font(22), fill="#8a96a5")


def _table(pen: ImageDraw.ImageDraw) -> None:
    for row in range(5):
        pen.line((90, 350 + row * 38, 560, 350 + row * 38), fill=PALE, width=2)
    for column in range(4):
        pen.line((90 + column * 156, 350, 90 + column * 156, 502), fill=PALE, width=2)


def _card(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((90, 300, 520, 540), 18, fill="#e9d9a6", outline="#c9b06a", width=3)
    pen.text((120, 400), "6200  ████  ████  0000", font=_font(30), fill=INK)


_MARKS = {
    "card": _card,
    "face": _face,
    "portrait": _face,
    "photo_box": _photo_box,
    "seal": _seal,
    "signature": _signature,
    "mrz": _mrz,
    "two": _two,
    "table": _table,
}


def main() -> None:
    for flow in FLOWS:
        folder = ROOT / "flows" / flow / "samples"
        folder.mkdir(exist_ok=True)
        used = (folder.parent / "v1.yaml").read_text("utf-8")
        for name, (title, lines, marks) in SAMPLES.items():
            if f"picture: {name}.png" in used:
                draw(title, lines, marks).quantize(48).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
