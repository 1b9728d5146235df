// How far raters agree over all sessions of a trace that several rated, and all takes as one table.
import { ask, query } from "./api.js";
import { ranged } from "./agreement.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

const MOST = 24; // rows

export async function raters(main, job) {
  const kinds = (await ask(`/traces/${job}/rated`)).slice(0, MOST);
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`)),
    h("h1", { class: "name" }, T.raters.title));
  if (!kinds.length) return void main.append(h("p", { class: "empty" }, T.raters.none));
  const told = await Promise.all(kinds.map(({ space, axis, kind }) => ask(`/traces/${job}/agreement${query({ space, axis, kind })}`)));
  main.append(h("section", { class: "card" },
    h("div", { class: "bar" }, h("h2", {}, T.rate.agreement), ["csv", "parquet"].map((kind) =>
      h("a", { class: "get", href: `/api/traces/${job}/takes/file?kind=${kind}`, download: "" }, `${T.raters.all}, ${T[kind]}`))),
    h("p", { class: "hint" }, T.raters.lead),
    h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.rate.agreement }, h("table", {},
      h("thead", {}, h("tr", {}, T.raters.head.map((w) => h("th", { scope: "col" }, w)))),
      h("tbody", {}, kinds.map((row, i) => h("tr", {},
        h("th", { scope: "row" }, `${row.space}, ${row.axis}`, h("small", {}, ` ${T.rate.short[row.kind]}`)),
        h("td", { class: "n" }, `${told[i].sessions} / ${row.sessions}`),
        h("td", {}, told[i].raters.join(", ")),
        h("td", { class: "n" }, ranged(...told[i].icc)), h("td", { class: "n" }, ranged(...told[i].alpha)),
        h("td", {}, told[i].pairs.length ? told[i].pairs.map((p) => h("div", {}, `${p.one}–${p.other} ${ranged(...p.ccc)}`, h("small", {}, ` ${p.sessions}`))) : "–"))))))));
}
