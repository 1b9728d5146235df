// How much of each emotion, over the turns: shares stacked, smoothed into at most 160 parts;
// where nothing was read there is a gap.
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

// from where to where something is known
function stretches(known) {
  const out = [];
  known.forEach((one, p) => {
    if (one && known[p - 1]) out.at(-1)[1] = p + 1;
    else if (one) out.push([p, p + 1]);
  });
  return out;
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
    mean.set(axis.name, Array.from(sum, (s, p) => (count[p] ? s / count[p] : null)));
  }
  const known = Array.from({ length: parts }, (_, p) => [...mean.values()].some((values) => values[p] !== null));
  const total = ([, values]) => values.reduce((a, b) => a + (b ?? 0), 0);
  const shown = [...mean].sort((p, q) => total(q) - total(p)).slice(0, MOST);
  const role = (name) => `--e-${["anger", "disgust", "fear", "joy", "sadness", "surprise", "negative", "positive"].includes(name) ? name : "neutral"}`;
  const board = canvas(view, 150, (pen, wide, high) => {
    const base = new Float64Array(parts);
    const all = Array.from({ length: parts }, (_, p) => shown.reduce((s, [, v]) => s + (v[p] ?? 0), 0) || 1);
    const x = (p) => ((p + 0.5) / parts) * wide;
    for (const [name, values] of shown) {
      const share = values.map((v, p) => (v ?? 0) / all[p]);
      pen.fillStyle = css(role(name));
      for (const [from, to] of stretches(known)) {
        // a part is as wide as any other: half of it lies before the first middle, and after the last
        const edge = [[x(from - 0.5), from], ...share.slice(from, to).map((_, k) => [x(from + k), from + k]), [x(to - 0.5), to - 1]];
        pen.beginPath();
        edge.forEach(([at, p]) => pen.lineTo(at, high * (1 - base[p])));
        edge.reverse().forEach(([at, p]) => pen.lineTo(at, high * (1 - base[p] - share[p])));
        pen.fill();
      }
      share.forEach((v, p) => (base[p] += v));
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
  view.append(h("ul", { class: "keys" }, shown.map(([name]) => h("li", {}, h("i", { class: `box ${role(name).slice(2)}` }), name)),
    known.includes(false) && h("li", {}, h("i", { class: "box gap", "aria-hidden": "true" }), T.unread)));
  const off = link.hover.watch(board.mark);
  board.el.addEventListener("mousemove", (e) => {
    const i = Math.min(n - 1, Math.max(0, Math.floor((e.offsetX / board.el.clientWidth) * n)));
    link.hover.set(told.at[i] ?? null);
  });
  board.el.addEventListener("mouseleave", () => link.hover.set(null));
  return { svg: board.svg, close: () => { off(); board.close(); } };
}
