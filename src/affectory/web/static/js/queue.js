// Which conversations to read first, and why each.
import { ask, query } from "./api.js";
import { h } from "./dom.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

export async function queue(main, job) {
  const state = { arm: "signals", budget: 20, seed: 0 };
  const list = h("div", { class: "queue", "aria-live": "polite" }), kept = h("p", { class: "saves" });
  const show = async () => {
    list.replaceChildren(h("p", { class: "hint" }, T.queue.wait));
    try {
      const told = await ask(`/traces/${job}/queue${query(state)}`);
      list.replaceChildren(...told.map((one) => card(job, one)));
      kept.replaceChildren(T.files, ...links(`/traces/${job}/queue/file${query(state)}`, T.queue.title));
    } catch (error) {
      list.replaceChildren(h("p", { class: "error", role: "alert" }, error.message));
    }
  };
  const pick = (name, words, values) => h("label", { class: "pick" }, words, h("select", { onchange: (e) => { state[name] = e.target.value; show(); } },
    Object.entries(values).map(([value, label]) => h("option", { value, selected: value === String(state[name]) }, label))));
  main.append(h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`)), h("h1", {}, T.queue.title), h("p", { class: "hint" }, T.queue.lead),
    h("div", { class: "bar" }, pick("arm", T.queue.arm, T.queue.arms), pick("budget", T.queue.budget, { 10: "10", 20: "20", 50: "50", 100: "100" }),
      h("button", { type: "button", onclick: () => { state.seed += 1; show(); } }, T.queue.again), kept), list);
  await show();
}

function card(job, one) {
  const count = new Map();
  for (const sign of one.signs) count.set(sign.type, (count.get(sign.type) ?? 0) + 1);
  return h("article", { class: "card" },
    h("div", { class: "bar" }, h("h2", {}, h("a", { href: `#/t/${job}/s/${one.number}` }, one.session)), h("span", { class: `grade ${one.grade}` }, `${one.grade} ${one.quality.toFixed(0)}`)),
    h("p", {}, one.reason), h("p", { class: "signs" }, [...count].map(([type, n]) => h("span", { class: "sign" }, n > 1 ? `${type} × ${n}` : type))),
    h("small", {}, T.queue.messages(one.messages)));
}
