// Which conversations to read first, and why each.
import { ask, latest, query } from "./api.js";
import { choose } from "./course.js";
import { h } from "./dom.js";
import { sign } from "./sign.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const BUDGETS = [10, 20, 50, 100];

export async function queue(main, job) {
  const state = { arm: "signals", budget: 20, seed: 0 };
  const list = h("div", { class: "queue", "aria-live": "polite" }), kept = h("p", { class: "saves" });
  const asking = latest();

  async function show() {
    const newest = asking(), asked = query(state);
    list.replaceChildren(h("p", { class: "hint" }, T.queue.wait));
    kept.replaceChildren();
    try {
      const told = await ask(`/traces/${job}/queue${asked}`);
      if (!newest()) return; // others were asked for meanwhile
      list.replaceChildren(...told.map((one) => card(job, one)));
      kept.replaceChildren(T.files, ...links(`/traces/${job}/queue/file${asked}`, T.queue.title));
    } catch (error) {
      if (newest()) list.replaceChildren(h("p", { class: "error", role: "alert" }, error.message));
    }
  }

  const arms = Object.entries(T.queue.arms);
  const again = () => { state.seed += 1; show(); };
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`)),
    h("h1", {}, T.queue.title), h("p", { class: "hint" }, T.queue.lead),
    h("div", { class: "bar" },
      choose(T.queue.arm, arms, state.arm, (v) => { state.arm = v; show(); }),
      choose(T.queue.budget, BUDGETS, state.budget, (v) => { state.budget = v; show(); }),
      h("button", { type: "button", onclick: again }, T.queue.again), kept),
    list);
  await show();
}

function card(job, one) {
  const count = new Map();
  for (const sign of one.signs) count.set(sign.type, (count.get(sign.type) ?? 0) + 1);
  const signs = [...count].map(([type, n]) => sign(type, n));
  return h("article", { class: "card" },
    h("div", { class: "bar" },
      h("h2", {}, h("a", { href: `#/t/${job}/s/${one.number}` }, one.session)),
      h("span", { class: `grade ${one.grade}` }, T.queue.grade(one.grade, one.quality))),
    h("p", {}, one.reason), h("p", { class: "signs" }, signs),
    h("small", {}, T.queue.messages(one.messages)));
}
