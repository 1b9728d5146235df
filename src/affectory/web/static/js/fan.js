// Valence of each speaker turn by turn, and a fan of where it may go; a ring is a turn with a sign.
import { css } from "./dom.js";
import { T } from "./texts.js";

const AHEAD = 5, SHOWN = 60, FEWEST = 8;
const LEFT = 30, RIGHT = 8, TOP = 20, BOTTOM = 24, DOT = 3.5, RING = 7;
const STEPS = [1, 2, 5, 10, 20];

export function fan(pen, wide, high, heard, who) {
  const some = heard.slice(-SHOWN), first = heard.length - some.length;
  const n = Math.max(some.length, FEWEST) + AHEAD, last = Math.max(some.length, 1) - 1;
  const x = (i) => LEFT + ((i + 0.5) / n) * (wide - LEFT - RIGHT);
  const y = (v) => TOP + ((1 - v) / 2) * (high - TOP - BOTTOM);
  axes(pen, { x, y, wide, high, first, last, n });
  for (const name of who.names) {
    const own = some.filter((one) => one.actor === name && one.values.valence !== null);
    pen.strokeStyle = pen.fillStyle = who.colour(name);
    pen.lineWidth = 1.6;
    pen.beginPath();
    own.forEach((one, i) => (i ? pen.lineTo(x(one.seq - first), y(one.values.valence)) : pen.moveTo(x(one.seq - first), y(one.values.valence))));
    pen.stroke();
    for (const one of own) { pen.beginPath(); pen.arc(x(one.seq - first), y(one.values.valence), DOT, 0, 7); pen.fill(); }
    if (own.at(-1)?.fan.low) ahead(pen, own.at(-1), first, last, x, y);
  }
  pen.strokeStyle = css("--ink");
  pen.lineWidth = 1.4;
  for (const one of some) {
    if (!one.signs.length && !one.crisis.length) continue;
    pen.beginPath();
    pen.arc(x(one.seq - first), y(one.values.valence ?? 0), RING, 0, 7);
    pen.stroke();
  }
  pen.lineWidth = 1;
}

function axes(pen, { x, y, wide, high, first, last, n }) {
  pen.lineWidth = 1;
  pen.font = "12px system-ui";
  pen.strokeStyle = css("--line");
  pen.fillStyle = css("--muted");
  for (const v of [1, 0, -1]) {
    pen.beginPath(); pen.moveTo(LEFT, y(v)); pen.lineTo(wide - RIGHT, y(v)); pen.stroke();
    pen.textAlign = "right";
    pen.fillText(v < 0 ? "−1" : `${v}`, LEFT - 7, y(v) + 4);
  }
  pen.textAlign = "left";
  pen.fillText(T.live.up, LEFT, 12);
  const step = STEPS.find((one) => (last + 1) / one <= 8) ?? 50;
  pen.textAlign = "center";
  for (let i = 0; i <= last; i++) if ((first + i + 1) % step === 0 || (step > 1 && first + i === 0)) pen.fillText(`${first + i + 1}`, x(i), high - 7);
  const edge = (x(last) + x(last + 1)) / 2;
  pen.fillText(T.live.next, (edge + x(last + AHEAD)) / 2, high - 7);
  pen.setLineDash([2, 4]);
  pen.beginPath(); pen.moveTo(edge, TOP); pen.lineTo(edge, high - BOTTOM); pen.stroke();
  pen.setLineDash([]);
}

// the band grows out of the last value
function ahead(pen, one, first, last, x, y) {
  const v = one.values.valence, from = x(one.seq - first);
  pen.globalAlpha = 0.17;
  pen.beginPath();
  pen.moveTo(from, y(v));
  one.fan.low.forEach((low, k) => pen.lineTo(x(last + 1 + k), y(low)));
  [...one.fan.high].reverse().forEach((top, k) => pen.lineTo(x(last + AHEAD - k), y(top)));
  pen.closePath();
  pen.fill();
  pen.globalAlpha = 0.8;
  pen.setLineDash([4, 4]);
  pen.beginPath();
  pen.moveTo(from, y(v));
  one.fan.middle.forEach((mid, k) => pen.lineTo(x(last + 1 + k), y(mid)));
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}
