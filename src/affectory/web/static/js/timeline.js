// The trajectory of one axis, a line a speaker, with the spread as a band; drag to choose turns.
import uPlot from "../vendor/uPlot.esm.js";
import { caret } from "./caret.js";
import { css, h } from "./dom.js";
import { minus } from "./number.js";
import { playhead } from "./playhead.js";
import { Pen } from "./pen.js";
import { sketch } from "./sketch.js";
import { across, dated, moment } from "./times.js";

const ZOOM = 0.8, TALL = 236, NOTCH = 100, LINE = 33; // pixels that a wheel turns at once, and a line of text has

// the words of an axis beside its rule
const broad = (_, words) => (words ? 20 + 7 * Math.max(...words.map((one) => one.length)) : 44);

export function timeline(view, { told, other, spec, turns, who, link, clock }) {
  const x = told.start;
  const order = x.map((_, i) => i); // the server sends them in the order of time
  // whoever is rated or rates and does not speak, such as a rater all along, has a line as well
  const names = [...who.names.filter((name) => told.actor.includes(name)), ...new Set(told.actor.filter((name) => !who.names.includes(name)))];
  let plot = null, beside = [], held = false;

  // what another author says: of the same turns, a line a speaker; else, at the moments of the
  // first, the last state that had begun by then
  function rivals() {
    if (!other) return [];
    const said = other.values[spec.name], turn = new Map(other.at.map((at, i) => [at, i]));
    turn.delete(undefined);
    if (turn.size) return names.map((name) => ({ name: `${other.by}, ${name}`, colour: who.colour(name),
      values: told.at.map((at, i) => (told.actor[i] === name && turn.has(at) ? said[turn.get(at)] : null)) }));
    const row = other.start.map((t, i) => [t, i]).sort((p, q) => p[0] - q[0]);
    let k = -1;
    return [{ name: other.by, colour: css("--ink"), values: told.start.map((t) => {
      while (k + 1 < row.length && row[k + 1][0] <= t) k++;
      return k < 0 ? null : said[row[k][1]];
    }) }];
  }

  function columns() {
    const value = told.values[spec.name], spread = told.spreads[spec.name];
    const out = [x];
    for (const name of names) {
      const own = (f) => order.map((i) => (told.actor[i] === name && value[i] !== null ? f(i) : null));
      out.push(own((i) => value[i]));
      if (spread) out.push(own((i) => Math.min(spec.high, value[i] + spread[i])), own((i) => Math.max(spec.low, value[i] - spread[i])));
    }
    out.push(...beside.map((one) => one.values));
    return out;
  }

  function options(width) {
    const step = told.spreads[spec.name] ? 3 : 1;
    const series = [{}];
    const bands = [];
    names.forEach((name, at) => {
      const colour = who.colour(name);
      series.push({ label: name, stroke: colour, width: 1.5, spanGaps: true, points: { show: x.length < 400, size: 5, fill: colour } });
      if (step === 3) {
        series.push({ stroke: "transparent", spanGaps: true, points: { show: false } }, { stroke: "transparent", spanGaps: true, points: { show: false } });
        bands.push({ series: [1 + at * 3 + 1, 1 + at * 3 + 2], fill: `${colour}22` });
      }
    });
    for (const one of beside) series.push({ label: one.name, stroke: one.colour, width: 1.5, dash: [6, 4], spanGaps: true, points: { show: false } });
    const faint = css("--muted"), grid = css("--line");
    const axis = { stroke: faint, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid }, font: "12px system-ui" };
    return {
      width, height: TALL, series, bands,
      legend: { show: false },
      plugins: [playhead(link)],
      tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "Etc/UTC"), // as moments are told
      scales: { x: { time: dated(turns.start[0], clock) }, y: { range: reach() } },
      axes: [{ ...axis, ...across(turns.start[0], clock) }, { ...axis, size: broad, values: (_, ticks) => ticks.map((v) => minus(`${v}`)) }],
      cursor: { move: within, drag: { x: true, y: false, setScale: false }, points: { size: 8 }, bind: { dblclick: () => () => { reset(); return null; } } },
      hooks: {
        setCursor: [(u) => { if (u.cursor.event) link.hover.set(u.cursor.idx === null ? null : told.at[u.cursor.idx] ?? null); }],
        setSelect: [(u) => {
          const { left, width: w } = u.select;
          link.range.set(w > 3 ? [u.posToVal(left, "x"), u.posToVal(left + w, "x")] : null);
        }],
        ready: [(u) => {
          u.over.addEventListener("wheel", wheel, { passive: false });
          u.over.addEventListener("pointerdown", grip);
          choose(link.range.get());
        }],
        draw: [() => { if (!held) { choose(link.range.get()); point(); } }], // in another scale they lie elsewhere
      },
    };
  }

  // a drag goes on below and beside the curve, and its place on the curve alone counts
  function grip(e) {
    plot.over.setPointerCapture(e.pointerId);
    held = true;
    plot.over.addEventListener("lostpointercapture", () => (held = false), { once: true });
  }

  function within(u, left, top) {
    if (!held) return [left, top];
    return [Math.max(0, Math.min(left, u.over.clientWidth)), Math.max(0, Math.min(top, u.over.clientHeight))];
  }

  // as little of the axis as holds everything, rest always in sight
  function reach() {
    const value = told.values[spec.name], spread = told.spreads[spec.name];
    let low = spec.rest, high = spec.rest;
    value.forEach((v, i) => {
      if (v === null) return;
      low = Math.min(low, v - (spread?.[i] ?? 0));
      high = Math.max(high, v + (spread?.[i] ?? 0));
    });
    for (const one of beside) for (const v of one.values) if (v !== null) [low, high] = [Math.min(low, v), Math.max(high, v)];
    const room = 0.08 * (high - low || 1);
    return [Math.max(spec.low, low - room), Math.min(spec.high, high + room)];
  }

  // the page scrolls as everywhere: with Ctrl or ⌘, as a pinch has it too, the curve is zoomed
  function wheel(e) {
    const { min, max } = plot.scales.x, pinch = e.ctrlKey || e.metaKey;
    if (!pinch && Math.abs(e.deltaX) <= Math.abs(e.deltaY)) return;
    e.preventDefault();
    if (!pinch) {
      const move = (e.deltaX / plot.over.clientWidth) * (max - min);
      return clamp(min + move, max + move);
    }
    const turned = (e.deltaY * (e.deltaMode ? LINE : 1)) / NOTCH, at = plot.posToVal(e.offsetX, "x");
    const grow = ZOOM ** -Math.max(-1, Math.min(1, turned));
    clamp(at - (at - min) * grow, at + (max - at) * grow);
  }

  // the turn that is marked comes into the middle, as far as there is something on both sides of it
  function zoom(i, near) {
    const { min, max } = plot.scales.x, half = ((max - min) * (near ? ZOOM : 1 / ZOOM)) / 2;
    clamp(x[i] - half, x[i] + half);
  }

  function clamp(min, max) {
    const low = x[0], high = x[x.length - 1], span = Math.min(max - min, high - low);
    min = Math.max(low, Math.min(min, high - span));
    plot.setScale("x", { min, max: min + span });
  }

  function reset() {
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    link.range.set(null);
    plot.setScale("x", { min: x[0], max: x[x.length - 1] });
  }

  function draw() {
    const seen = plot && { min: plot.scales.x.min, max: plot.scales.x.max };
    plot?.destroy();
    beside = rivals();
    plot = new uPlot(options(Math.max(view.clientWidth, 240)), columns(), view);
    if (seen) plot.setScale("x", seen);
  }

  // the stretch that is chosen, as far as it is in sight
  function choose(range) {
    if (!plot || plot.scales.x.min === null) return; // it is not laid out yet, and asks again when it is
    const { left, width } = plot.select, wide = plot.over.clientWidth, none = { left: 0, width: 0, top: 0, height: 0 };
    const [from, to] = range?.map((t) => Math.max(0, Math.min(wide, plot.valToPos(t, "x")))) ?? [0, 0];
    const gone = !range || range[1] < plot.scales.x.min || range[0] > plot.scales.x.max;
    if (gone) return void (width && plot.setSelect(none, false));
    if (Math.abs(from - left) > 1 || Math.abs(to - from - width) > 1) plot.setSelect({ left: from, width: Math.max(to - from, 2), top: 0, height: plot.over.clientHeight }, false);
  }

  // what is in sight, for print
  function svg() {
    const { min, max } = plot.scales.x, y = plot.scales.y, pen = new Pen();
    const value = told.values[spec.name], spread = told.spreads[spec.name];
    const seen = order.filter((i) => value[i] !== null && x[i] >= min && x[i] <= max);
    const lines = names.map((name) => {
      const own = seen.filter((i) => told.actor[i] === name);
      const of = (f) => own.map(f);
      return { name, colour: who.colour(name), t: of((i) => x[i]), v: of((i) => value[i]),
        low: spread && of((i) => Math.max(spec.low, value[i] - spread[i])), high: spread && of((i) => Math.min(spec.high, value[i] + spread[i])) };
    });
    for (const one of beside) {
      const both = order.map((i) => [x[i], one.values[i]]).filter(([t, v]) => v !== null && t >= min && t <= max);
      lines.push({ name: one.name, colour: one.colour, dash: [6, 4], t: both.map(([t]) => t), v: both.map(([, v]) => v) });
    }
    // the ticks that stand there, in the words in which they stand there
    const words = (at) => plot.axes[at]._splits.map((v, i) => [v, String(plot.axes[at]._values?.[i] ?? v)]).filter(([v]) => v >= (at ? y.min : min) && v <= (at ? y.max : max));
    sketch(pen, { wide: 760, high: 320, x: [min, max], y: [y.min, y.max], ticks: { x: words(0), y: words(1) }, lines, ink: css("--ink"), grid: css("--line"), title: `${spec.name}, ${told.by}` });
    return pen.svg(760, 320, css("--panel"));
  }

  // the turn that is marked, unless the mouse says where
  function point() {
    if (!plot || plot.cursor.event || plot.scales.x.min === null) return;
    const i = rows.get(link.hover.get());
    plot.setCursor(i === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(x[i], "x"), top: plot.valToPos(told.values[spec.name][i] ?? spec.rest, "y") }, false);
  }

  const rows = new Map(told.at.map((at, i) => [at, i]));
  draw();
  const when = (i) => moment(told.start[i], clock);
  const keys = caret(view, { told, spec, link, when, reset, zoom });
  const reading = h("p", { class: "reading", "aria-hidden": "true" });
  view.after(reading);
  const off = [
    link.hover.watch((at) => {
      const i = rows.get(at);
      reading.textContent = i === undefined ? "" : keys.words(i);
      point();
    }),
    link.range.watch(choose),
  ];
  const size = new ResizeObserver(() => plot.setSize({ width: Math.max(view.clientWidth, 240), height: TALL }));
  size.observe(view);
  addEventListener("themechange", draw);
  const leave = () => { if (plot.cursor.event) plot.cursor.event = null; link.hover.set(null); };
  view.addEventListener("mouseleave", leave);
  const close = () => {
    off.forEach((f) => f());
    keys.close();
    reading.remove();
    size.disconnect();
    removeEventListener("themechange", draw);
    plot.destroy();
  };
  return { close, svg, canvas: () => plot.ctx.canvas };
}
