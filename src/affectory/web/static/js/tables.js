// Tables as files: a link where the address says all, a button where words go along unseen.
import { fetched, posted } from "./api.js";
import { h, toast } from "./dom.js";
import { keep } from "./picture.js";
import { T } from "./texts.js";

const KINDS = ["csv", "parquet"];
const of = (path, kind) => `${path}${path.includes("?") ? "&" : "?"}kind=${kind}`;

export const links = (path, name) => KINDS.map((kind) => h("a", { class: "get",
  href: `/api${of(path, kind)}`, download: "", "aria-label": T.save(T[kind], name) }, T[kind]));

// `told` returns what to ask for now; it is sent, and stands in no address
export const buttons = (path, told, name) => KINDS.map((kind) =>
  got(of(path, kind), T[kind], T.save(T[kind], name), told));

// one file, where what is asked for may name somebody: no address and no list of downloads has it
export const got = (path, words, label, told) => h("button", { type: "button", class: "get",
  "aria-label": label,
  onclick: () => saved(path, told && posted(told())).catch((error) => toast(error.message)) }, words);

async function saved(path, options) {
  const answer = await fetched(path, options);
  if (!answer.ok) throw new Error((await answer.json()).detail);
  const named = answer.headers.get("content-disposition").match(/filename="(.+)"/)[1];
  keep(await answer.blob(), named);
}
