"""The files that must be met with the right verdict, each made by code: ordinary, odd and hostile ones."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PIL import Image

from tests.files import papers, pictures
from tests.files.corpus_more import FLOODS, REFUSED_MORE, TAKEN_MORE
from tests.files.papers import docx_with, pdf
from tests.files.pictures import heic, jpg, page, png, saved
from tests.files.sample import MIB, Sample, raw, text


def cut(make: Callable[[], bytes], share: float) -> Callable[[], bytes]:
    def half() -> bytes:
        whole = make()
        return whole[: int(len(whole) * share)]

    return half


def broken_xref() -> bytes:
    whole = pdf()
    return whole.replace(b"startxref\n", b"startxref\n9")


TAKEN: Final = [
    Sample("a jpg", jpg, "ok", "jpg"),
    Sample("a png", png, "ok", "png"),
    Sample("a heic", heic, "ok", "heic"),
    Sample("a heic with two pictures", pictures.two_heics, "ok", "heic", ("more_pictures",)),
    Sample("a jpg of a phone, turned, with position", pictures.with_gps, "ok", "jpg"),
    Sample("a cmyk jpg", pictures.cmyk, "ok", "jpg"),
    Sample("a 16-bit png", pictures.sixteen_bit, "ok", "png"),
    Sample("a transparent png", pictures.half_transparent, "ok", "png"),
    Sample("a bilevel png", lambda: saved(page().convert("1"), "PNG"), "ok", "png"),
    Sample("a palette png", lambda: saved(page().convert("P"), "PNG"), "ok", "png"),
    Sample("a grey jpg", lambda: saved(page().convert("L"), "JPEG"), "ok", "jpg"),
    Sample("a progressive jpg", lambda: saved(page(), "JPEG", progressive=True), "ok", "jpg"),
    Sample("one pixel", lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "ok", "png"),
    Sample("a strip of one pixel's height", lambda: saved(Image.new("RGB", (30_000, 1)), "PNG"), "ok", "png"),
    Sample("almost fifty megapixels", lambda: saved(Image.new("RGB", (7000, 7000)), "PNG"), "ok", "png"),
    Sample("almost fifty megapixels, transparent", lambda: saved(Image.new("RGBA", (7000, 7000)), "PNG"), "ok", "png"),
    Sample("a pdf", pdf, "ok", "pdf"),
    Sample("a pdf of 200 pages", partial(pdf, 200), "ok", "pdf"),
    Sample("a scanned pdf", papers.scanned_pdf, "ok", "pdf"),
    Sample("a pdf after a line feed", lambda: b"\r\n" + pdf(), "ok", "pdf"),
    Sample("a pdf locked against editing", partial(papers.locked_pdf, ""), "ok", "pdf"),
    Sample("a pdf with a script", papers.script_pdf, "ok", "pdf", ("script",)),
    Sample("a pdf with a script on opening", papers.opening_script_pdf, "ok", "pdf", ("script",)),
    Sample("a pdf with an attachment", papers.attachment_pdf, "ok", "pdf", ("attachment",)),
    Sample("a pdf with a wrong xref", broken_xref, "ok", "pdf"),
    Sample("a pdf of a huge page", partial(pdf, box="0 0 14400 14400"), "ok", "pdf"),
    Sample("a pdf of a page three points high", partial(pdf, box="0 0 600 3"), "ok", "pdf"),
    Sample("a pdf of a page without size", partial(pdf, box="0 0 0 0"), "ok", "pdf"),
    Sample("a docx", papers.docx, "ok", "docx"),
    Sample(
        "a docx with an embedded sheet",
        lambda: docx_with("word/embeddings/a.xlsx", b"PK"),
        "ok",
        "docx",
        ("attachment",),
    ),
    Sample("a docx with an ordinary link", partial(papers.linked_docx, "hyperlink", True), "ok", "docx"),
    *TAKEN_MORE,
    *FLOODS,
]

REFUSED: Final = [
    Sample("nothing", bytes, "empty", "empty"),
    Sample("21 MB", lambda: jpg() + bytes(21 * MIB), "too_large", "jpg"),
    Sample("21 MB of zeros", lambda: bytes(21 * MIB), "too_large", "unknown"),
    Sample("text renamed to jpg", text("this is no picture, really\n" * 20), "type", "text"),
    Sample("chinese text", text("这不是图片\n" * 20), "type", "text"),
    Sample("random bytes", raw(b"\x00\x01\x02\x03"), "type", "unknown"),
    Sample("a windows program", raw(b"MZ\x90\x00\x03\x00\x00\x00"), "program", "program"),
    Sample("a linux program", raw(b"\x7fELF\x02\x01\x01"), "program", "program"),
    Sample("a mac program", raw(b"\xcf\xfa\xed\xfe\x07\x00"), "program", "program"),
    Sample("a java class", raw(b"\xca\xfe\xba\xbe\x00\x00"), "program", "program"),
    Sample("a shell script", text("#!/bin/sh\nrm -rf /\n"), "program", "program"),
    Sample("a page", text("<!DOCTYPE html><html><script>alert(1)</script></html>"), "web_page", "html"),
    Sample("a page after blanks", text(" \n\t<HTML><body onload=alert(1)>"), "web_page", "html"),
    Sample("a page after a mark", lambda: b"\xef\xbb\xbf<html><script>alert(1)</script>", "web_page", "html"),
    Sample("a page in utf-16", text("<html><script>alert(1)</script></html>", "utf-16"), "web_page", "html"),
    Sample("a bare script", text("<script>alert(1)</script>"), "web_page", "html"),
    Sample("xhtml", text('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'), "web_page", "html"),
    Sample("mhtml", text("MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>"), "web_page", "html"),
    Sample(
        "a drawing with a script", text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "web_page", "svg"
    ),
    Sample(
        "a drawing after xml", text("<?xml version='1.0'?>\n<!-- x -->\n<svg onload='alert(1)'/>"), "web_page", "svg"
    ),
    Sample("xml", text("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "web_page", "xml"),
    Sample("a page that is also a pdf", lambda: b"<html><script>alert(1)</script>" + pdf(), "web_page", "html"),
    Sample("a gif", lambda: saved(page(), "GIF"), "type", "gif"),
    Sample("a webp", lambda: saved(page(), "WEBP"), "type", "webp"),
    Sample("a bmp", lambda: saved(page(), "BMP"), "type", "bmp"),
    Sample("a tiff", lambda: saved(page(), "TIFF"), "type", "tiff"),
    Sample("an avif", raw(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"), "type", "avif"),
    Sample("a video", raw(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"), "type", "video"),
    Sample("a voice note of a phone", raw(b"#!AMR\n"), "type", "audio"),
    Sample("a voice note of WeChat", raw(b"\x02#!SILK_V3"), "type", "audio"),
    Sample("an mp3", raw(b"ID3\x04"), "type", "audio"),
    Sample("an old or locked office file", raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "type", "ole"),
    Sample("rtf", text("{\\rtf1 hello}"), "type", "rtf"),
    Sample("a rar", raw(b"Rar!\x1a\x07\x01\x00"), "archive", "archive"),
    Sample("a 7z", raw(b"7z\xbc\xaf\x27\x1c"), "archive", "archive"),
    Sample("a gz", raw(b"\x1f\x8b\x08\x00"), "archive", "archive"),
    Sample("a zip", lambda: papers.archive({"a.jpg": b"x"}), "archive", "zip"),
    Sample("an empty zip", lambda: papers.archive({}), "archive", "zip"),
    Sample("a zip of 50 MB of zeros", lambda: papers.archive({"a": bytes(50 * MIB)}), "unpacks_too_large", "zip"),
    Sample("an xlsx", lambda: papers.archive({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "type", "xlsx"),
    Sample("a pptx", lambda: papers.archive({"ppt/presentation.xml": b""}), "type", "pptx"),
    Sample("a docx bomb", lambda: docx_with("word/media/a.xml", bytes(60 * MIB)), "unpacks_too_large", "zip"),
    Sample(
        "a docx bomb in its text", lambda: docx_with("word/document.xml", bytes(30 * MIB)), "unpacks_too_large", "zip"
    ),
    Sample(
        "a docx of two thousand parts",
        lambda: papers.archive({**papers.PARTS, **{f"word/{n}.xml": b"" for n in range(2000)}}),
        "unpacks_too_large",
        "zip",
    ),
    Sample("a docx with a lying size", papers.lying_docx, "damaged", "docx"),
    Sample("a docx that climbs out", lambda: docx_with("../../etc/cron.d/x", b"x"), "damaged", "docx"),
    Sample("a docx with an absolute name", lambda: docx_with("/etc/passwd", b"x"), "damaged", "docx"),
    Sample("a docx with a drive", lambda: docx_with("C:\\windows\\x", b"x"), "damaged", "docx"),
    Sample("a docx with macros", lambda: docx_with("word/vbaProject.bin", b"x"), "macro", "docx"),
    Sample(
        "a docm by its content type",
        lambda: docx_with("[Content_Types].xml", b"application/vnd.ms-word.document.macroEnabled.main+xml"),
        "macro",
        "docx",
    ),
    Sample("a docx that loads its template", partial(papers.linked_docx, "attachedTemplate", True), "macro", "docx"),
    Sample("a docx with a linked object", partial(papers.linked_docx, "oleObject", True), "macro", "docx"),
    Sample("a docx with a password", papers.locked_docx, "encrypted", "docx"),
    Sample("half a docx", cut(papers.docx, 0.5), "damaged", "docx"),
    Sample("half a png", cut(png, 0.5), "damaged", "png"),
    Sample("half a jpg", cut(jpg, 0.5), "damaged", "jpg"),
    Sample("half a heic", cut(heic, 0.5), "damaged", "heic"),
    Sample("the head of a png", lambda: png()[:20], "damaged", "png"),
    Sample("the head of a jpg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\0", "damaged", "jpg"),
    Sample("the head of a heic", lambda: heic()[:40], "damaged", "heic"),
    Sample("400 megapixels in 50 KB", pictures.pixel_flood, "too_many_pixels", "png"),
    Sample("a png that claims 400 megapixels", lambda: pictures.png_of(20_000, 20_000, b"x"), "too_many_pixels", "png"),
    Sample("a png of no size", lambda: pictures.png_of(0, 10, b"x"), "damaged", "png"),
    Sample("a png with a comment of 100 MB", pictures.text_bomb, "damaged", "png"),
    Sample("an animated png", pictures.animated_png, "animated", "png"),
    Sample("a jpg with a zip behind it", lambda: jpg() + papers.archive({"a.exe": b"MZ"}), "two_in_one", "jpg"),
    Sample("a jpg with a docx behind it", lambda: jpg() + papers.docx(), "two_in_one", "jpg"),
    Sample(
        "a png with a zip and more behind", lambda: png() + papers.archive({"a": b"b"}) + b"more", "two_in_one", "png"
    ),
    Sample("a pdf with a zip behind it", lambda: pdf() + papers.archive({"a.js": b"x"}), "two_in_one", "pdf"),
    Sample("a jpg with a pdf in its head", lambda: saved(page(), "JPEG", comment=b"%PDF-1.4"), "two_in_one", "jpg"),
    Sample("a pdf with a password", papers.locked_pdf, "encrypted", "pdf"),
    Sample("a pdf of 201 pages", partial(pdf, 201), "too_many_pages", "pdf"),
    Sample("a pdf of 10,000 pages", partial(pdf, 10_000), "too_many_pages", "pdf"),
    Sample("a pdf without pages", partial(pdf, 0), "damaged", "pdf"),
    Sample("the head of a pdf", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "damaged", "pdf"),
    Sample("a pdf of noise", raw(b"%PDF-1.7\n"), "damaged", "pdf"),
    Sample("a pdf that contains itself", papers.looping_pdf, "damaged", "pdf"),
    Sample("a pdf that starts a program", papers.launch_pdf, "starts_program", "pdf"),
    Sample("a pdf whose link starts a program", partial(papers.launch_pdf, True), "starts_program", "pdf"),
    *REFUSED_MORE,
]
