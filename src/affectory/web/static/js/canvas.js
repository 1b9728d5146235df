// A canvas that is as sharp as the screen, redrawn when it or the colours change.
import { h } from "./dom.js";

export function canvas(view, tall, paint, label) {
  const el = h("canvas", { role: "img", "aria-label": label });
  view.append(el);
  function draw() {
    const wide = Math.max(view.clientWidth - 40, 200), high = typeof tall === "function" ? tall(wide) : tall;
    const dense = devicePixelRatio || 1;
    el.width = wide * dense;
    el.height = high * dense;
    el.style.width = `${wide}px`;
    el.style.height = `${high}px`;
    const pen = el.getContext("2d");
    pen.scale(dense, dense);
    paint(pen, wide, high);
  }
  const size = new ResizeObserver(draw);
  size.observe(view);
  addEventListener("themechange", draw);
  draw();
  return { el, draw, close: () => { size.disconnect(); removeEventListener("themechange", draw); } };
}
