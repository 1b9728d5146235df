// Groups of sessions beside each other, by whatever the records say besides words.
import { ask, query } from "./api.js";
import { h } from "./dom.js";
import { forest } from "./forest.js";
import { number } from "./number.js";
import { saves } from "./picture.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const three = (v) => number(v, 3);
const span = (low, high) => (low === null ? T.corpus.few : `${three(low)} to ${three(high)}`);

export function groups(view, { job, columns, about }) {
  const state = { by: columns[0], measure: "mean" };
  let board = null, turn = 0;
  const body = h("div");
  const choose = (label, values, pick) => h("select", { "aria-label": label, onchange: (e) => { pick(e.target.value); show(); } }, values.map(([value, words]) => h("option", { value }, words)));

  async function show() {
    const mine = ++turn, asked = query({ ...state, ...about() });
    const told = await ask(`/traces/${job}/groups${asked}`);
    if (mine !== turn) return;
    board?.close();
    board = null;
    const name = (one) => one.value || T.group.unsaid;
    const title = T.group.title(T.columns[state.measure], told.axis, state.by);
    const picture = h("div", { class: "forest" });
    body.replaceChildren(picture,
      h("p", { class: "hint" }, T.group.lead(told), told.quarters ? ` ${T.group.quarters}` : "", told.left ? ` ${T.group.left(told.left)}` : ""),
      h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.corpus.groups }, h("table", {},
        h("thead", {}, h("tr", {}, [state.by, T.corpus.sessions(2), T.columns[state.measure], "95 %", T.group.gap(told.largest || T.group.unsaid), "95 %"].map((w, i) => h("th", { scope: "col", class: i ? "n" : "" }, w)))),
        h("tbody", {}, told.groups.map((one) => h("tr", {}, h("th", { scope: "row" }, name(one)), h("td", { class: "n" }, one.n.toLocaleString("en")), h("td", { class: "n" }, three(one.mean)),
          h("td", { class: "n" }, span(one.low, one.high)), h("td", { class: "n" }, three(one.gap_mean)), h("td", { class: "n" }, one.value === told.largest ? "" : span(one.gap_low, one.gap_high))))))),
      h("p", { class: "saves" }, T.files, links(`/traces/${job}/groups/file${asked}`, T.corpus.groups), saves("groups", () => board.svg())));
    if (told.groups.length) board = forest(picture, told.groups.map((one) => ({ ...one, label: `${name(one)} (${one.n})`, value: one.mean })), { title, lines: [[0, false], [told.mean, true]], label: title });
  }
  view.replaceChildren(h("div", { class: "bar" }, h("h2", {}, T.corpus.groups),
    choose(T.corpus.by, columns.map((c) => [c, c]), (v) => (state.by = v)), choose(T.corpus.measure, ["mean", "change", "variability"].map((m) => [m, T.columns[m]]), (v) => (state.measure = v))), body);
  return { show, close: () => board?.close() };
}
