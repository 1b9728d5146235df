// Where a rater says what they see: the mouse, a finger, the arrow keys or a gamepad move one point.
import { canvas } from "./canvas.js";
import { css, h } from "./dom.js";
import { number } from "./number.js";
import { T } from "./texts.js";

const STEP = 0.04, DEAD = 0.12;
const TRAIL = 2500; // milliseconds of the way that are still seen
const HOLD = 250, BACK = 400; // with the spring: milliseconds until it pulls, and by which it pulls
const SAY = 1000; // milliseconds between two times that the value is read out

// an axis, and what its ends mean
const ended = ({ name }) => (T.rate.ends[name] ? `${name} (${T.rate.ends[name].join(" – ")})` : name);

// Nothing is said before the point is moved or pressed, but by who goes on with a take.
export function pad(view, axes, goes = false) {
  const [across, up] = axes.length > 1 ? axes : [axes[0], null];
  const point = Object.fromEntries(axes.map((axis) => [axis.name, axis.rest]));
  let trail = [], touched = 0, read = performance.now(), spring = false, held = false, said = "", told = goes;
  const share = (axis, v) => (v - axis.low) / (axis.high - axis.low);
  const place = (at, wide, high) => [share(across, at[across.name]) * wide, up ? high - share(up, at[up.name]) * high : high / 2];
  const words = () => (told ? axes.map((axis) => `${axis.name} ${number(point[axis.name])}`).join(", ") : T.rate.unmoved);

  const board = canvas(view, up ? (w) => Math.min(w, 330) : 90, (pen, wide, high) => {
    pen.strokeStyle = css("--line");
    pen.beginPath();
    const [x, y] = place(Object.fromEntries(axes.map((axis) => [axis.name, axis.rest])), wide, high);
    pen.moveTo(x, 0); pen.lineTo(x, high);
    if (up) { pen.moveTo(0, y); pen.lineTo(wide, y); }
    pen.stroke();
    pen.fillStyle = css("--muted");
    pen.font = "12px system-ui";
    pen.fillText(`${across.name} →`, 8, high - 8);
    if (up) pen.fillText(`↑ ${up.name}`, 8, 16);
    const [least, most] = T.rate.ends[across.name] ?? ["", ""], [below, above] = (up && T.rate.ends[up.name]) ?? ["", ""];
    pen.fillText(least, 8, y - 6);
    pen.fillText(above, x + 6, 16);
    pen.fillText(below, x + 6, high - 8);
    pen.textAlign = "right";
    pen.fillText(most, wide - 8, y - 6);
    pen.textAlign = "left";
  }, (pen, wide, high) => {
    const now = performance.now();
    pen.strokeStyle = css("--accent");
    pen.lineWidth = 3;
    pen.lineCap = "round";
    trail.slice(1).forEach((one, i) => {
      pen.globalAlpha = Math.max(0, 0.6 * (1 - (now - one.t) / TRAIL));
      pen.beginPath();
      pen.moveTo(...place(trail[i].at, wide, high));
      pen.lineTo(...place(one.at, wide, high));
      pen.stroke();
    });
    pen.globalAlpha = 1;
    pen.fillStyle = css("--accent");
    pen.strokeStyle = css("--panel");
    pen.beginPath();
    pen.arc(...place(point, wide, high), 10, 0, 7);
    pen.fill();
    pen.stroke();
  }, T.rate.pad);
  board.el.tabIndex = 0;
  board.el.setAttribute("role", "application");
  board.el.setAttribute("aria-label", `${T.rate.board}: ${axes.map(ended).join(", ")}`);
  board.el.classList.add("pad");
  const value = h("p", { class: "reading", role: "status" });
  view.append(value);
  const say = () => { if (said !== words()) value.textContent = said = words(); };
  say();
  const speaker = setInterval(say, SAY);

  const clamp = (axis, v) => (point[axis.name] = Math.max(axis.low, Math.min(axis.high, v)));
  function moved() {
    touched = performance.now();
    told = true;
    passed();
  }
  function passed() {
    const now = performance.now();
    trail = trail.filter((one) => now - one.t < TRAIL);
    trail.push({ t: now, at: { ...point } });
    board.mark();
  }
  const move = (e) => {
    clamp(across, across.low + (e.offsetX / board.el.clientWidth) * (across.high - across.low));
    if (up) clamp(up, up.high - (e.offsetY / board.el.clientHeight) * (up.high - up.low));
    moved();
  };
  board.el.addEventListener("pointerdown", (e) => { held = true; board.el.setPointerCapture(e.pointerId); board.el.focus(); move(e); });
  board.el.addEventListener("pointermove", move);
  for (const end of ["pointerup", "pointercancel"]) board.el.addEventListener(end, () => (held = false));
  board.el.addEventListener("keydown", (e) => {
    const way = { ArrowLeft: [across, -1], ArrowRight: [across, 1], ArrowUp: [up, 1], ArrowDown: [up, -1] }[e.key];
    if (!way?.[0]) return;
    e.preventDefault();
    clamp(way[0], point[way[0].name] + way[1] * STEP * (way[0].high - way[0].low));
    moved();
  });

  // a stick says where, not how far: its position is the value
  function stick() {
    const one = [...(navigator.getGamepads?.() ?? [])].find(Boolean);
    if (!one || Math.hypot(one.axes[0], one.axes[1]) < DEAD) return;
    const scaled = (axis, v) => (v >= 0 ? axis.rest + v * (axis.high - axis.rest) : axis.rest + v * (axis.rest - axis.low));
    clamp(across, scaled(across, one.axes[0]));
    if (up) clamp(up, scaled(up, -one.axes[1]));
    moved();
  }

  // what is let go goes back to rest, where that is asked for
  function pull() {
    const now = performance.now(), pulled = 1 - Math.exp((read - now) / BACK);
    read = now;
    if (!spring || held || now - touched < HOLD) return;
    for (const axis of axes) clamp(axis, point[axis.name] + (axis.rest - point[axis.name]) * pulled);
    passed();
  }

  return {
    read() { stick(); pull(); if (trail.length > 1) board.mark(); return told ? { ...point } : null; },
    focus: () => board.el.focus(),
    spring: (on) => (spring = on),
    close() { clearInterval(speaker); board.close(); },
  };
}
