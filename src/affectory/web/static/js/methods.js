// The Card of every method, with its cautions: all of them, or the one that the address names first.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

export async function methods(main, wanted) {
  const cards = await ask("/methods");
  const list = h("div", { class: "cards" });
  const show = (words) => {
    const found = cards.filter((one) => told(one).includes(words.toLowerCase()));
    list.replaceChildren(...found.map((one) => card(one, one.name === wanted)));
  };
  const find = h("input", { type: "search", placeholder: T.methods.find, "aria-label": T.methods.find,
    value: wanted ?? "", oninput: () => show(find.value) });
  main.append(h("h1", {}, T.pages.methods), h("div", { class: "bar" }, find), list);
  show(find.value);
}

const told = (one) =>
  [one.name, one.summary, one.title, ...one.takes, ...one.gives].join(" ").toLowerCase();

const figure = (one) => `${one.name} ${one.value}, n ${one.n.toLocaleString("en")}, ${one.setting}`
  + (one.by ? `: ${one.by}` : "");

function card(one, open) {
  const row = (name, words) => [h("dt", {}, name), h("dd", {}, words)];
  const items = (rows) => h("ul", {}, rows.map((words) => h("li", {}, words)));
  return h("article", { class: "card" },
    h("h2", {}, one.name), h("p", { class: "lead" }, one.summary),
    h("dl", {},
      row(T.paper, `${one.title}, ${one.year}${one.ref ? `. ${one.ref}` : ""}`),
      row(T.takes, one.takes.join(", ") || "–"),
      row(T.gives, one.gives.join(", ")),
      one.untrained ? row(T.first, T.methods.train(one.name)) : "",
      one.extras.length ? row(T.extra, one.extras.map((e) => `affectory[${e}]`).join(", ")) : ""),
    h("details", { open }, h("summary", {}, T.cautions), items(one.cautions)),
    one.published.length
      ? h("details", {}, h("summary", {}, T.methods.published), items(one.published.map(figure)))
      : "");
}
