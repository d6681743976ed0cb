"""The browser that the other tests lean on: it shows Chinese letters and tells what goes wrong in a page."""

from tests.browser.accessible import faults
from tests.services.browser import Visitors

BLOCKING = "<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\"><script>1</script>"


def test_chinese_letters_have_glyphs_of_their_own(visitors: Visitors) -> None:
    page = visitors.page()
    page.set_content("<canvas width=64 height=64></canvas>")
    drawn = page.evaluate(
        """() => {
            const canvas = document.querySelector('canvas'), pen = canvas.getContext('2d');
            const draw = letter => {
                pen.clearRect(0, 0, 64, 64); pen.font = '48px sans-serif'; pen.fillText(letter, 4, 52);
                return canvas.toDataURL();
            };
            return ['办', '理', '签', '\\ue5e5'].map(draw);
        }"""
    )
    assert len(set(drawn)) == 4, "letters look the same: fonts-noto-cjk is missing"


def test_a_policy_violation_is_noticed(visitors: Visitors) -> None:
    visitors.allowed.append("Content Security Policy")
    visitors.page().set_content(BLOCKING)
    assert any("Content Security Policy" in what for what in visitors.trouble)
    assert visitors.unexpected() == []


def test_two_visitors_share_nothing(visitors: Visitors) -> None:
    first, second = visitors.page(locale="zh-CN"), visitors.page(locale="en-GB")
    assert first.evaluate("navigator.language") == "zh-CN"
    assert second.evaluate("navigator.language") == "en-GB"
    assert first.context != second.context


def test_a_page_that_shuts_people_out_is_found(visitors: Visitors) -> None:
    """What looks for faults of accessibility finds them."""
    page = visitors.page()
    page.set_content('<html><body><img src="data:,"><p style="color:#eee">pale</p><button></button></body></html>')
    found = " ".join(faults(page))
    for rule in ("image-alt", "color-contrast", "button-name", "html-has-lang", "document-title"):
        assert rule in found
