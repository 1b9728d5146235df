// Thousands of sessions at once: a row of sixteen cells each, by kind of shape and then by mean.
import { canvas } from "./canvas.js";
import { css, h } from "./dom.js";
import { number } from "./number.js";
import { reach, shape } from "./shape.js";
import { level } from "./spark.js";
import { T } from "./texts.js";

const HIGH = 640, HEAD = 34, GUTTER = 18, GAP = 14, NARROW = 58, WIDE = 720, TALLEST = 12, LEAST = 3, LEVELS = 5;

export function carpet(view, told, open) {
  const n = told.number.length, cells = told.values[0].length, { rest } = told.axis;
  const runs = stretches(told.values, (v) => level(v, rest - told.reach, rest, rest + told.reach));
  const range = reach(told.values, rest);
  const peek = h("p", { class: "peek", "aria-live": "polite" }, T.carpet.hint);
  view.append(peek);
  let at = null, plan = null;

  // as few columns as give rows that can be pointed at; as many as there is room for where none do
  function laid(wide) {
    const most = Math.max(1, Math.floor((wide + GAP) / (NARROW + GUTTER + GAP)));
    for (let cols = 1; cols <= most; cols++) {
      const rows = Math.ceil(n / cols), row = Math.min(TALLEST, Math.floor(HIGH / rows));
      if (row >= LEAST || cols === most) return sized(wide, cols, rows, Math.max(1, row));
    }
  }
  function sized(wide, cols, rows, row) {
    const column = Math.min(WIDE, Math.floor((wide + GAP) / cols) - GAP), cell = Math.max(1, Math.floor((column - GUTTER) / cells));
    return { rows, row, cell, step: GUTTER + cell * cells + GAP };
  }
  const place = (i) => [Math.floor(i / plan.rows) * plan.step + GUTTER, HEAD + (i % plan.rows) * plan.row];

  function paint(pen, wide) {
    plan = laid(wide);
    legend(pen, wide);
    const gap = plan.row > 4 ? 1 : 0;
    for (const [colour, run] of runs) {
      pen.fillStyle = css(`--d${colour}`);
      pen.beginPath();
      for (let k = 0; k < run.length; k += 3) {
        const i = run[k], column = Math.floor(i / plan.rows);
        pen.rect(column * plan.step + GUTTER + run[k + 1] * plan.cell, HEAD + (i - column * plan.rows) * plan.row, run[k + 2] * plan.cell, plan.row - gap);
      }
      pen.fill();
    }
    kinds(pen);
  }

  // beside each stretch of a kind: a line and its number
  function kinds(pen) {
    pen.font = "11px system-ui";
    pen.textAlign = "left";
    for (let i = 0, end; i < n; i = end) {
      for (end = i + 1; end < n && told.kind[end] === told.kind[i] && end % plan.rows; ) end++;
      const [x, y] = place(i), high = (end - i) * plan.row;
      pen.fillStyle = css("--muted");
      pen.fillRect(x - 5, y, 2, Math.max(1, high - 2));
      if (high > 11) pen.fillText(String(told.kind[i] + 1), x - 16, y + 10);
    }
  }

  function legend(pen, wide) {
    const one = rest > told.axis.low, from = one ? -LEVELS : 0, count = LEVELS - from + 1, box = 14;
    const right = Math.min(wide, 460);
    pen.font = "12px system-ui";
    pen.textAlign = "left";
    pen.fillStyle = css("--ink");
    pen.fillText(told.axis.name, 0, 16);
    const begin = right - count * box - 50;
    for (let k = from; k <= LEVELS; k++) {
      pen.fillStyle = css(`--d${k}`);
      pen.fillRect(begin + (k - from) * box, 6, box, 12);
    }
    pen.fillStyle = css("--muted");
    pen.textAlign = "right";
    pen.fillText(number(one ? rest - told.reach : rest), begin - 6, 16);
    pen.textAlign = "left";
    pen.fillText(number(rest + told.reach), begin + count * box + 6, 16);
  }

  function mark(pen) {
    if (at === null || !plan) return;
    const [x, y] = place(at), tall = Math.max(plan.row, 4);
    pen.strokeStyle = css("--ink");
    pen.lineWidth = 2;
    pen.strokeRect(x - 1, y - (tall - plan.row) / 2 - 1, cells * plan.cell + 2, tall + 2);
    pen.lineWidth = 1;
  }

  const board = canvas(view, (wide) => { const p = laid(wide); return HEAD + p.rows * p.row + 4; }, paint, mark, T.carpet.label(told.axis.name, n));
  board.el.tabIndex = 0;
  board.el.setAttribute("role", "application");
  board.el.classList.add("carpet");

  function look(i) {
    if (i === at) return;
    at = i;
    board.mark();
    if (i === null) return void peek.replaceChildren(T.carpet.hint);
    const row = told.values[i], mean = row.reduce((a, b) => a + b, 0) / row.length;
    peek.replaceChildren(shape(row, range), h("span", {}, h("b", {}, told.session[i]), h("small", {}, ` ${T.carpet.about(told.kind[i] + 1, mean)}`)));
  }
  const under = (e) => {
    const column = Math.floor(e.offsetX / plan.step), row = Math.floor((e.offsetY - HEAD) / plan.row), i = column * plan.rows + row;
    return row >= 0 && row < plan.rows && i < n && e.offsetX % plan.step < plan.step - GAP ? i : null;
  };
  board.el.addEventListener("mousemove", (e) => look(under(e)));
  board.el.addEventListener("mouseleave", () => look(null));
  board.el.addEventListener("blur", () => look(null));
  board.el.addEventListener("click", (e) => { const i = under(e); if (i !== null) open(told.number[i]); });
  board.el.addEventListener("keydown", (e) => {
    const moves = { ArrowDown: 1, ArrowUp: -1, ArrowRight: plan.rows, ArrowLeft: -plan.rows, PageDown: 10, PageUp: -10, Home: -n, End: n };
    if (e.key === "Enter" && at !== null) open(told.number[at]);
    else if (e.key in moves) {
      e.preventDefault();
      look(at === null ? (e.key === "End" ? n - 1 : 0) : Math.max(0, Math.min(n - 1, at + moves[e.key])));
    }
  });
  return board;
}

// by colour: which row, from which cell, how many cells of it in a row
function stretches(rows, colour) {
  const runs = new Map(Array.from({ length: 2 * LEVELS + 1 }, (_, k) => [k - LEVELS, []]));
  rows.forEach((row, i) => {
    let from = 0, now = colour(row[0]);
    for (let c = 1; c <= row.length; c++) {
      const next = c < row.length ? colour(row[c]) : null;
      if (next === now) continue;
      runs.get(now).push(i, from, c - from);
      [from, now] = [c, next];
    }
  });
  return runs;
}
