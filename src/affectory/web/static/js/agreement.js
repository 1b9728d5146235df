// How far the raters of a session agree, with each other and with the method; looked up again while
// they are at work. Whoever still rates is not shown it unless they ask.
import { ask, latest, post, query } from "./api.js";
import { chorus } from "./chorus.js";
import { h, toast } from "./dom.js";
import { number } from "./number.js";
import { got } from "./tables.js";
import { T } from "./texts.js";

const EVERY = 4000, MOST = 14; // milliseconds; rows of the table
export const ranged = (value, low, high) =>
  (low === null || low === undefined ? number(value) : `${number(value)} [${number(low)}, ${number(high)}]`);

export function agreement(view, { base, clock, shown, labels }) {
  let timer = null, gone = false, close = () => {};
  view.replaceChildren();
  if (shown) open();
  else view.append(h("p", { class: "hint" }, T.rate.hidden, " ", h("button", { type: "button", class: "get", onclick: open }, T.rate.show)));

  function open() {
    const table = h("div", { class: "pan", tabIndex: 0, role: "region", "aria-label": T.rate.agreement });
    const picture = h("div"), gold = h("span", { class: "saves" }), status = h("p", { class: "count", role: "status" });
    const made = h("p", { class: "count", role: "status" }); // what was put into the lake stays said
    const brackets = h("p", { class: "hint", hidden: true }, T.rate.brackets);
    const away = h("input", { type: "checkbox", id: "away", onchange: () => ask_(true) });
    const card = h("section", { class: "card agree" },
      h("div", { class: "bar" }, h("h2", {}, T.rate.agreement), h("label", { class: "pick", htmlFor: "away" }, away, T.rate.away), gold),
      status, made, table, picture, brackets, h("p", { class: "hint" }, T.rate.told));
    view.replaceChildren();
    view.append(card);
    card.hidden = true;
    const board = chorus(picture, clock), turn = latest();
    close = board.close;
    let before = "", put = "", busy = 0;

    async function look(anyway) {
      const mine = turn(), aligned = away.checked;
      const late = () => gone || !mine();
      const takes = (await ask(`${base}/takes`)).filter((one) => one.samples);
      const stamp = JSON.stringify([takes.map((one) => [one.id, one.samples, one.done, one.lag]), aligned]);
      if (late() || (stamp === before && !anyway)) return;
      const rows = await Promise.all(asked(takes, labels).slice(0, MOST).map(async (row) =>
        [row, await ask(`${base}/agreement${query({ ...row, aligned })}`)]));
      if (late()) return;
      before = stamp;
      card.hidden = !takes.length;
      table.replaceChildren(figures(rows, aligned));
      brackets.hidden = !table.textContent.includes("[");
      const words = T.rate.many(takes.length, takes.filter((one) => one.done === null).length);
      if (status.textContent !== words) status.textContent = words;
      const golds = several(takes);
      if (golds.join() !== put) gold.replaceChildren(...golds.map(golden)); // else whoever is on one stays there
      put = golds.join();
      board.show(rows.filter(([, told]) => told.traces)
        .map(([row, told]) => [row, aligned && told.aligned ? { ...told, ...told.aligned } : told]));
    }

    // of which Spaces and kinds two or more takes are done
    function several(takes) {
      const many = new Map();
      for (const one of takes.filter((take) => take.done !== null)) many.set(`${one.space}\n${one.kind}`, (many.get(`${one.space}\n${one.kind}`) ?? 0) + 1);
      return [...many].filter(([, n]) => n > 1).map(([key]) => key);
    }

    function golden(key) {
      const [space, kind] = key.split("\n");
      return h("button", { type: "button", class: "get", onclick: async () => {
        try {
          const told = await post(`${base}/gold`, { space, kind, aligned: away.checked }); // as it is shown
          made.replaceChildren(T.rate.made(told), " ", ...Object.entries(T.rate.files).flatMap(([as, words]) =>
            [got(`${base}/trajectory${query({ space, by: told.by, kind: as })}`, words), " "]));
        } catch (error) { toast(error.message); }
      } }, T.rate.gold(space, T.rate.short[kind]));
    }

    // asked now and then only where nothing else is on its way and somebody looks
    async function ask_(anyway) {
      if (gone || (!anyway && (busy || document.hidden))) return;
      busy += 1;
      try {
        await look(anyway);
      } catch (error) {
        if (error.name !== "AbortError") toast(error.message);
      } finally {
        busy -= 1;
      }
    }
    ask_(true);
    timer = setInterval(ask_, EVERY);
  }
  return () => { gone = true; clearInterval(timer); close(); };
}

// what is compared: each axis that was rated, and shares of one whole as labels too
function asked(takes, labels) {
  const rows = new Map();
  for (const { space, kind, axes } of takes) {
    for (const axis of axes) rows.set(`${space}/${kind}/${axis}`, { space, kind, axis });
    if (labels.has(space)) rows.set(`${space}/${kind}`, { space, kind });
  }
  return [...rows.values()].sort((a, b) => Number(a.axis !== undefined) - Number(b.axis !== undefined));
}

function figures(rows, away) {
  return h("table", {},
    h("thead", {}, h("tr", {}, T.rate.head.map((w) => h("th", { scope: "col" }, w)))),
    h("tbody", {}, rows.map(([row, told]) => {
      const now = away && told.aligned ? { ...told, ...told.aligned } : told;
      return h("tr", {},
        h("th", { scope: "row" }, `${row.space}, ${row.axis ?? T.rate.label}`, h("small", {}, ` ${T.rate.short[row.kind]}`)),
        h("td", {}, told.raters.join(", ")), h("td", { class: "n" }, T.rate.amount(now)),
        h("td", { class: "n" }, ranged(now.icc, now.icc_low, now.icc_high)),
        h("td", { class: "n" }, ranged(now.alpha, now.alpha_low, now.alpha_high)),
        h("td", {}, now.alike !== undefined ? T.rate.alike(number(now.alike)) : pairs(now.pairs)),
        h("td", { class: "n" }, (now.weights ?? []).map((v) => number(v)).join(", ")),
        h("td", { class: "n" }, row.kind === "traced" ? (now.lags ?? []).map((v) => v.toFixed(1)).join(", ") : "–"),
        h("td", { class: "n" }, now.method ? [number(now.method.ccc), now.method.space !== row.space && h("small", {}, ` ${T.rate.elsewise(now.method.space)}`)] : "–"));
    })));
}

const pairs = (told) => (told?.length ? told.map((p) => h("div", {}, `${p.one}–${p.other} ${ranged(p.ccc, p.ccc_low, p.ccc_high)}`, p.same ? h("small", {}, ` ${T.rate.same}`) : "")) : "–");
