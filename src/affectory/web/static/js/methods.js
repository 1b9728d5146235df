// The Card of every method, with its cautions: all of them, or the one that the address names first.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

export async function methods(main, wanted) {
  const cards = await ask("/methods");
  const list = h("div", { class: "cards" });
  const show = (words) => list.replaceChildren(...cards.filter((one) => told(one).includes(words.toLowerCase())).map((one) => card(one, one.name === wanted)));
  const find = h("input", { type: "search", placeholder: T.methods.find, "aria-label": T.methods.find, value: wanted ?? "", oninput: () => show(find.value) });
  main.append(h("h1", {}, T.pages.methods), h("div", { class: "bar" }, find), list);
  show(find.value);
}

const told = (one) => [one.name, one.summary, one.title, ...one.takes, ...one.gives].join(" ").toLowerCase();

function card(one, open) {
  return h("article", { class: "card" },
    h("h2", {}, one.name), h("p", { class: "lead" }, one.summary),
    h("dl", {},
      h("dt", {}, T.paper), h("dd", {}, `${one.title}, ${one.year}${one.ref ? `. ${one.ref}` : ""}`),
      h("dt", {}, T.takes), h("dd", {}, one.takes.join(", ") || "–"),
      h("dt", {}, T.gives), h("dd", {}, one.gives.join(", ")),
      one.extras.length ? [h("dt", {}, T.extra), h("dd", {}, one.extras.map((e) => `affectory[${e}]`).join(", "))] : ""),
    h("details", { open }, h("summary", {}, T.cautions), h("ul", {}, one.cautions.map((c) => h("li", {}, c)))),
    one.published.length ? h("details", {}, h("summary", {}, T.methods.published), h("ul", {}, one.published.map((f) => h("li", {}, `${f.name} ${f.value}, n ${f.n.toLocaleString("en")}, ${f.setting}${f.by ? `: ${f.by}` : ""}`)))) : "");
}
