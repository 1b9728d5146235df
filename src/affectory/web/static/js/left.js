// What a server will not take of an earlier rating, above whatever page is open: kept as a take of
// its own, as a file, or thrown away by whoever says so. Until then it stays in this browser.
import { post } from "./api.js";
import { h, toast } from "./dom.js";
import { alone, settle } from "./keeper.js";
import { keep } from "./picture.js";
import { pieces } from "./pieces.js";
import { twice } from "./takes.js";
import { T } from "./texts.js";

const OWN = [409, 410]; // answers that another take would not get

export async function left() {
  const told = await settle();
  const view = document.getElementById("left") ?? h("aside", { id: "left", "aria-label": T.left.title });
  document.getElementById("page").before(view);
  view.replaceChildren(...told.map(offer));
  view.hidden = !told.length;
}

function offer({ take, some, status, why }) {
  const { about } = some;
  return h("div", { class: "notice" },
    h("p", {}, T.left.words(some.count(), about, T.left.why[status] ?? why)),
    h("div", { class: "bar" },
      OWN.includes(status) && about.base && h("button", { type: "button", onclick: (e) => own(e.target, take) }, T.rate.own),
      saver(() => some),
      twice(T.rate.discard, T.rate.sure, () => locked(take, (all) => all.clear()).then(left))));
}

// a button that saves samples as the table that a take is
export const saver = (some) => h("button", { type: "button", class: "get", onclick: () => {
  const { about, rest } = some();
  keep(new Blob([table(rest(), about.axes)], { type: "text/csv" }), `take-${about.space ?? "own"}-${about.kind ?? "own"}.csv`);
} }, T.left.file);

function table(rows, axes = Object.keys(rows[0]?.said ?? {})) {
  const cell = (v) => (/[",\n]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
  const lines = rows.map((one) => [one.n, one.at, one.play ?? "", ...axes.map((name) => one.said[name] ?? "")].join(","));
  return [["n", "at", "play", ...axes].map(cell).join(","), ...lines, ""].join("\n");
}

async function own(button, take) {
  button.disabled = true;
  try {
    await locked(take, async (some) => {
      if (!some.count()) return; // another tab was quicker
      const made = await begun(some.about);
      some.move(made.id); // from now on it is what waits for that one
    });
    await left();
    dispatchEvent(new Event("takeschange"));
  } catch (error) {
    toast(error.message);
  }
  button.disabled = false;
}

// a take like the one that samples were for
export const begun = ({ base, rater, space, axes, kind }) => post(`${base}/takes`, { rater, space, axes, kind });

async function locked(take, work) {
  const free = await alone(take);
  if (!free) throw new Error(T.rate.elsewhere);
  try {
    return await work(pieces(take));
  } finally {
    free();
  }
}
