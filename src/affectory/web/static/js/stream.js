// How much of each emotion, over the turns: shares stacked, smoothed into at most 160 parts.
import { canvas } from "./canvas.js";
import { css, h } from "./dom.js";
import { T } from "./texts.js";

const PARTS = 160, MOST = 8;

// how much is a half, and all
function scale(pen, wide, high) {
  pen.strokeStyle = css("--line");
  pen.beginPath();
  pen.moveTo(0, high / 2);
  pen.lineTo(wide, high / 2);
  pen.stroke();
  for (const [words, y] of [["100 %", 14], ["50 %", high / 2 - 4]]) {
    pen.font = "11px system-ui";
    pen.fillStyle = css("--panel");
    pen.globalAlpha = 0.8;
    pen.fillRect(3, y - 11, 38, 14);
    pen.globalAlpha = 1;
    pen.fillStyle = css("--ink");
    pen.fillText(words, 6, y);
  }
}

export function stream(view, { told, space, link }) {
  const n = told.seq.length, parts = Math.max(1, Math.min(PARTS, n));
  const row = new Map(told.at.map((at, i) => [at, i]));
  const mean = new Map();
  for (const axis of space.axes) {
    const sum = new Float64Array(parts), count = new Float64Array(parts);
    told.values[axis.name].forEach((v, i) => {
      if (v === null) return;
      const p = Math.min(parts - 1, Math.floor((i * parts) / n));
      sum[p] += v;
      count[p] += 1;
    });
    mean.set(axis.name, Array.from(sum, (s, p) => (count[p] ? s / count[p] : 0)));
  }
  const total = ([, values]) => values.reduce((a, b) => a + b, 0);
  const shown = [...mean].sort((p, q) => total(q) - total(p)).slice(0, MOST);
  const role = (name) => `--e-${["anger", "disgust", "fear", "joy", "sadness", "surprise", "negative", "positive"].includes(name) ? name : "neutral"}`;
  const board = canvas(view, 150, (pen, wide, high) => {
    const base = new Float64Array(parts);
    const all = Array.from({ length: parts }, (_, p) => shown.reduce((s, [, v]) => s + v[p], 0) || 1);
    const x = (p) => (parts === 1 ? p * wide : (p / (parts - 1)) * wide);
    for (const [name, values] of shown) {
      pen.fillStyle = css(role(name));
      pen.beginPath();
      const ends = parts === 1 ? [0, 1] : values.map((_, p) => p);
      const at = (p) => Math.min(p, parts - 1);
      ends.forEach((p) => pen.lineTo(x(p), high * (1 - base[at(p)])));
      [...ends].reverse().forEach((p) => pen.lineTo(x(p), high * (1 - base[at(p)] - values[at(p)] / all[at(p)])));
      pen.fill();
      values.forEach((v, p) => (base[p] += v / all[p]));
    }
    scale(pen, wide, high);
  }, (pen, wide, high) => {
    const i = row.get(link.hover.get());
    if (i === undefined) return;
    pen.strokeStyle = css("--ink");
    pen.beginPath();
    pen.moveTo(((i + 0.5) / n) * wide, 0);
    pen.lineTo(((i + 0.5) / n) * wide, high);
    pen.stroke();
  }, T.stream);
  if (n > parts) view.append(h("p", { class: "hint" }, T.pooled(n / parts)));
  view.append(h("ul", { class: "keys" }, shown.map(([name]) => h("li", {}, h("i", { class: `box ${role(name).slice(2)}` }), name))));
  const off = link.hover.watch(board.mark);
  board.el.addEventListener("mousemove", (e) => {
    const i = Math.min(n - 1, Math.max(0, Math.floor((e.offsetX / board.el.clientWidth) * n)));
    link.hover.set(told.at[i]);
  });
  board.el.addEventListener("mouseleave", () => link.hover.set(null));
  return { svg: board.svg, close: () => { off(); board.close(); } };
}
