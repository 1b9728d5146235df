// The figures that runs noted in the lake: a leaderboard by task and figure.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

export async function figures(main) {
  const rows = await ask("/figures");
  main.append(h("h1", {}, T.pages.figures));
  if (!rows.length) return void main.append(h("p", { class: "empty" }, T.figures.empty));
  const body = h("tbody");
  const find = h("input", { type: "search", placeholder: T.figures.find, "aria-label": T.figures.find, oninput: show });
  const number = (v) => (v === null ? "–" : Number(v.toPrecision(4)).toLocaleString("en").replace("-", "−"));
  function show() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((row) => words.every((word) => `${row.task} ${row.figure} ${row.method} ${row.setting}`.toLowerCase().includes(word)));
    kept.sort((p, q) => p.task.localeCompare(q.task) || p.figure.localeCompare(q.figure) || (q.value ?? -Infinity) - (p.value ?? -Infinity));
    body.replaceChildren(...kept.slice(0, 500).map((row) => h("tr", {},
      h("th", { scope: "row" }, row.task), h("td", {}, row.figure), h("td", {}, row.method), h("td", { class: "n" }, `${number(row.value)} ${row.unit}`),
      h("td", { class: "n" }, row.low === null ? "" : `${number(row.low)} – ${number(row.high)}`), h("td", { class: "n" }, row.n.toLocaleString("en")), h("td", {}, row.at.slice(0, 16).replace("T", " ")))));
  }
  main.append(h("div", { class: "bar" }, find), h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.pages.figures },
    h("table", {}, h("thead", {}, h("tr", {}, T.figures.head.map((w) => h("th", { scope: "col" }, w)))), body)));
  show();
}
