// Where a rater says what they see: the mouse, the arrow keys or a gamepad move one point.
import { canvas } from "./canvas.js";
import { css } from "./dom.js";
import { T } from "./texts.js";

const STEP = 0.04, DEAD = 0.12;

export function pad(view, axes) {
  const [across, up] = axes.length > 1 ? axes : [axes[0], null];
  const point = Object.fromEntries(axes.map((axis) => [axis.name, axis.rest]));
  const share = (axis) => (point[axis.name] - axis.low) / (axis.high - axis.low);
  const board = canvas(view, up ? (w) => Math.min(w, 330) : 90, (pen, wide, high) => {
    pen.strokeStyle = css("--line");
    pen.strokeRect(0.5, 0.5, wide - 1, high - 1);
    pen.beginPath();
    const rest = (axis, size) => ((axis.rest - axis.low) / (axis.high - axis.low)) * size;
    pen.moveTo(rest(across, wide), 0); pen.lineTo(rest(across, wide), high);
    if (up) { pen.moveTo(0, high - rest(up, high)); pen.lineTo(wide, high - rest(up, high)); }
    pen.stroke();
    pen.fillStyle = css("--muted");
    pen.font = "12px system-ui";
    pen.fillText(`${across.name} →`, 8, high - 8);
    if (up) pen.fillText(`↑ ${up.name}`, 8, 16);
    pen.fillStyle = css("--accent");
    pen.beginPath();
    pen.arc(share(across) * wide, up ? high - share(up) * high : high / 2, 9, 0, 7);
    pen.fill();
  }, () => {}, T.rate.pad);
  board.el.tabIndex = 0;
  board.el.setAttribute("role", "application");
  const tell = () => board.el.setAttribute("aria-label", `${T.rate.pad}: ${axes.map((axis) => `${axis.name} ${point[axis.name].toFixed(2)}`).join(", ")}`);
  tell();
  board.el.classList.add("pad");
  const clamp = (axis, v) => (point[axis.name] = Math.max(axis.low, Math.min(axis.high, v)));
  const move = (e) => {
    clamp(across, across.low + (e.offsetX / board.el.clientWidth) * (across.high - across.low));
    if (up) clamp(up, up.high - (e.offsetY / board.el.clientHeight) * (up.high - up.low));
    board.draw();
  };
  board.el.addEventListener("pointermove", move);
  board.el.addEventListener("keydown", (e) => {
    const way = { ArrowLeft: [across, -1], ArrowRight: [across, 1], ArrowUp: [up, 1], ArrowDown: [up, -1] }[e.key];
    if (!way?.[0]) return;
    e.preventDefault();
    clamp(way[0], point[way[0].name] + way[1] * STEP * (way[0].high - way[0].low));
    tell();
    board.draw();
  });
  // a stick says where, not how far: its position is the value
  function stick() {
    const one = [...(navigator.getGamepads?.() ?? [])].find(Boolean);
    if (!one || Math.hypot(one.axes[0], one.axes[1]) < DEAD) return;
    const scaled = (axis, v) => (v >= 0 ? axis.rest + v * (axis.high - axis.rest) : axis.rest + v * (axis.rest - axis.low));
    clamp(across, scaled(across, one.axes[0]));
    if (up) clamp(up, scaled(up, -one.axes[1]));
    board.draw();
  }
  return { read: () => { stick(); return { ...point }; }, focus: () => board.el.focus(), close: board.close };
}
