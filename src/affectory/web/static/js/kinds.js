// Kinds of shapes, each with its size, its middle half and examples; and sessions unlike their kind.
import { h } from "./dom.js";
import { number } from "./number.js";
import { saves } from "./picture.js";
import { reach, shape, sheet } from "./shape.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

export function kinds(view, told, rest, { href, path, alone }) {
  const range = reach([...told.kinds.flatMap((one) => [one.low, one.high]), [rest]], rest);
  const wide = reach(told.odd.map((one) => one.curve), rest);
  const size = (one, k) =>
    `${T.corpus.kind(k + 1)}: ${one.n.toLocaleString("en")} ${T.corpus.sessions(one.n)}`;
  const link = (one) => h("a", { href: href(one.number) }, one.session);
  const kind = (one) => shape(one.mean, range, one.low, one.high);
  const pictures = () => told.kinds.map((one, k) => ({ svg: kind(one), words: size(one, k) }));
  const far = () => told.odd.map((one) => ({
    svg: shape(one.curve, wide),
    words: `${one.session.slice(-22)} × ${number(one.times, 1)}`,
  }));
  const title = T.corpus.kinds(told.n, told.axis, alone);
  view.replaceChildren(
    h("div", { class: "bar" }, h("h2", {}, title)),
    h("div", { class: "kinds" }, told.kinds.map((one, k) => h("article", { class: "card" },
      kind(one), h("p", {}, h("b", {}, size(one, k))),
      h("ul", { class: "plain" }, one.examples.map((each) => h("li", {}, link(each))))))),
    h("p", { class: "saves" }, T.files, links(path, T.corpus.members),
      saves("kinds", () => sheet(title, pictures()))),
    h("h2", {}, T.corpus.odd),
    h("p", { class: "hint" },
      told.unlike ? T.corpus.unlike(told.unlike, told.odd.length) : T.corpus.none),
    h("div", { class: "kinds" }, told.odd.map((one) => h("article", { class: "card" },
      shape(one.curve, wide), link(one),
      h("p", { class: "hint" }, T.corpus.why(one.times, one.kind + 1))))),
    told.odd.length
      ? h("p", { class: "saves" }, T.files, saves("unlike", () => sheet(T.corpus.odd, far())))
      : "");
}
