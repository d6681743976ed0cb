/** Every sentence of the upload page itself, in both languages. A "no" of the server comes from the server. */

const WORDS = {
  "zh-CN": {
    about: "选好的文件会马上上传，和在聊天里发送一样。",
    aboutItem: ({ item }) => `请上传《${item}》。选好的文件会马上上传，和在聊天里发送一样。`,
    again: "再试一次",
    directory: "这是文件夹，请选择里面的文件",
    done: ({ n }) => `已收到 ${n} 个文件。检查结果会在聊天里告诉您，可以关闭此页。`,
    hint: ({ until, max, kinds }) => `${kinds}每个文件最大 ${max}。链接在 ${until} 前有效。`,
    kinds: ({ kinds }) => `可用格式：${kinds}。`,
    pick: "选择文件（可多选）",
    sent: "已收到",
    title: "上传材料",
    tooLarge: ({ size, max }) => `文件有 ${size}，超过上限 ${max}，请压缩后再传`,
    unreachable: "网络不通，请检查后再试",
    uploading: ({ percent }) => `正在上传 ${percent}%`,
    waiting: "等待上传",
    waitingMore: "传得有点快，稍等会自动继续",
    wrong: "没有成功，请再试一次",
  },
  en: {
    about: "The files you choose are uploaded at once, just as if you had sent them in the chat.",
    aboutItem: ({ item }) => `Please upload “${item}”. The files you choose are uploaded at once, as if sent in the chat.`,
    again: "Try again",
    directory: "This is a folder; please choose the files inside it",
    done: ({ n }) => `${n} ${n === 1 ? "file has" : "files have"} arrived. The chat will tell you the result; you can close this page.`,
    hint: ({ until, max, kinds }) => `${kinds}Each file can be up to ${max}. The link works until ${until}.`,
    kinds: ({ kinds }) => `Formats: ${kinds}. `,
    pick: "Choose files (one or more)",
    sent: "Received",
    title: "Upload documents",
    tooLarge: ({ size, max }) => `The file has ${size}, the limit is ${max}; please make it smaller`,
    unreachable: "No connection. Please check it and try again",
    uploading: ({ percent }) => `Uploading ${percent}%`,
    waiting: "Waiting",
    waitingMore: "A little too fast; it goes on by itself in a moment",
    wrong: "That did not work, please try again",
  },
};

let language = "zh-CN";

/** Any Chinese is taken as zh-CN, any other language as English. */
export function useLanguage(wanted) {
  language = /^zh\b/i.test(wanted) ? "zh-CN" : "en";
  document.documentElement.lang = language;
}

export const currentLanguage = () => language;

/** The sentence of this key. Throws for a key that the catalogue does not have. */
export function t(key, params = {}) {
  const found = WORDS[language][key];
  if (found === undefined) throw new Error(`no words for ${key}`);
  return typeof found === "function" ? found(params) : found;
}
