// A canvas as sharp as the screen. What rarely changes is painted once and kept; what follows the
// mouse is marked on top of it.
import { css, h } from "./dom.js";
import { Pen } from "./pen.js";

export function canvas(view, tall, paint, mark, label) {
  const el = h("canvas", { role: "img", "aria-label": label });
  const kept = document.createElement("canvas");
  view.append(el);
  let wait = 0, wide = 0, high = 0, dense = 1;

  function draw() {
    wide = Math.max(view.clientWidth - 40, 200);
    high = typeof tall === "function" ? tall(wide) : tall;
    dense = devicePixelRatio || 1;
    for (const one of [el, kept]) {
      one.width = wide * dense;
      one.height = high * dense;
    }
    el.style.width = `${wide}px`;
    el.style.height = `${high}px`;
    const pen = kept.getContext("2d");
    pen.scale(dense, dense);
    paint(pen, wide, high);
    again();
  }

  function again() {
    const pen = el.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, el.width, el.height);
    pen.drawImage(kept, 0, 0);
    pen.scale(dense, dense);
    mark(pen, wide, high);
  }

  const soon = (work) => () => {
    cancelAnimationFrame(wait);
    wait = requestAnimationFrame(work);
  };
  const size = new ResizeObserver(() => Math.max(view.clientWidth - 40, 200) !== wide && draw());
  size.observe(view);
  addEventListener("themechange", draw);
  draw();
  // the same picture, for print
  const svg = () => {
    const pen = new Pen();
    paint(pen, wide, high);
    return pen.svg(wide, high, css("--panel"));
  };
  return { el, svg, draw: soon(draw), mark: soon(again), close: () => { cancelAnimationFrame(wait); size.disconnect(); removeEventListener("themechange", draw); } };
}
