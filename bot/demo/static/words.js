/** The sentences of the demo page itself; names of stages, items and people come from the server. */

const WORDS = {
  "zh-CN": {
    anyOf: "任选，满足要求即可",
    approved: "审核通过",
    authority: "等待官方机构",
    case: "案件",
    caseHint: "按上面的“下一步”操作：定金到账、合同生效后，案件就会出现在这里。",
    caseless: "还没有案件",
    checklist: "材料清单",
    client: "客户",
    clientPhone: "客户手机",
    clientTurn: "等待客户",
    closed: "已办结",
    current: "当前阶段",
    date: "等待约定日期",
    demo: "演示",
    done: "已完成",
    internal: "内部",
    internalLong: "内部环节，客户看不到",
    language: "语言",
    lost: "连不上服务器，正在重试…",
    next: "下一步",
    nextHere: "下一步在这里",
    noItems: "还没有需要的材料",
    noStory: "还没有发生任何事",
    optional: "选交",
    panes: "窗口",
    phone: ({ name }) => `${name}的手机`,
    progress: ({ percent }) => `进度 ${percent}%`,
    rework: "需补件",
    running: "办理中",
    seats: "员工",
    staff: "员工",
    staffPhone: "员工手机",
    staffTurn: "等待我方处理",
    stages: "办理阶段",
    submitted: "待审核",
    tagline: "客户、员工和案件，实时连着同一套系统",
    timeline: "时间线",
    todo: "待提交",
    todoStage: "未开始",
    unread: "有新消息",
    version: ({ n }) => `第 ${n} 版`,
    waived: "无需提交",
  },
  en: {
    anyOf: "any one that meets the need",
    approved: "Approved",
    authority: "Waiting for the authority",
    case: "Case",
    caseHint: "Follow the next step above: once the deposit is there and the contract is effective, the case appears here.",
    caseless: "No case yet",
    checklist: "Documents",
    client: "Client",
    clientPhone: "Client's phone",
    clientTurn: "Waiting for the client",
    closed: "Closed",
    current: "Current stage",
    date: "Waiting for a date",
    demo: "Demo",
    done: "Done",
    internal: "internal",
    internalLong: "An internal step that the client does not see",
    language: "Language",
    lost: "The server cannot be reached, trying again…",
    next: "Next step",
    nextHere: "Next step is here",
    noItems: "No documents are needed yet",
    noStory: "Nothing has happened yet",
    optional: "Optional",
    panes: "Panes",
    phone: ({ name }) => `${name}'s phone`,
    progress: ({ percent }) => `${percent}% done`,
    rework: "Send again",
    running: "Open",
    seats: "Staff members",
    staff: "Staff",
    staffPhone: "Staff phone",
    staffTurn: "Waiting for the agency",
    stages: "Stages",
    submitted: "In review",
    tagline: "Client, staff and case, live on one system",
    timeline: "Timeline",
    todo: "To send",
    todoStage: "Not started",
    unread: "New messages",
    version: ({ n }) => `v${n}`,
    waived: "Waived",
  },
};

const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language;

/** The language of this page; the switch in its head loads the page anew. */
export const language = /^zh\b/i.test(asked) ? "zh-CN" : "en";

/** The sentence of this key. Throws for a key that the catalogue does not have, so that a typo is seen at once. */
export function t(key, params = {}) {
  const found = WORDS[language][key];
  if (found === undefined) throw new Error(`no words for ${key}`);
  return typeof found === "function" ? found(params) : found;
}

const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const clock = new Intl.DateTimeFormat(language, hour);
const dated = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", ...hour });

/** "14:05" today, "10月3日 14:05" on another day. */
export function when(iso) {
  const date = new Date(iso);
  return (date.toDateString() === new Date().toDateString() ? clock : dated).format(date);
}
