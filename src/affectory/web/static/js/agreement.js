// How far the raters of a session agree, with each other and with the method.
import { ask, query } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

const show = (v) => (v === null || v === undefined ? "–" : v.toFixed(2).replace("-", "−"));

export async function agreement(view, base) {
  const takes = await ask(`${base}/takes`);
  view.replaceChildren();
  if (!takes.length) return;
  const rows = new Map();
  for (const take of takes) for (const axis of take.axes) rows.set(`${take.space}/${axis}`, { space: take.space, axis });
  const few = [...rows.values()].slice(0, 12);
  const told = await Promise.all(few.map(({ space, axis }) => ask(`${base}/agreement${query({ space, axis })}`)));
  view.append(h("section", { class: "card" }, h("h2", {}, T.rate.agreement),
    h("div", { class: "pan" }, h("table", {},
      h("thead", {}, h("tr", {}, [T.axis, T.rate.raters, "ICC(2,1)", "α", T.rate.pairs, T.rate.weights, T.rate.lags, T.rate.method].map((w) => h("th", { scope: "col" }, w)))),
      h("tbody", {}, told.map((one, i) => h("tr", {},
        h("th", { scope: "row" }, `${few[i].space}, ${few[i].axis}`),
        h("td", {}, one.raters.join(", ")),
        h("td", { class: "n" }, show(one.icc)), h("td", { class: "n" }, show(one.alpha)),
        h("td", {}, (one.pairs ?? []).map((p) => `${p.one}–${p.other} ${show(p.ccc)}`).join("; ") || "–"),
        h("td", { class: "n" }, (one.weights ?? []).map(show).join(", ")),
        h("td", { class: "n" }, (one.lags ?? []).join(", ")),
        h("td", { class: "n" }, one.method ? show(one.method.ccc) : "–"))))))));
}
