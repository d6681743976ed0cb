/** Keeps the newest message in sight while the reader is at the end; otherwise counts what is new in a pill. */

import { icon } from "./icons.js";
import { t } from "./words.js";

const NEAR = 80; // pixels from the end that still count as the end

export class Follow {
  #scroller;
  #pill;
  #atEnd = true;
  #seen = { scrollTop: 0, scrollHeight: 0, clientHeight: 0 }; // as it was last looked at
  #unread = 0;

  constructor(scroller, content, pill) {
    this.#scroller = scroller;
    this.#pill = pill;
    scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    pill.addEventListener("click", () => this.toEnd("smooth"));
    const observer = new ResizeObserver(() => {
      if (this.#atEnd) this.#jump("instant");
      this.#remember();
    });
    observer.observe(scroller);
    observer.observe(content);
  }

  /** A message of somebody else has been added at the end. */
  arrived() {
    if (this.#atEnd) return;
    this.#unread += 1;
    this.show();
  }

  toEnd(behavior = "instant") {
    this.#atEnd = true;
    this.#unread = 0;
    this.show();
    this.#jump(behavior);
  }

  show() {
    this.#pill.hidden = this.#unread === 0;
    this.#pill.replaceChildren(icon("down"), t("newMessages", { n: this.#unread }));
  }

  #jump(behavior) {
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior });
  }

  #remember() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#seen = { scrollTop, scrollHeight, clientHeight };
  }

  /** Only a reader moves up while all sizes stay; when content or window change, nobody has left the end. */
  #look() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const sameSizes = scrollHeight === this.#seen.scrollHeight && clientHeight === this.#seen.clientHeight;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#atEnd = true;
    else if (sameSizes && scrollTop < this.#seen.scrollTop) this.#atEnd = false;
    this.#remember();
    if (this.#atEnd && this.#unread) {
      this.#unread = 0;
      this.show();
    }
  }
}
