// Small multiples: sixty little curves at a time, each a way into its session.
import { h } from "./dom.js";
import { saves } from "./picture.js";
import { reach, shape, sheet } from "./shape.js";
import { T } from "./texts.js";

const AT_ONCE = 60;

export function multiples(view, told, href) {
  const range = reach(told.values, told.axis.rest);
  const many = Math.max(...told.kind) + 1;
  const grid = h("div", { class: "multiples" }), words = h("p", { class: "count", role: "status" });
  let rows = told.number.map((_, i) => i), first = 0;
  const turn = (by) => h("button", { type: "button", disabled: true, onclick: () => { first += by * AT_ONCE; show(); } }, by < 0 ? T.many.back : T.many.on);
  const back = turn(-1), on = turn(1);
  const picture = (i) => shape(told.values[i], range);

  function show() {
    const some = rows.slice(first, first + AT_ONCE);
    grid.replaceChildren(...some.map((i) => h("a", { href: href(told.number[i]), title: told.session[i] }, picture(i), h("span", {}, told.session[i]))));
    words.textContent = T.many.of(first + 1, first + some.length, rows.length);
    back.disabled = first === 0;
    on.disabled = first + AT_ONCE >= rows.length;
  }
  const pick = h("select", { onchange: (e) => {
    rows = told.number.map((_, i) => i).filter((i) => e.target.value === "" || told.kind[i] === +e.target.value);
    first = 0;
    show();
  } }, h("option", { value: "" }, T.many.all), Array.from({ length: many }, (_, k) => h("option", { value: k }, T.corpus.kind(k + 1))));
  const made = () => sheet(`${told.axis.name}: ${words.textContent}`, rows.slice(first, first + AT_ONCE).map((i) => ({ svg: picture(i), words: told.session[i].slice(-28) })), 6);
  view.replaceChildren(h("div", { class: "bar" }, h("h2", {}, T.many.title), h("label", { class: "pick" }, T.many.pick, pick), back, on, words), grid,
    h("p", { class: "saves" }, T.files, saves("courses", made)));
  show();
}
