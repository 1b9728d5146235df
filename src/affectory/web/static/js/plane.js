// Valence across, arousal up: a dot a turn; the last turns before the one pointed at as a trail.
import { canvas } from "./canvas.js";
import { css } from "./dom.js";
import { minus } from "./number.js";
import { T } from "./texts.js";

const TRAIL = 8, REACH = 14, EDGE = 22;

export function plane(view, { told, who, link, space }) {
  const v = told.values.valence, a = told.values.arousal;
  const across = space.axes.find((one) => one.name === "valence"), up = space.axes.find((one) => one.name === "arousal");
  const row = new Map(told.at.map((at, i) => [at, i]));
  let where = [];
  const inside = (i) => {
    const range = link.range.get();
    return !range || (told.start[i] >= range[0] && told.start[i] <= range[1]);
  };
  const board = canvas(view, (w) => Math.min(w, 340), (pen, wide, high) => {
    const x = (t) => EDGE + ((t - across.low) / (across.high - across.low)) * (wide - 2 * EDGE);
    const y = (t) => high - EDGE - ((t - up.low) / (up.high - up.low)) * (high - 2 * EDGE);
    pen.strokeStyle = css("--line");
    pen.beginPath();
    pen.moveTo(x(across.rest), EDGE / 2); pen.lineTo(x(across.rest), high - EDGE / 2);
    pen.moveTo(EDGE / 2, y(up.rest)); pen.lineTo(wide - EDGE / 2, y(up.rest));
    pen.stroke();
    pen.fillStyle = css("--muted");
    pen.font = "12px system-ui";
    pen.fillText("arousal", x(across.rest) + 5, EDGE / 2 + 8);
    pen.textAlign = "right";
    pen.fillText("valence", wide - 4, y(up.rest) - 5);
    const tick = (v) => minus(String(v));
    pen.fillText(tick(up.high), x(across.rest) - 5, EDGE / 2 + 8);
    pen.fillText(tick(up.low), x(across.rest) - 5, high - EDGE / 2);
    pen.fillText(tick(across.high), wide - 4, y(up.rest) + 15);
    pen.textAlign = "left";
    pen.fillText(tick(across.low), 4, y(up.rest) + 15);
    where = v.map((one, i) => (one === null ? null : [x(one), y(a[i])]));
    const many = where.length > 2000, dot = many ? 1.6 : 3.2;
    for (const keep of [false, true]) {
      pen.globalAlpha = keep ? 0.75 : 0.12;
      for (const name of new Set([...who.names, ...told.actor])) {
        pen.fillStyle = who.colour(name);
        pen.beginPath();
        where.forEach((at, i) => {
          if (!at || told.actor[i] !== name || inside(i) !== keep) return;
          if (many) pen.rect(at[0] - dot, at[1] - dot, 2 * dot, 2 * dot);
          else { pen.moveTo(at[0] + dot, at[1]); pen.arc(at[0], at[1], dot, 0, 7); }
        });
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
  }, (pen) => {
    const i = row.get(link.hover.get());
    if (i === undefined || !where[i]) return;
    pen.strokeStyle = css("--ink");
    pen.beginPath();
    for (let k = Math.max(0, i - TRAIL); k <= i; k++) if (where[k]) pen.lineTo(...where[k]);
    pen.stroke();
    pen.beginPath();
    pen.arc(where[i][0], where[i][1], 6, 0, 7);
    pen.lineWidth = 2;
    pen.stroke();
    pen.lineWidth = 1;
  }, T.plane);
  const off = [link.hover.watch(board.mark), link.range.watch(board.draw)];
  board.el.addEventListener("mousemove", (e) => {
    let best = null, near = REACH * REACH;
    where.forEach((at, i) => {
      if (!at || !inside(i)) return;
      const d = (at[0] - e.offsetX) ** 2 + (at[1] - e.offsetY) ** 2;
      if (d < near) [near, best] = [d, i];
    });
    link.hover.set(best === null ? null : told.at[best] ?? null);
  });
  board.el.addEventListener("mouseleave", () => link.hover.set(null));
  return { svg: board.svg, close: () => { off.forEach((f) => f()); board.close(); } };
}
