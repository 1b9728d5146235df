// Speakers have one colour and one mark everywhere, by the order of their names, as in the report;
// where who comes is not known yet, by the order in which they first speak.
import { css, h } from "./dom.js";

const COLOURS = 8;
const SHAPES = ["●", "■", "▲", "◆", "▼", "✚", "✖", "⬢"];
const PAIR = ["assistant", "user"]; // where one of them speaks, so does the other

export function people(names) {
  const place = new Map([...names].sort().map((name, at) => [name, at]));
  return look(place, () => [...place.keys()]);
}

// Whoever comes keeps the colour that they had at first; `meet` says that somebody speaks.
export function newcomers() {
  const place = new Map(), met = new Set();
  const meet = (name) => {
    met.add(name);
    for (const one of PAIR.includes(name) ? PAIR : [name]) if (!place.has(one)) place.set(one, place.size);
  };
  return Object.assign(look(place, () => [...place.keys()].filter((name) => met.has(name))), { meet });
}

// somebody who is rated or rates, and does not speak, has the colour of the page
function look(place, names) {
  const at = (name) => place.get(name) ?? 0;
  return {
    get names() { return names(); },
    colour: (name) => css(place.has(name) ? `--s${at(name) % COLOURS}` : "--accent"),
    mark: (name) => h("i", { class: `who s${at(name) % COLOURS}`, "aria-hidden": "true" }, SHAPES[Math.floor(at(name) / COLOURS) % SHAPES.length]),
  };
}
