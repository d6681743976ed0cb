"""Is it a portrait of the wanted shape on a light, even background, with enough pixels, and recent?"""

from typing import Final

from core.engine.spec_checks import Photo
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen

_CLOSE: Final = 0.03  # deviation of the ratio of sides that nobody sees
_NEAR: Final = 0.08  # can be cut to shape
_PRINT_DPI: Final = 300
_MM_PER_INCH: Final = 25.4
_WHITE: Final = (0.9, 0.06, 0.06)  # lightness at least, spread and tint at most
_LIGHT: Final = (0.75, 0.12, 0.25)
_NAMES: Final = {
    "photo": {"zh-CN": "证件照", "en": "Portrait"},
    "photo.age": {"zh-CN": "拍摄日期", "en": "When the photo was taken"},
}


def photo(wanted: Photo, seen: Seen) -> list[Finding]:
    width, height = seen.inspection.width, seen.inspection.height
    if width is None or height is None:
        why = {"zh-CN": "不是图片，请发送 JPG 或 PNG", "en": "not a picture; ask for a JPG or PNG"}
        return [not_run("photo", _NAMES["photo"], why)]
    found = [_ratio(wanted, width, height), _pixels(wanted, width, height)]
    if wanted.background != "any":
        found.append(_background(wanted, seen))
    if wanted.max_age_days is not None:
        found.append(_age(wanted.max_age_days, seen))
    return found


def _ratio(wanted: Photo, width: int, height: int) -> Finding:
    target, actual = wanted.width_mm / wanted.height_mm, width / height
    off = abs(actual / target - 1)
    form = f"{wanted.width_mm:g}×{wanted.height_mm:g}"
    measured = {"ratio": round(actual, 3)}
    if off <= _CLOSE:
        return finding("photo.ratio", "ok", f"比例符合 {form} 毫米", f"Has the shape of {form} mm", **measured)
    pixels = f"{width}×{height}"
    if off <= _NEAR:
        zh, en = (
            f"比例略有偏差（{pixels} 像素），可裁剪为 {form} 毫米",
            f"Nearly the shape of {form} mm ({pixels} pixels)",
        )
        return finding("photo.ratio", "warn", zh, f"{en}: it can be cut", **measured)
    zh, en = f"比例不符：{pixels} 像素，应为 {form} 毫米", f"Wrong shape: {pixels} pixels for {form} mm"
    return finding("photo.ratio", "fail", zh, en, **measured)


def _pixels(wanted: Photo, width: int, height: int) -> Finding:
    least = (
        round(wanted.width_mm / _MM_PER_INCH * _PRINT_DPI),
        round(wanted.height_mm / _MM_PER_INCH * _PRINT_DPI),
    )
    if width >= least[0] and height >= least[1]:
        return finding("photo.pixels", "ok", f"像素足够({width}×{height})", f"Enough pixels ({width} x {height})")
    return finding(
        "photo.pixels",
        "warn",
        f"像素偏低({width}×{height}),300 dpi 打印需要 {least[0]}×{least[1]}",
        f"Few pixels ({width} x {height}); printing at 300 dpi needs {least[0]} x {least[1]}",
    )


def _background(wanted: Photo, seen: Seen) -> Finding:
    """Both measures come with the picture; a shadow shows as spread, a coloured wall as tint."""
    light = seen.inspection.background or 0.0
    spread = seen.inspection.background_spread or 0.0
    tint = seen.inspection.background_tint or 0.0
    measured = {"light": light, "spread": spread, "tint": tint}
    if _within(_WHITE, light, spread, tint):
        return finding("photo.background", "ok", "背景为白色", "White background", **measured)
    if _within(_LIGHT, light, spread, tint):
        if wanted.background == "light":
            return finding("photo.background", "ok", "背景为浅色", "Light background", **measured)
        return finding(
            "photo.background",
            "warn",
            "背景偏灰、偏色或有阴影，应为纯白",
            "Not quite white: grey, tinted or shaded",
            **measured,
        )
    return finding("photo.background", "fail", "背景不是纯净的浅色", "The background is not light and even", **measured)


def _within(bounds: tuple[float, float, float], light: float, spread: float, tint: float) -> bool:
    return light >= bounds[0] and spread <= bounds[1] and tint <= bounds[2]


def _age(most: int, seen: Seen) -> Finding:
    taken = seen.given("issued")
    if taken is None:
        why = {
            "zh-CN": f"须在 {most} 天内，请询问客户",
            "en": f"must be within {most} days, please ask the client",
        }
        return not_run("photo.age", _NAMES["photo.age"], why, needs=["issued"])
    age = (seen.today - taken).days
    if age <= most:
        return finding("photo.age", "ok", f"{age} 天前拍摄", f"Taken {age} days ago", days=age)
    return finding(
        "photo.age",
        "fail",
        f"{age} 天前拍摄，超过 {most} 天",
        f"Taken {age} days ago, more than {most}",
        days=age,
    )
