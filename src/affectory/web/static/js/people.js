// Speakers have one colour and one mark everywhere, by the order of their names, as in the report.
import { css, h } from "./dom.js";

const COLOURS = 8;
const SHAPES = ["●", "■", "▲", "◆", "▼", "✚", "✖", "⬢"];

export function people(names) {
  const place = new Map([...names].sort().map((name, at) => [name, at]));
  const at = (name) => place.get(name) ?? 0;
  return {
    names: [...place.keys()],
    colour: (name) => css(`--s${at(name) % COLOURS}`),
    mark: (name) => h("i", { class: `who s${at(name) % COLOURS}`, "aria-hidden": "true" }, SHAPES[Math.floor(at(name) / COLOURS) % SHAPES.length]),
  };
}
