// The talks that go on beside the lake: typed here, or overheard by `affectory live`.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

const EVERY = 2000;

export const overheard = (talk) => talk.startsWith("chat-");

export function talks(view, talk, go) {
  const list = h("ul", { class: "plain talks" });
  const none = h("p", { class: "count" }, T.live.none);
  let before = "";
  view.append(h("h2", {}, T.live.talks), none, list);

  async function look() {
    if (document.hidden) return;
    let told;
    try { told = await ask("/talks"); } catch { return; } // it is told elsewhere that the server is away
    const now = Date.now() / 1000;
    const rows = told.map((one) => ({ ...one, ago: T.live.ago(Math.max(0, now - one.last)) }));
    const state = JSON.stringify(rows);
    if (state === before) return; // who is reading or has the keyboard on one is left alone
    before = state;
    none.hidden = rows.length > 0;
    const held = document.activeElement?.dataset?.talk;
    list.replaceChildren(...rows.map((one) => h("li", {}, h("button", {
      type: "button", class: "talk", data: { talk: one.talk }, "aria-current": one.talk === talk ? "true" : null, onclick: () => one.talk !== talk && go(one.talk),
    }, h("span", { class: "words" }, one.words || T.live.wordless),
    h("small", {}, T.live.about(one.turns, one.ago, one.overheard))))));
    if (held) list.querySelector(`[data-talk="${CSS.escape(held)}"]`)?.focus();
  }

  look();
  const timer = setInterval(look, EVERY);
  return { close: () => clearInterval(timer) };
}
