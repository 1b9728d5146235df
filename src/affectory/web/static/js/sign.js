// A sign in a conversation, in words: what comes after the last point of its type.
import { h } from "./dom.js";

const GOOD = ".satisfaction.";

export function sign(type, n = 1) {
  const words = type.split(".").at(-1).replaceAll("_", " ");
  return h("span", { class: `sign${type.includes(GOOD) ? " good" : ""}`, title: type }, n > 1 ? `${words} × ${n}` : words);
}
