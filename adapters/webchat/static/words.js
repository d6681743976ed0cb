/** Every sentence of the chat page itself, in both languages. What the bot says comes from the server. */

const many = (n, one, more) => (n === 1 ? one : more);

const WORDS = {
  "zh-CN": {
    assistant: "办理助手",
    attach: "添加文件",
    attachments: "待发送的文件",
    blocked: "请从邀请链接进入",
    blockedText: "请打开顾问发给您的链接，即可继续对话。",
    camera: "拍照",
    caption: "附言（可不填）",
    close: "关闭",
    compose: "输入消息…",
    connecting: "正在连接…",
    delete: "删除",
    directory: ({ name }) => `“${name}”是文件夹，请选择里面的文件`,
    drop: "松开即可添加文件",
    emptyClient: "还没有消息。打个招呼，就可以开始办理。",
    emptyStaff: "暂时没有消息。需要您处理的事会出现在这里。",
    enlarge: ({ name }) => `放大查看：${name}`,
    failed: "未发送",
    fileGone: ({ name }) => `页面重新载入前“${name}”没有传完，请再添加一次`,
    image: "图片",
    imageMissing: "图片暂时无法显示",
    lost: "连接中断，正在重新连接…",
    lostHint: "已输入的内容都会保留。",
    me: "我",
    messages: "对话",
    newMessages: ({ n }) => `${n} 条新消息`,
    offline: "连接中断",
    online: "在线",
    opening: "正在打开对话…",
    original: "打开原图",
    otherLanguage: "EN",
    person: "人工",
    pressFailed: ({ why }) => `没有成功：${why}`,
    pressRetry: "网络不稳，正在重试…",
    problem: "出了点问题",
    quick: "常用",
    quickWords: ["进度", "材料", "人工", "帮助"],
    redrawn: "已更新",
    remove: ({ name }) => `移除 ${name}`,
    retry: "重试",
    retryNow: "立即重试",
    send: "发送",
    sendFiles: ({ n }) => `发送 ${n} 个文件`,
    sending: "发送中",
    sent: "已发送",
    switchLanguage: "Switch to English",
    timeout: "服务器没有回应",
    today: "今天",
    tooLarge: ({ size, max }) => `${size}，超过上限 ${max},请压缩后再发`,
    tooLong: ({ max }) => `每条消息最多 ${max} 个字`,
    typing: "正在回复…",
    unreachable: "连不上服务器",
    uploading: ({ percent }) => `上传中 ${percent}%`,
    waiting: "暂未发出，自动重试中",
    yesterday: "昨天",
    zoom: "放大或缩小",
  },
  en: {
    assistant: "Assistant",
    attach: "Add files",
    attachments: "Files to send",
    blocked: "Please use your invitation",
    blockedText: "Open the link that your adviser sent you to continue the conversation.",
    camera: "Take a photo",
    caption: "Add a note (optional)",
    close: "Close",
    compose: "Write a message…",
    connecting: "Connecting…",
    delete: "Delete",
    directory: ({ name }) => `"${name}" is a folder; choose the files inside it`,
    drop: "Drop to add the files",
    emptyClient: "No messages yet. Say hello to get started.",
    emptyStaff: "No messages yet. What needs your decision will appear here.",
    enlarge: ({ name }) => `Enlarge: ${name}`,
    failed: "Not sent",
    fileGone: ({ name }) => `"${name}" was not uploaded before the page reloaded; please add it again`,
    image: "Image",
    imageMissing: "The image cannot be shown right now",
    lost: "Connection lost, reconnecting…",
    lostHint: "Nothing you typed is lost.",
    me: "Me",
    messages: "Conversation",
    newMessages: ({ n }) => `${n} new ${many(n, "message", "messages")}`,
    offline: "Disconnected",
    online: "Online",
    opening: "Opening the conversation…",
    original: "Open original",
    otherLanguage: "中文",
    person: "Staff",
    pressFailed: ({ why }) => `That did not work: ${why}`,
    pressRetry: "Unstable connection, trying again…",
    problem: "Something went wrong",
    quick: "Shortcuts",
    quickWords: ["Status", "Docs", "Human", "Help"],
    redrawn: "Updated",
    remove: ({ name }) => `Remove ${name}`,
    retry: "Retry",
    retryNow: "Retry now",
    send: "Send",
    sendFiles: ({ n }) => `Send ${n} ${many(n, "file", "files")}`,
    sending: "Sending",
    sent: "Sent",
    switchLanguage: "切换到中文",
    timeout: "The server did not answer",
    today: "Today",
    tooLarge: ({ size, max }) => `${size} is over the limit of ${max}; please make it smaller`,
    tooLong: ({ max }) => `A message can have at most ${max} characters`,
    typing: "Writing…",
    unreachable: "The server cannot be reached",
    uploading: ({ percent }) => `Uploading ${percent}%`,
    waiting: "Not sent yet, retrying",
    yesterday: "Yesterday",
    zoom: "Zoom in or out",
  },
};

export const LANGUAGES = Object.keys(WORDS);

let language = LANGUAGES[0];

/** Switches all later `t` calls. Any Chinese ("zh-TW") is taken as zh-CN, any other language as English. */
export function useLanguage(wanted) {
  language = /^zh\b/i.test(wanted) ? "zh-CN" : "en";
}

export const currentLanguage = () => language;

export const otherLanguage = () => LANGUAGES.find((one) => one !== language);

/** The sentence of this key. Throws for a key that the catalogue does not have, so that a typo is seen at once. */
export function t(key, params = {}) {
  const found = WORDS[language][key];
  if (found === undefined) throw new Error(`no words for ${key}`);
  return typeof found === "function" ? found(params) : found;
}
