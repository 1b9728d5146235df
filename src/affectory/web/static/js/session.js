// One session: what was said on one side, how it moved on the other, and both linked.
import { ask, latest, post, query, spoken } from "./api.js";
import { course } from "./course.js";
import { h, toast, watched } from "./dom.js";
import { saves } from "./picture.js";
import { media } from "./media.js";
import { plane } from "./plane.js";
import { people } from "./people.js";
import { notes, OPENED, visit } from "./storage.js";
import { stream } from "./stream.js";
import { T } from "./texts.js";
import { transcript } from "./transcript.js";

const WATCHED = ["hover", "range", "now", "said", "film", "by"];
const BESIDE = "affectory.beside"; // who has just read this session, until the page is drawn again

export async function session(main, job, number) {
  const base = `/traces/${job}/sessions/${number}`;
  const [facts, turns, others, { notice, found: flagged }] = await Promise.all(
    [ask(base), spoken(base), ask(`${base}/others`), ask(`${base}/crisis`)]);
  const who = people(facts.people.map((one) => one.actor));
  // the turn that is pointed at, the stretch of time and the author that are chosen: all views watch them
  const link = Object.fromEntries(WATCHED.map((name) => [name, watched(null)]));
  const spaces = facts.spaces.filter((space) => space.by.length);
  const place = new Map(turns.seq.map((seq, at) => [seq, at]));
  const load = async (space, by, from = base) => {
    const told = await ask(`${from}/states${query({ space, by })}`);
    return { ...told, at: told.seq.map((seq) => place.get(seq)) };
  };

  const kept = notes(OPENED, visit), found = kept.place === `#/t/${job}/s/${number}` ? kept : null;

  const film = h("section");
  const left = h("section", { class: "card transcript", "aria-label": T.turns });
  const right = h("div", { class: "pictures" });
  main.append(
    h("p", { class: "crumb" }, h("a", { href: `#/t/${job}` }, `← ${T.back}`),
      found && h("a", { href: `#/t/${job}/shapes` }, `← ${T.corpus.title}`),
      h("a", { class: "get", href: `#/t/${job}/s/${number}/rate` }, T.rate.open)),
    h("h1", { class: "name" }, facts.session),
    h("ul", { class: "keys" }, facts.people.map((one) => h("li", {}, who.mark(one.actor), one.actor,
      h("small", {}, ` ${one.n.toLocaleString("en")}`)))),
    notice ? h("p", { class: "notice", role: "note" }, notice) : "",
    h("div", { class: "beside" }, h("div", { class: "left" }, film, left), right));

  const list = transcript(left, { turns, facts, base, who, link, flagged });
  const undo = [list.close, media(film, { base, facts, turns, link })];
  if (spaces.length) {
    const parts = { job, base, facts, spaces, others, turns, who, link, load, list, undo, found };
    await pictures(right, parts).catch((error) => // what was said can be read
      right.append(h("p", { class: "error", role: "alert" }, error.message)));
  }
  right.append(authors({ base, facts, link, undo }));
  ask(`${base}/signs`).then(list.signs); // they take a moment, and are no state
  return () => undo.forEach((f) => f());
}

async function pictures(right, parts) {
  const { job, facts, spaces, others, undo, found } = parts;
  const scales = spaces.filter((space) => space.kind === "dimensions");
  // a handful of emotions says more than three signs, and reads better than twenty-eight
  const shares = spaces.filter((space) => space.kind !== "dimensions" && space.axes.length > 2)
    .sort((a, b) => Math.abs(a.axes.length - 7) - Math.abs(b.axes.length - 7));
  const first = spaces.find((s) => s.name === (found?.space ?? "vad")) ?? scales[0] ?? spaces[0];
  const card = h("section", { class: "card" });
  right.append(card);
  const line = course(card, parts);
  undo.push(line.close);
  const near = others.find((one) => one.by === visit.recall(BESIDE) && one.job === job && one.spaces.length);
  visit.forget(BESIDE);
  const apart = near && !near.spaces.includes(first.name); // nothing of the first Space to stand beside
  await line.draw(apart ? near.spaces[0] : first.name, found?.axis ?? "valence", apart ? near.by : undefined, apart ? undefined : near);

  const planes = spaces.filter((space) => ["arousal", "valence"].every((name) => space.axes.some((axis) => axis.name === name)));
  await aside(right, planes, T.plane, plane, parts);
  const own = shares.find((space) => space.by.includes(facts.method)) ?? shares[0]; // others may be of no emotions
  await aside(right, own ? [own] : [], T.stream, stream, parts);
}

// a picture beside the curve: of whoever the curve is by where they gave states of it, else of the method
async function aside(right, wanted, title, picture, { facts, who, link, load, undo }) {
  if (!wanted.length) return;
  const view = h("section", { class: "card" }), asking = latest();
  let made = null, drawn = "";
  right.append(view);
  undo.push(() => made?.close());

  async function draw(author) {
    const newest = asking(), has = (by) => wanted.find((one) => one.by.includes(by));
    const space = has(author) ?? has(facts.method) ?? wanted[0];
    const by = [author, facts.method].find((one) => space.by.includes(one)) ?? space.by[0];
    const told = drawn === by ? null : await load(space.name, by);
    if (!newest()) return; // somebody else was chosen meanwhile
    if (told) {
      made?.close();
      view.replaceChildren(h("h2", {}, title, " ", h("small", {}, T.method.whose(by))), h("p", { class: "hint not" }));
      made = picture(view, { told, who, link, space });
      view.append(h("p", { class: "saves" }, T.files, saves(picture.name, made.svg)));
      drawn = by;
    }
    view.querySelector(".not").textContent = by === author ? "" : T.method.not(author);
  }

  await draw(link.by.get());
  undo.push(link.by.watch(draw));
}

// who perceived, with what to know before trusting it; and who else could
function authors({ base, facts, link, undo }) {
  const card = h("section", { class: "card authors" }), wait = h("p", { class: "hint", role: "status" });
  const name = (method) => method.split(":")[0];
  const shown = h("p", { class: "shown" });
  const pick = h("select", { id: "also", onchange: async () => {
    const method = pick.value;
    pick.disabled = true;
    wait.textContent = T.method.wait(method);
    try {
      const { by } = await post(`${base}/also`, { method });
      visit.remember(BESIDE, by); // and so it is drawn when the page is there again
      toast(T.method.done(method));
      dispatchEvent(new Event("hashchange"));
    } catch (error) {
      pick.disabled = false;
      pick.value = "";
      wait.textContent = error.message;
    }
  } });
  ask("/methods").then((cards) => {
    const own = cards.find((one) => one.name === name(facts.method));
    const able = cards.filter((one) => one.name.startsWith("perceive/")
      && one.takes.includes("text") && one.name !== facts.method);
    pick.append(h("option", { value: "" }, T.method.pick),
      ...able.map((one) => h("option", { value: one.name, disabled: one.untrained },
        one.untrained ? T.method.untrained(one.name) : one.name)));
    card.append(
      h("h2", {}, T.method.by, " ", h("a", { href: `#/methods/${name(facts.method)}` }, facts.method)),
      own ? h("details", { open: true }, h("summary", {}, T.cautions),
        h("ul", {}, own.cautions.map((words) => h("li", {}, words)))) : "",
      shown, h("div", { class: "bar" }, h("label", { class: "pick" }, T.method.also, pick), wait));
    const known = new Set(cards.map((one) => one.name));
    undo.push(link.by.watch((by) => shown.replaceChildren(...(by && by !== facts.method
      ? [T.method.shown, " ", known.has(name(by)) ? h("a", { href: `#/methods/${name(by)}` }, by) : h("b", {}, by)] : []))));
  });
  return card;
}
