// The course of a session as a small picture, and many of them on one sheet to be kept.
import { h } from "./dom.js";
import { drawn } from "./picture.js";

const W = 200, H = 80, CAPTION = 22, GAP = 16;

export const reach = (rows, rest) => {
  let low = rest, high = rest;
  for (const row of rows) for (const v of row) { low = Math.min(low, v); high = Math.max(high, v); }
  return { low, high, rest };
};

export function shape(values, { low, high, rest }, under, over) {
  const x = (i) => ((i / (values.length - 1)) * (W - 8) + 4).toFixed(1), y = (v) => (H - 6 - ((v - low) / (high - low || 1)) * (H - 12)).toFixed(1);
  const line = (row) => row.map((v, i) => `${i ? "L" : "M"}${x(i)} ${y(v)}`).join("");
  const band = under && `${line(over)}${[...under].reverse().map((v, i) => `L${x(under.length - 1 - i)} ${y(v)}`).join("")}Z`;
  return h("svg", { viewBox: `0 0 ${W} ${H}`, class: "shape", role: "img", "aria-label": values.map((v) => v.toFixed(2)).join(" ") },
    h("line", { x1: 0, x2: W, y1: y(rest), y2: y(rest), class: "rest" }), band ? h("path", { d: band, class: "band" }) : "", h("path", { d: line(values), class: "course" }));
}

// one picture of many, each over its words; it is on the page for a moment, to have its colours
export function sheet(title, items, across = 5) {
  const cols = Math.min(across, items.length) || 1, rows = Math.ceil(items.length / cols);
  const wide = cols * (W + GAP) + GAP, high = rows * (H + CAPTION + GAP) + GAP + 20;
  const el = h("svg", { viewBox: `0 0 ${wide} ${high}`, class: "shape sheet" }, h("rect", { class: "paper", width: wide, height: high }), h("text", { x: GAP, y: 22 }, title),
    items.map(({ svg, words }, i) => h("g", { transform: `translate(${GAP + (i % cols) * (W + GAP)},${GAP + 20 + Math.floor(i / cols) * (H + CAPTION + GAP)})` },
      [...svg.children].map((one) => one.cloneNode(true)), h("text", { x: 4, y: H + 14 }, words))));
  const away = h("div", { class: "away", "aria-hidden": "true" }, el);
  document.body.append(away);
  try {
    return drawn(el);
  } finally {
    away.remove();
  }
}
