// All sessions at once, on an axis that is chosen: a carpet, small curves, kinds, a search, groups.
import { ask, query } from "./api.js";
import { carpet } from "./carpet.js";
import { h } from "./dom.js";
import { groups } from "./groups.js";
import { kinds } from "./kinds.js";
import { multiples } from "./multiples.js";
import { saves } from "./picture.js";
import { seek } from "./seek.js";
import { notes, visit } from "./storage.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const MANY = [2, 3, 4, 5, 6, 8, 10];

export async function corpus(main, job) {
  const base = `/traces/${job}`, key = `affectory.shapes.${job}`;
  const href = (number) => `#/t/${job}/s/${number}`;
  main.append(h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`)), h("h1", {}, T.corpus.title));
  const [axes, columns] = await Promise.all([ask(`${base}/axes`), ask(`${base}/columns`)]);
  if (!axes.length) return void main.append(h("p", { class: "empty" }, T.corpus.stateless));
  const state = chosen(axes, key);
  const spec = () => axes.find((one) => one.name === state.space).axes.find((one) => one.name === state.axis);
  const about = () => ({ space: state.space, axis: state.axis });
  const [rug, many, sorted, search, beside] = Array.from({ length: 5 }, () => h("section", { class: "card" }));
  const pick = h("div", { class: "bar choose" }), wrong = h("p", { class: "hint", role: "status" });
  main.append(pick, wrong, rug, many, sorted, search, columns.length ? beside : "");
  let board = null, turn = 0;

  function choices() {
    const select = (label, values, value, onpick) => h("label", { class: "pick" }, label, h("select", { onchange: (e) => { onpick(e.target.value); choices(); show(); } }, values.map((v) => h("option", { value: v, selected: v === value }, v))));
    pick.replaceChildren(
      select(T.space, axes.map((one) => one.name), state.space, (v) => { state.space = v; state.axis = first(axes, v); }),
      select(T.axis, axes.find((one) => one.name === state.space).axes.map((one) => one.name), state.axis, (v) => (state.axis = v)),
      select(T.corpus.many, MANY, state.k, (v) => (state.k = +v)));
  }

  const found = seek(search, { job, axes, about, href });
  const compared = columns.length ? groups(beside, { job, columns, about }) : null;

  async function show() {
    const mine = ++turn, asked = query(state);
    visit.remember(key, JSON.stringify(state));
    let told, cut;
    try {
      [told, cut] = await Promise.all([ask(`${base}/curves${asked}`), ask(`${base}/kinds${asked}`)]);
    } catch (error) {
      wrong.textContent = error.message;
      for (const one of [rug, many, sorted]) one.hidden = true;
      return;
    }
    if (mine !== turn) return; // something else was chosen meanwhile
    wrong.textContent = "";
    for (const one of [rug, many, sorted]) one.hidden = false;
    board?.close();
    rug.replaceChildren(h("div", { class: "bar" }, h("h2", {}, T.carpet.title(told.number.length, told.total))));
    board = carpet(rug, told, (number) => (location.hash = href(number)));
    rug.append(h("p", { class: "saves" }, T.files, links(`${base}/curves/file${asked}`, T.carpet.name), saves("carpet", board.svg)));
    multiples(many, told, href);
    kinds(sorted, cut, spec().rest, { href, path: `${base}/curves/file${asked}` });
    found.again();
  }

  choices();
  await Promise.all([show(), compared?.show()]);
  const groupsToo = () => compared?.show();
  pick.addEventListener("change", groupsToo);
  return () => { board?.close(); compared?.close(); };
}

const first = (axes, space) => {
  const names = axes.find((one) => one.name === space).axes.map((one) => one.name);
  return names.includes("valence") ? "valence" : names[0];
};

// what was looked at last, where it is still there
function chosen(axes, key) {
  const kept = notes(key, visit);
  const there = axes.find((one) => one.name === kept.space)?.axes.some((one) => one.name === kept.axis);
  return there ? { space: kept.space, axis: kept.axis, k: MANY.includes(kept.k) ? kept.k : 5 } : { space: axes[0].name, axis: first(axes, axes[0].name), k: 5 };
}
