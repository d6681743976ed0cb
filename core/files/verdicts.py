"""What is said about a file that cannot be taken: what came, what is accepted, how to mend it, in both
languages."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from core.files.sniff import KINDS

Words = dict[str, str]

OK: Final = "ok"
_PLACE: Final = re.compile(r"\{([a-z]+)\}")

# What the signature table calls a thing, in words for a client.
SEEN: Final[Mapping[str, Words]] = {
    "pdf": {"zh-CN": "PDF 文件", "en": "a PDF"},
    "jpg": {"zh-CN": "JPG 图片", "en": "a JPG picture"},
    "png": {"zh-CN": "PNG 图片", "en": "a PNG picture"},
    "heic": {"zh-CN": "HEIC 图片", "en": "a HEIC picture"},
    "docx": {"zh-CN": "Word 文档(docx)", "en": "a Word document (docx)"},
    "xlsx": {"zh-CN": "Excel 表格", "en": "an Excel sheet"},
    "pptx": {"zh-CN": "PPT 演示文稿", "en": "a PowerPoint file"},
    "zip": {"zh-CN": "压缩包", "en": "a zip archive"},
    "archive": {"zh-CN": "压缩包", "en": "an archive"},
    "program": {"zh-CN": "程序文件", "en": "a program"},
    "html": {"zh-CN": "网页文件", "en": "a web page"},
    "svg": {"zh-CN": "SVG 矢量图", "en": "an SVG drawing"},
    "xml": {"zh-CN": "XML 文件", "en": "an XML file"},
    "text": {"zh-CN": "纯文本文件", "en": "a plain text file"},
    "gif": {"zh-CN": "GIF 图片", "en": "a GIF picture"},
    "webp": {"zh-CN": "WEBP 图片", "en": "a WEBP picture"},
    "avif": {"zh-CN": "AVIF 图片", "en": "an AVIF picture"},
    "bmp": {"zh-CN": "BMP 图片", "en": "a BMP picture"},
    "tiff": {"zh-CN": "TIFF 图片", "en": "a TIFF picture"},
    "ole": {"zh-CN": "旧版或加密的 Office 文档", "en": "an old or password-protected Office document"},
    "odt": {"zh-CN": "OpenDocument 文档", "en": "an OpenDocument file"},
    "rtf": {"zh-CN": "RTF 文档", "en": "an RTF document"},
    "audio": {"zh-CN": "语音或音频", "en": "a sound recording"},
    "video": {"zh-CN": "视频", "en": "a video"},
    "unknown": {"zh-CN": "无法识别的文件", "en": "a file of an unknown kind"},
}

VERDICTS: Final[Mapping[str, Words]] = {
    OK: {"zh-CN": "文件已收到。", "en": "The file was received."},
    "empty": {
        "zh-CN": "收到的文件是空的（0 字节）。请重新发送原文件；可以发送 {accepted}。",
        "en": "The file is empty (0 bytes). Please send the original again; {accepted} are accepted.",
    },
    "too_large": {
        "zh-CN": "文件太大（{size}），最大 {limit}。请压缩后重发，或把 PDF 拆成几份、照片用手机直接拍摄后发送。",
        "en": "The file is too large ({size}); up to {limit} is accepted. Please compress it, split the PDF, "
        "or send a photo taken with your phone.",
    },
    "type": {
        "zh-CN": "收到的是{seen}，无法使用。可以发送 {accepted}；请拍照，或导出为 PDF 后重发。",
        "en": "This is {seen}, which cannot be used. {accepted} are accepted: please take a photo or "
        "export it as a PDF and send that.",
    },
    "virus": {
        "zh-CN": "在这份文件（{seen}）里发现了病毒，已隔离，不会交给任何人。请先用杀毒软件检查您的手机或电脑，"
        "再重新拍照或导出后发送。",
        "en": "A virus was found in this file ({seen}); it is locked away and nobody will get it. Please check your "
        "device with a virus scanner, then take the photo or export the file again.",
    },
    "quota": {
        "zh-CN": "您的资料空间已满（已用 {used}，上限 {limit}），这份文件（{size}）没有保存，之前的材料不受影响。"
        "请回复“人工”，请顾问为您清理或加大空间后再发。",
        "en": "Your space for files is full ({used} of {limit} used), so this file ({size}) was not kept; what you "
        "sent before is safe. Please write “human” and ask your adviser for more room, then send it again.",
    },
    "not_for_item": {
        "zh-CN": "收到的是{seen}，但这项材料只收 {accepted}。请换成所需格式重发。",
        "en": "This is {seen}, but this item takes only {accepted}. Please send it in that form.",
    },
    "archive": {
        "zh-CN": "收到的是压缩包，无法使用。请解压后把里面的文件逐个发送；可以发送 {accepted}。",
        "en": "This is an archive, which cannot be used. Please unpack it and send the files one by one; "
        "{accepted} are accepted.",
    },
    "program": {
        "zh-CN": "收到的是程序文件，出于安全原因不能接收。可以发送 {accepted}；请检查是否选错了文件。",
        "en": "This is a program and is refused for safety. {accepted} are accepted; please check that you "
        "chose the right file.",
    },
    "web_page": {
        "zh-CN": "收到的是{seen}，可能含有脚本，不能接收。可以发送 {accepted}；请打印为 PDF 或截图后重发。",
        "en": "This is {seen}, which may carry scripts and is refused. {accepted} are accepted: please "
        "print it to PDF or send a screenshot.",
    },
    "damaged": {
        "zh-CN": "文件（{seen}）已损坏或没有传完，无法打开。请先在手机或电脑上确认能打开，再重新发送。",
        "en": "The file ({seen}) is damaged or incomplete and cannot be opened. Please check that it opens "
        "on your device, then send it again.",
    },
    "encrypted": {
        "zh-CN": "文件（{seen}）有密码，我们打不开。请去掉密码（例如打开后“打印为 PDF”）再重发，不要把密码发过来。",
        "en": "The file ({seen}) is protected by a password. Please remove it (for instance open it and "
        "print to PDF) and send it again; do not send us the password.",
    },
    "too_many_pages": {
        "zh-CN": "PDF 有 {pages} 页，最多 {limit} 页。请只发送需要的页，或拆成几份。",
        "en": "The PDF has {pages} pages; up to {limit} are accepted. Please send only the pages needed, or split it.",
    },
    "too_many_pixels": {
        "zh-CN": "图片尺寸过大({width}×{height}),最多 {limit} 百万像素。请用普通照片模式拍摄，或缩小后重发。",
        "en": "The picture is too big ({width} x {height}); up to {limit} megapixels are accepted. Please "
        "use the normal photo mode or shrink it.",
    },
    "animated": {
        "zh-CN": "收到的是动态图片。请发送静态照片（{accepted}）。",
        "en": "This is an animated picture. Please send a still one ({accepted}).",
    },
    "two_in_one": {
        "zh-CN": "这个{seen}里还夹带了另一个文件，出于安全原因不能接收。请重新拍照或重新导出后发送。",
        "en": "Another file is hidden inside this one ({seen}), so it is refused for safety. Please take "
        "the photo or export the file again.",
    },
    "starts_program": {
        "zh-CN": "这个{seen}打开时会启动其他程序，不能接收。请“打印为 PDF”后重发。",
        "en": "This file ({seen}) starts another program when opened, so it is refused. Please print it to "
        "PDF and send that.",
    },
    "macro": {
        "zh-CN": "这个 Word 文档带有宏或会从网上加载内容，不能接收。请另存为 PDF 后重发。",
        "en": "This Word document has macros or loads content from the network, so it is refused. Please "
        "save it as a PDF and send that.",
    },
    "unpacks_too_large": {
        "zh-CN": "这个文档解开后异常巨大，不能接收。请另存为 PDF 后重发。",
        "en": "This document unpacks to an abnormal size, so it is refused. Please save it as a PDF and send that.",
    },
    "too_heavy": {
        "zh-CN": "文件（{seen}）内容过于复杂，检查时超出了限制。请截图或拍照后重发，或导出为更简单的 PDF。",
        "en": "The file ({seen}) is too complex to be checked within the limits. Please send photos or "
        "screenshots, or export a simpler PDF.",
    },
}

_BY_NAME: Final = {
    "empty": "empty",
    "zip": "archive",
    "archive": "archive",
    "program": "program",
    "html": "web_page",
    "svg": "web_page",
    "xml": "web_page",
    "ole": "type",
}


def verdict_for(seen: str) -> str:
    """The verdict code of what `sniff` found but we do not take."""
    return _BY_NAME.get(seen, "type")


def verdict_words(code: str, params: Mapping[str, object] | None = None, accepted: Collection[str] = KINDS) -> Words:
    """The sentence of a verdict in both languages. Raises KeyError for a code that is not in the table.

    ``params``: ``seen`` (a name of SEEN), ``size``/``limit``/``pages``/``width``/``height`` as numbers;
    sizes in bytes.
    """
    given = verdict_params(params or {}, accepted)
    return {language: _fill(text, given, language) for language, text in VERDICTS[code].items()}


def verdict_params(params: Mapping[str, object], accepted: Collection[str] = KINDS) -> dict[str, str | Words]:
    """What stands in the holes of a verdict's sentence, as people read it; words in both languages where they differ.

    ``params`` as in `verdict_words`.
    """
    shown: dict[str, str | Words] = {name: str(value) for name, value in params.items()}
    shown["accepted"] = {language: kinds_words(accepted, language) for language in VERDICTS[OK]}
    shown["seen"] = SEEN.get(str(params.get("seen", "unknown")), SEEN["unknown"])
    if "size" in params:  # then the limit is a size as well
        shown |= {name: size_words(int(str(params[name]))) for name in ("size", "limit", "used") if name in params}
    return shown


def kinds_words(kinds: Collection[str], language: str) -> str:
    """The kinds as a list for people: ``PDF、JPG`` or ``PDF, JPG``."""
    return ("、" if language == "zh-CN" else ", ").join(kind.upper() for kind in kinds)


def size_words(size: int) -> str:
    """A size in bytes as people read it: ``350 KB``, ``21 MB``."""
    if size < 1024:
        return f"{size} B"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB".replace(".0 MB", " MB")


def _fill(text: str, params: Mapping[str, str | Words], language: str) -> str:
    shown = {name: value if isinstance(value, str) else value[language] for name, value in params.items()}
    return _PLACE.sub(lambda hit: shown.get(hit.group(1), hit.group()), text)
