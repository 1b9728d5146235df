// Values beside each other: a dot and its interval a row, with lines at rest and at the mean of all.
import { canvas } from "./canvas.js";
import { css } from "./dom.js";
import { minus } from "./number.js";

const ROW = 26, TOP = 26, BOTTOM = 26, RIGHT = 16, LETTER = 6.6;

// rows: {label, value, low, high, other}; `other` is a second value, drawn as a hollow diamond
export function forest(view, rows, { title, lines = [], label }) {
  const all = [...rows.flatMap((row) => [row.value, row.low, row.high, row.other]), ...lines.map(([v]) => v)].filter((v) => v !== null && v !== undefined);
  let low = Math.min(...all), high = Math.max(...all);
  const room = 0.06 * (high - low || Math.abs(high) || 1);
  low -= room;
  high += room;
  const paint = (pen, wide) => {
    const left = Math.min(220, Math.max(60, wide * 0.3)), bottom = TOP + rows.length * ROW;
    const x = (v) => left + ((v - low) / (high - low)) * (wide - left - RIGHT);
    const rule = (colour, dash, from, to) => { pen.strokeStyle = colour; pen.setLineDash(dash); pen.beginPath(); pen.moveTo(...from); pen.lineTo(...to); pen.stroke(); pen.setLineDash([]); };
    pen.font = "12px system-ui";
    pen.textAlign = "left";
    pen.fillStyle = css("--muted");
    pen.fillText(title, 0, 14);
    pen.textAlign = "center";
    for (const tick of ticks(low, high, wide < 500 ? 3 : 6)) {
      rule(css("--line"), [], [x(tick), TOP], [x(tick), bottom]);
      pen.fillText(say(tick), x(tick), bottom + 16);
    }
    for (const [v, dash] of lines) if (v >= low && v <= high) rule(css("--muted"), dash ? [5, 4] : [], [x(v), TOP - 2], [x(v), bottom]);
    rows.forEach((row, i) => {
      const y = TOP + (i + 0.5) * ROW, most = Math.floor((left - 14) / LETTER);
      pen.textAlign = "left";
      pen.fillStyle = css("--ink");
      pen.fillText(row.label.length > most ? `${row.label.slice(0, most - 1)}…` : row.label, 0, y + 4);
      pen.lineWidth = 2;
      if (row.low !== null && row.high !== null) rule(css("--accent"), [], [x(row.low), y], [x(row.high), y]);
      pen.lineWidth = 1.5;
      if (row.other !== null && row.other !== undefined) diamond(pen, x(row.other), y);
      pen.lineWidth = 1;
      if (row.value === null) return;
      pen.fillStyle = css("--accent");
      pen.beginPath();
      pen.moveTo(x(row.value) + 5, y);
      pen.arc(x(row.value), y, 5, 0, 2 * Math.PI);
      pen.fill();
    });
  };
  return canvas(view, TOP + rows.length * ROW + BOTTOM, paint, () => {}, label ?? title);
}

function diamond(pen, x, y) {
  pen.strokeStyle = css("--ink");
  pen.beginPath();
  pen.moveTo(x, y - 6);
  pen.lineTo(x + 6, y);
  pen.lineTo(x, y + 6);
  pen.lineTo(x - 6, y);
  pen.closePath();
  pen.stroke();
}

export const say = (v) =>
  minus(Number(v.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 6 }));

function ticks(low, high, most) {
  const rough = (high - low) / most, base = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * base).find((m) => m >= rough);
  const out = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) out.push(k * step);
  return out;
}
