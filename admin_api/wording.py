"""The API's own words in both languages: a title for every status, and sentences for what only HTTP knows."""

from collections.abc import Mapping
from typing import Final

from core.engine.text import Words

TITLES: Final[Mapping[int, Words]] = {
    400: {"zh-CN": "请求无法读取", "en": "The request cannot be read"},
    401: {"zh-CN": "需要验明身份", "en": "Authentication is needed"},
    403: {"zh-CN": "没有权限", "en": "Not allowed"},
    404: {"zh-CN": "未找到", "en": "Not found"},
    405: {"zh-CN": "不支持此方法", "en": "Method not allowed"},
    406: {"zh-CN": "没有可用的内容类型", "en": "No acceptable content type"},
    409: {"zh-CN": "与当前状态冲突", "en": "Conflict with the present state"},
    410: {"zh-CN": "已不存在", "en": "Gone"},
    412: {"zh-CN": "内容已变化", "en": "It has changed meanwhile"},
    413: {"zh-CN": "内容过大", "en": "Too large"},
    415: {"zh-CN": "不支持此内容类型", "en": "Content type not supported"},
    422: {"zh-CN": "内容有误", "en": "The content is wrong"},
    428: {"zh-CN": "需要说明所见版本", "en": "The version seen is needed"},
    429: {"zh-CN": "请求过于频繁", "en": "Too many requests"},
    500: {"zh-CN": "内部错误", "en": "Internal error"},
    503: {"zh-CN": "暂时无法处理", "en": "Not possible at the moment"},
}
_OTHER: Final[Words] = {"zh-CN": "请求未完成", "en": "The request was not carried out"}

SENTENCES: Final[Mapping[str, Words]] = {
    "unauthenticated": {
        "zh-CN": "缺少密钥或登录凭证，或已失效。请在 Authorization 中以 Bearer 发送管理员签发的密钥，或重新登录。",
        "en": "There is no key or session, or it has ended. Send one as Authorization: Bearer, or sign in again.",
    },
    "password_change_needed": {
        "zh-CN": "您的密码由管理员设置，请先改为自己的密码（POST /me/password），之后即可继续。",
        "en": "An admin gave you this password: first take one of your own (POST /me/password), then go on.",
    },
    "unknown_path": {
        "zh-CN": "没有这个地址。请对照接口文档检查路径。",
        "en": "There is nothing at this address. Compare the path with the API description.",
    },
    "method_not_allowed": {
        "zh-CN": "此地址不支持该方法，可用方法见 Allow。",
        "en": "This address does not take that method; Allow names those that it takes.",
    },
    "malformed_json": {
        "zh-CN": "请求内容不是有效的 JSON（第 {position} 个字符附近）。",
        "en": "The body is no valid JSON (near character {position}).",
    },
    "malformed": {"zh-CN": "请求内容无法读取。", "en": "The request cannot be read."},
    "conflict": {
        "zh-CN": "内容引用了不存在的对象，或与已有内容重复。",
        "en": "It names something that does not exist, or that exists already.",
    },
    "precondition_failed": {
        "zh-CN": "您读取之后内容已有变化（或已不存在）。请重新读取，再以新的 ETag 发送 If-Match。",
        "en": "It has changed since you read it, or is gone. Read it again and send the new ETag as If-Match.",
    },
    "precondition_required": {
        "zh-CN": "请在 If-Match 中发送读取时得到的 ETag，以免覆盖他人的修改。",
        "en": "Send the ETag that reading it gave as If-Match, so that nobody's change is overwritten.",
    },
    "key_malformed": {
        "zh-CN": "Idempotency-Key 应为 1 至 255 个可见 ASCII 字符，例如一个 UUID。",
        "en": "Idempotency-Key takes 1 to 255 visible ASCII characters, such as a UUID.",
    },
    "key_reused": {
        "zh-CN": "此 Idempotency-Key 已用于另一请求。新的请求请用新的密钥值。",
        "en": "This Idempotency-Key was sent with another request. Take a new one for a new request.",
    },
    "still_running": {
        "zh-CN": "同一请求正在处理中，请稍后以相同内容重试。",
        "en": "The same request is being carried out. Send it again in a moment.",
    },
    "too_many_requests": {
        "zh-CN": "请求过于频繁，请按 Retry-After 所示的秒数等候。",
        "en": "Too many requests: wait for the seconds that Retry-After names.",
    },
    "unsupported_media_type": {
        "zh-CN": "此操作不接受这种内容类型，请按接口文档设置 Content-Type（多数为 application/json）。",
        "en": "This operation does not read that Content-Type; the description names the right one, mostly JSON.",
    },
    "file_gone": {
        "zh-CN": "文件已被删除，无法下载。",
        "en": "The file has been deleted and cannot be downloaded.",
    },
    "internal": {
        "zh-CN": "系统出错，已记录。请稍后重试；若仍出现，请联系管理员。",
        "en": "Something went wrong and was recorded. Try again later; if it stays, tell an admin.",
    },
}

SOMEBODY: Final[Words] = {"zh-CN": "其他人", "en": "somebody else"}
CLIENT: Final[Words] = {"zh-CN": "客户", "en": "the client"}


def title_of(status: int, language: str) -> str:
    """The short name of a problem."""
    return TITLES.get(status, _OTHER)[language]
