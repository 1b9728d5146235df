// The takes of a session: gone on with, thrown away, taken back, or kept as files.
import { ask } from "./api.js";
import { h, toast } from "./dom.js";
import { forgotten } from "./pieces.js";
import { T } from "./texts.js";

const SURE = 4000; // milliseconds in which a second press counts

export const saved = (take) => Object.entries(T.rate.files).flatMap(([kind, words]) =>
  [h("a", { href: `/api/takes/${take.id}/file?kind=${kind}`, download: "" }, words), " "]);

export function listed(view, takes, { start, changed }) {
  const some = takes.filter((one) => one.samples);
  view.replaceChildren();
  if (!some.length) return;
  view.append(h("section", { class: "card" }, h("h2", {}, T.rate.takes), h("ul", { class: "plain takes" }, some.map((one) =>
    h("li", {},
      h("span", {}, h("b", {}, one.label), ` ${one.space}, ${T.rate.short[one.kind]}, ${one.done === null ? T.rate.left : T.rate.ended}, ${T.rate.samples(one.samples)}`),
      one.done === null && h("button", { type: "button", onclick: () => start(one) }, T.rate.further),
      // whoever rates it now in another browser is not asked
      twice(...(one.done === null ? [T.rate.discard, T.rate.anyway] : [T.rate.withdraw, T.rate.sure]), async () => {
        await ask(`/takes/${one.id}`, { method: "DELETE" }).catch((error) => { if (error.status !== 410) throw error; });
        if (one.done === null) forgotten(one.id); // what a take that is done did not get is another matter
        await changed();
      }),
      one.done !== null && h("span", { class: "files" }, saved(one)))))));
}

// what cannot be undone is asked for twice
export function twice(words, again, work) {
  let timer = null;
  const button = h("button", { type: "button", class: "get", onclick: async () => {
    if (timer === null) {
      button.textContent = again;
      timer = setTimeout(() => { timer = null; button.textContent = words; }, SURE);
      return;
    }
    clearTimeout(timer);
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      toast(error.message);
      timer = null; // it is asked for again
      button.disabled = false;
      button.textContent = words;
    }
  } }, words);
  return button;
}
