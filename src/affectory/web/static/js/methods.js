// The Card of every method, with its cautions.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

export async function methods(main) {
  const cards = await ask("/methods");
  main.append(h("h1", {}, T.pages.methods), h("div", { class: "cards" }, cards.map((card) =>
    h("article", { class: "card" },
      h("h2", {}, card.name), h("p", { class: "lead" }, card.summary),
      h("dl", {},
        h("dt", {}, T.paper), h("dd", {}, `${card.title}, ${card.year}${card.ref ? `. ${card.ref}` : ""}`),
        h("dt", {}, T.takes), h("dd", {}, card.takes.join(", ") || "–"),
        h("dt", {}, T.gives), h("dd", {}, card.gives.join(", ")),
        card.extras.length ? [h("dt", {}, T.extra), h("dd", {}, card.extras.map((e) => `affectory[${e}]`).join(", "))] : ""),
      h("details", {}, h("summary", {}, T.cautions), h("ul", {}, card.cautions.map((c) => h("li", {}, c))))))));
}
