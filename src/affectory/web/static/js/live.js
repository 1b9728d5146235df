// Turns as they are said: type one, and see its state, where it may go, and what it shows.
import { ask } from "./api.js";
import { canvas } from "./canvas.js";
import { css, h, toast } from "./dom.js";
import { people } from "./people.js";
import { level } from "./spark.js";
import { T } from "./texts.js";

const AHEAD = 5, SHOWN = 60;

export async function live(main) {
  const kept = sessionStorage.getItem("affectory.talk");
  let talk = kept ?? (await begin());
  // numbers that no earlier load of the page gave: the server keeps a turn of a number once
  let socket = null, closed = false, sent = Date.now() * 1000;
  const waiting = new Map(); // turns that are not answered yet: sent again after a break
  const heard = [];
  let who = people([]);

  const list = h("ol", { class: "roll live", "aria-live": "polite", "aria-label": T.turns });
  const notice = h("p", { class: "notice", role: "alert", hidden: true });
  const state = h("p", { class: "count", role: "status" });
  const actor = h("input", { id: "actor", value: "ann", maxLength: 100, "aria-label": T.live.who });
  const text = h("textarea", { id: "turn", rows: 2, maxLength: 20000, placeholder: T.live.say, "aria-label": T.live.say,
    onkeydown: (e) => { if (e.key === "Enter" && !e.shiftKey) { e.preventDefault(); say(); } } });
  const view = h("section", { class: "card" }, h("h2", {}, T.live.fan));
  main.append(h("h1", {}, T.pages.live), h("p", { class: "hint" }, T.live.lead), notice,
    h("div", { class: "beside" },
      h("section", { class: "card" }, list, h("form", { class: "say", onsubmit: (e) => { e.preventDefault(); say(); } }, actor, text, h("button", { class: "main", type: "submit" }, T.live.send)),
        h("div", { class: "bar" }, state, h("button", { type: "button", onclick: keep }, T.live.keep), h("button", { type: "button", onclick: fresh }, T.live.fresh))),
      view));
  const board = canvas(view, 260, paint, () => {}, T.live.fan);

  async function begin() {
    const told = await ask("/talks", { method: "POST" });
    sessionStorage.setItem("affectory.talk", told.talk);
    return told.talk;
  }

  function connect() {
    if (closed) return;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/talks/${talk}/turns`);
    // the server tells again what it has; what is shown already is passed over
    socket.onopen = () => { state.textContent = T.live.open; for (const turn of waiting.values()) socket.send(JSON.stringify(turn)); };
    socket.onmessage = (e) => {
      const told = JSON.parse(e.data);
      if (told.seq >= heard.length) take(told);
      else waiting.delete(told.id);
    };
    socket.onclose = async (e) => {
      if (closed) return;
      if (e.code === 4404) { talk = await begin(); heard.length = 0; return connect(); }
      if (e.code === 4400) { toast(e.reason); waiting.clear(); }
      state.textContent = T.lost;
      setTimeout(connect, 800);
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

  function take(told) {
    const turn = waiting.get(told.id);
    waiting.delete(told.id);
    heard.push(told);
    who = people([...new Set(heard.map((one) => one.actor))]);
    const v = told.values.valence;
    list.append(h("li", { class: "turn" },
      h("div", { class: "who" }, who.mark(told.actor), h("b", {}, told.actor),
        told.signs.map((sign) => h("span", { class: "sign" }, sign)),
        h("span", { class: "chip" }, v === null ? T.unread : [h("i", { class: `d${level(v)}` }), `${v.toFixed(2).replace("-", "−")} ${told.emotion?.[0] ?? ""}`])),
      h("p", { class: "said" }, told.text ?? turn?.text ?? "")));
    list.scrollTop = list.scrollHeight;
    if (told.notice) { notice.hidden = false; notice.textContent = told.notice; }
    board.draw();
  }

  async function keep() {
    try {
      const told = await ask(`/talks/${talk}/keep`, { method: "POST" });
      toast(T.live.kept(told.name));
    } catch (error) { toast(error.message); }
  }

  async function fresh() {
    closed = true;
    socket?.close();
    sessionStorage.removeItem("affectory.talk");
    dispatchEvent(new Event("hashchange"));
  }

  function paint(pen, wide, high) {
    const some = heard.slice(-SHOWN), n = Math.max(some.length, 8) + AHEAD, first = heard.length - some.length;
    const x = (i) => ((i + 0.5) / n) * wide, y = (v) => high / 2 - (v * high) / 2.1;
    pen.strokeStyle = css("--line");
    pen.strokeRect(0.5, 0.5, wide - 1, high - 1);
    pen.beginPath(); pen.moveTo(0, y(0)); pen.lineTo(wide, y(0)); pen.stroke();
    for (const name of who.names) {
      const own = some.filter((one) => one.actor === name && one.values.valence !== null);
      const colour = who.colour(name);
      pen.strokeStyle = pen.fillStyle = colour;
      pen.beginPath();
      for (const one of own) pen.lineTo(x(one.seq - first), y(one.values.valence));
      pen.stroke();
      for (const one of own) { pen.beginPath(); pen.arc(x(one.seq - first), y(one.values.valence), 3.5, 0, 7); pen.fill(); }
      const last = own.at(-1);
      if (!last?.fan.low) continue;
      const from = some.length - 1;
      pen.globalAlpha = 0.16;
      pen.beginPath();
      last.fan.low.forEach((v, k) => pen.lineTo(x(from + 1 + k), y(v)));
      [...last.fan.high].reverse().forEach((v, k) => pen.lineTo(x(from + AHEAD - k), y(v)));
      pen.fill();
      pen.globalAlpha = 0.7;
      pen.setLineDash([4, 4]);
      pen.beginPath();
      last.fan.middle.forEach((v, k) => pen.lineTo(x(from + 1 + k), y(v)));
      pen.stroke();
      pen.setLineDash([]);
      pen.globalAlpha = 1;
    }
  }

  connect();
  text.focus();
  return () => { closed = true; socket?.close(); board.close(); };
}
