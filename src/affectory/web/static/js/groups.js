// Groups of sessions beside each other, by whatever the records say besides words.
import { ask, latest, query } from "./api.js";
import { h } from "./dom.js";
import { forest } from "./forest.js";
import { number } from "./number.js";
import { saves } from "./picture.js";
import { buttons } from "./tables.js";
import { T } from "./texts.js";

const three = (v) => number(v, 3);
const span = (low, high) => (low === null ? T.corpus.few : `${three(low)} to ${three(high)}`);
const LONG = 40; // letters of a value that are shown
const said = (value) => (value.length > LONG ? `${value.slice(0, LONG)}…` : value) || T.group.unsaid;

export function groups(view, { job, columns, about, alone }) {
  const state = { by: columns[0], measure: "mean" };
  const asking = latest(), body = h("div");
  let board = null;

  async function show() {
    const newest = asking(), wish = { ...state, ...about() }, whose = alone();
    const told = await ask(`/traces/${job}/groups${query(wish)}`);
    if (!newest()) return; // something else was chosen meanwhile
    board?.close();
    board = null;
    if (!told.groups.length) {
      const none = T.group.none(T.columns[wish.measure], told.axis);
      return void body.replaceChildren(h("p", { class: "hint" }, none));
    }
    const title = T.group.title(T.columns[wish.measure], told.axis, wish.by, whose);
    const picture = h("div", { class: "forest" });
    body.replaceChildren(
      picture,
      h("p", { class: "hint" }, T.group.lead(told),
        told.quarters ? ` ${T.group.quarters}` : "", told.left ? ` ${T.group.left(told.left)}` : ""),
      told.mixed ? h("p", { class: "warn", role: "note" }, T.group.mixed(told)) : "",
      h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.corpus.groups },
        table(told, wish)),
      // the name of a column may be anybody's: it stands in no address and no list of downloads
      h("p", { class: "saves" }, T.files,
        buttons(`/traces/${job}/groups/file`, () => wish, T.corpus.groups),
        saves("groups", () => board.svg())));
    const rows = told.groups.map((one) =>
      ({ ...one, label: `${said(one.value)} (${one.n})`, value: one.mean }));
    board = forest(picture, rows, { title, lines: [[0, false], [told.mean, true]], label: title });
  }

  const choose = (label, values, pick) =>
    h("select", { "aria-label": label, onchange: (e) => { pick(e.target.value); show(); } },
      values.map(([value, words]) => h("option", { value }, words)));
  const measures = ["mean", "change", "variability"].map((name) => [name, T.columns[name]]);
  view.replaceChildren(
    h("div", { class: "bar" }, h("h2", {}, T.corpus.groups),
      choose(T.corpus.by, columns.map((name) => [name, name]), (v) => (state.by = v)),
      choose(T.corpus.measure, measures, (v) => (state.measure = v))),
    body);
  return { show, close: () => board?.close() };
}

function table(told, { by, measure }) {
  const head = [by, T.corpus.sessions(2), T.columns[measure], "95 %",
    T.group.gap(said(told.largest)), "95 %"];
  const n = (...words) => h("td", { class: "n" }, ...words);
  return h("table", {},
    h("thead", {}, h("tr", {}, head.map((words, i) =>
      h("th", { scope: "col", class: i ? "n" : "" }, words)))),
    h("tbody", {}, told.groups.map((one) => h("tr", {},
      h("th", { scope: "row" }, said(one.value)),
      n(one.n.toLocaleString("en")), n(three(one.mean)), n(span(one.low, one.high)),
      n(three(one.gap_mean)),
      n(one.value === told.largest ? "" : span(one.gap_low, one.gap_high))))));
}
