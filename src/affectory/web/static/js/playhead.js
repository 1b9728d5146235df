// A line on the time line where the recording is; the curve is not drawn again for it.
import { h } from "./dom.js";

export function playhead(link) {
  const bar = h("i", { class: "playhead", hidden: true, "aria-hidden": "true" });
  let plot = null, off = () => {}, pressed = 0;
  const place = () => {
    const t = link.now.get();
    const x = plot === null || t === null ? -1 : plot.valToPos(t, "x");
    bar.hidden = !(x >= 0 && x <= plot?.over.clientWidth);
    if (!bar.hidden) bar.style.setProperty("transform", `translateX(${x}px)`);
  };
  return { hooks: {
    ready(u) {
      plot = u;
      u.over.append(bar);
      off = link.now.watch(place);
      u.over.addEventListener("pointerdown", (e) => (pressed = e.clientX));
      u.over.addEventListener("click", (e) => { // a click, not the end of a drag
        if (Math.abs(e.clientX - pressed) < 4) link.film.get()?.seek(u.posToVal(e.clientX - u.over.getBoundingClientRect().left, "x"));
      });
    },
    draw: place,
    destroy: () => off(),
  } };
}
