// Turns as they are said: type one, and see its state, where it may go, and what it shows.
import { post } from "./api.js";
import { canvas } from "./canvas.js";
import { h, toast } from "./dom.js";
import { fan } from "./fan.js";
import { kept } from "./intake.js";
import { number } from "./number.js";
import { newcomers } from "./people.js";
import { sign } from "./sign.js";
import { level } from "./spark.js";
import { visit } from "./storage.js";
import { overheard, talks } from "./talks.js";
import { T } from "./texts.js";

const PLACE = "affectory.talk", WAIT = 800; // ms until the server is asked again
const left = new Map(); // by talk: what was typed and not answered when its page was left
let current = null; // the talk of this tab, also where the browser remembers nothing

export async function live(main) {
  const talk = current ?? visit.recall(PLACE) ?? (await begin());
  // numbers that no earlier load of the page gave: the server keeps a turn of a number once
  let socket = null, closed = false, lost = false, soon = 0, sent = Date.now() * 1000;
  const waiting = new Map(); // turns that are not answered yet: sent again after a break
  const heard = [], followed = overheard(talk); // another process says the turns of some
  const who = newcomers();

  const list = h("ol", { class: "roll live", "aria-live": "polite", "aria-label": T.turns });
  const notice = h("p", { class: "notice", role: "alert", hidden: true });
  const state = h("p", { class: "count", role: "status" });
  const actor = h("input", { id: "actor", value: "ann", maxLength: 100, "aria-label": T.live.who });
  const text = h("textarea", { id: "turn", rows: 2, maxLength: 20000, placeholder: T.live.say, "aria-label": T.live.say,
    onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); say(); } } });
  const view = h("section", { class: "card" }, h("h2", {}, T.live.fan));
  const keys = h("ul", { class: "keys" }), others = h("section", { class: "card" });
  const form = followed
    ? h("p", { class: "hint followed" }, T.live.followed)
    : h("form", { class: "say", onsubmit: (e) => { e.preventDefault(); say(); } }, actor, text, h("button", { class: "main", type: "submit" }, T.live.send));
  main.append(h("h1", {}, T.pages.live), h("p", { class: "hint" }, T.live.lead), notice,
    h("div", { class: "beside" },
      h("section", { class: "card" }, list, form,
        h("div", { class: "bar" }, state, h("button", { type: "button", onclick: keep }, T.live.keep), h("button", { type: "button", onclick: fresh }, T.live.fresh))),
      h("div", { class: "stack" }, view, others)));
  const board = canvas(view, 260, (pen, wide, high) => fan(pen, wide, high, heard, who), () => {}, T.live.fan);
  view.append(keys);
  const going = talks(others, talk, (name) => { choose(name); leave(); });
  const before = left.get(talk);
  if (before) {
    for (const turn of before.turns) waiting.set(turn.id, turn);
    [text.value, actor.value] = [before.text, before.actor];
  }

  function choose(name) {
    current = name;
    if (name) visit.remember(PLACE, name);
    else visit.forget(PLACE);
    return name;
  }

  async function begin() {
    return choose((await post("/talks")).talk);
  }

  function connect() {
    if (closed) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/talks/${talk}/turns`);
    // the server tells again what it has; what is shown already is passed over
    socket.onopen = () => { state.textContent = T.live.open; if (lost) toast(T.again); lost = false; for (const turn of waiting.values()) socket.send(JSON.stringify(turn)); };
    socket.onmessage = (e) => {
      const told = JSON.parse(e.data);
      if (told.seq >= heard.length) take(told);
      else answered(told);
    };
    socket.onclose = (e) => {
      if (closed) return;
      if (e.code === 4404) return gone();
      if (e.code === 4400) refused(e.reason);
      state.textContent = e.code >= 4000 ? e.reason : T.lost;
      lost = e.code < 4000; // it is away, rather than of another opinion
      setTimeout(connect, WAIT);
    };
  }

  function say() {
    if (!text.value.trim()) return;
    const turn = { id: sent++, actor: actor.value.trim() || "user", text: text.value.trim() };
    waiting.set(turn.id, turn);
    if (socket?.readyState === 1) socket.send(JSON.stringify(turn));
    text.value = "";
    text.focus();
  }

  const unsaid = () => ({ turns: [...waiting.values()], text: text.value, actor: actor.value });

  // others may give their turns the same numbers
  function answered(told) {
    const turn = waiting.get(told.id);
    if (turn?.actor === told.actor && turn.text === told.text) waiting.delete(told.id);
  }

  // the server takes none of them: they are the person's again
  function refused(why) {
    toast(why);
    text.value = [...[...waiting.values()].map((turn) => turn.text), text.value].filter(Boolean).join("\n");
    waiting.clear();
  }

  // somebody deleted the talk, or the server started anew before its first turn
  async function gone() {
    let told;
    try { told = await post("/talks"); } catch (error) {
      state.textContent = error.message;
      return void setTimeout(connect, WAIT);
    }
    if (closed) return;
    left.set(choose(told.talk), unsaid());
    toast(T.live.gone(waiting.size));
    waiting.clear();
    leave();
  }

  function take(told) {
    answered(told);
    heard.push(told);
    who.meet(told.actor);
    const v = told.values.valence;
    list.append(h("li", { class: "turn" },
      h("div", { class: "who" }, who.mark(told.actor), h("b", {}, told.actor),
        told.signs.map((type) => sign(type)), told.crisis.map((kind) => h("span", { class: "sign" }, T.live.crisis(kind.replaceAll("_", " ")))),
        h("span", { class: "chip" }, v === null ? T.unread : [h("i", { class: `d${level(v)}` }), `${number(v)} ${told.emotion?.[0] ?? ""}`])),
      h("p", { class: "said" }, told.text)));
    if (told.notice) { notice.hidden = false; notice.textContent = told.notice; }
    board.draw();
    cancelAnimationFrame(soon);
    soon = requestAnimationFrame(words);
  }

  // once for all turns that came at once: the last one in sight, and the picture in words
  function words() {
    list.scrollTop = list.scrollHeight;
    keys.replaceChildren(...who.names.map((name) => {
      const last = heard.findLast((one) => one.actor === name && one.values.valence !== null);
      return h("li", {}, who.mark(name), h("b", {}, name), last ? T.live.told(last) : T.unread);
    }));
    if (heard.some((one) => one.signs.length || one.crisis.length)) keys.append(h("li", {}, h("i", { class: "ring", "aria-hidden": "true" }), T.live.ring));
  }

  async function keep() {
    try {
      const told = await post(`/talks/${talk}/keep`);
      toast(T.live.kept(told.name));
      kept(told);
    } catch (error) { toast(error.message); }
  }

  function fresh() {
    choose(null);
    leave();
  }

  function leave() {
    closed = true;
    socket?.close();
    dispatchEvent(new Event("hashchange"));
  }

  connect();
  if (!followed) text.focus();
  return () => {
    closed = true;
    left.set(talk, unsaid());
    cancelAnimationFrame(soon);
    socket?.close();
    board.close();
    going.close();
  };
}
