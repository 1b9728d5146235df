// The course of a session in a few cells, like the strips of the report.
import { h } from "./dom.js";

const LEVELS = 5;
export const level = (v, low = -1, rest = 0, high = 1) => {
  const share = v >= rest ? (v - rest) / (high - rest || 1) : (v - rest) / (rest - low || 1);
  const step = Math.sign(share) * Math.floor(Math.abs(share) * LEVELS + 0.5);
  return Math.max(-LEVELS, Math.min(LEVELS, step)) + 0;
};

export function spark(values) {
  const w = 128, tall = 22, n = Math.max(values.length, 1);
  const wide = Math.max(0.35, ...values.map((v) => Math.abs(v ?? 0)));
  const y = (v) => tall / 2 - (v / wide) * (tall / 2 - 2);
  const pieces = [];
  let pen = "M";
  values.forEach((v, i) => {
    if (v === null) pen = "M";
    else { pieces.push(`${pen}${((i + 0.5) * w / n).toFixed(1)} ${y(v).toFixed(1)}`); pen = "L"; }
  });
  return h("svg", { viewBox: `0 0 ${w} ${tall}`, class: "sparkline", role: "img", "aria-label": values.map((v) => (v === null ? "?" : v.toFixed(1))).join(" ") },
    h("line", { x1: 0, x2: w, y1: tall / 2, y2: tall / 2, class: "rest" }),
    h("path", { d: pieces.join(""), class: "course" }),
    values.length === 1 && values[0] !== null ? h("circle", { cx: w / 2, cy: y(values[0]), r: 2.5, class: "dot" }) : "");
}
