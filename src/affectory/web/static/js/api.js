// The one place that speaks with the server.
import { toast } from "./dom.js";
import { T } from "./texts.js";

let lost = false, held = 0;

// A page that holds what is not safe yet is not left for the door; call what comes back when it is.
export function stay() {
  held += 1;
  let on = true;
  return () => { held -= on; on = false; };
}

// What is asked for may be a name: it travels in a header, since addresses end up in logs.
export function fetched(path, options = {}) {
  const [place, words] = path.split("?");
  const asked = words ? { "x-query": words } : {};
  return fetch(`/api${place}`, { ...options, headers: { "x-affectory": "1", ...asked, ...options.headers } });
}

export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetched(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (!lost) toast(T.lost);
    lost = true;
    throw new TypeError(T.lost); // not in the browser's words
  }
  if (lost) toast(T.again);
  lost = false;
  if (answer.status === 401 && !held) location.href = "/enter";
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(typeof told.detail === "string" ? told.detail : `error ${answer.status}`), { status: answer.status });
  return told;
}

// what makes a request one that sends something, as JSON
export const posted = (body = {}, more = {}) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), ...more });
export const post = (path, body, more) => ask(path, posted(body, more));

export const query = (parts) => {
  const kept = Object.entries(parts).filter(([, v]) => v !== undefined && v !== null && v !== "");
  return kept.length ? `?${new URLSearchParams(kept)}` : "";
};

// Of many questions only the answer to the last one counts. Call what comes back to ask; what that
// gives tells, once the answer is there, whether nothing else was asked meanwhile.
export function latest() {
  let turn = 0;
  return () => {
    const mine = ++turn;
    return () => mine === turn;
  };
}

const WINDOW = 20000;

// every turn of a session, however many there are
export async function spoken(base) {
  const turns = await ask(`${base}/turns${query({ most: WINDOW })}`);
  for (let got = turns.seq.length; got === WINDOW; ) {
    const more = await ask(`${base}/turns${query({ skip: turns.seq.length, most: WINDOW })}`);
    for (const name in turns) turns[name] = turns[name].concat(more[name]);
    got = more.seq.length;
  }
  return turns;
}

// fetch cannot tell how much has been sent; XMLHttpRequest can
export function send(file, onpart, path = "/uploads", said = {}) {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open("POST", `/api${path}`);
    x.setRequestHeader("x-affectory", "1");
    x.setRequestHeader("x-name", encodeURIComponent(file.name));
    for (const [name, value] of Object.entries(said)) x.setRequestHeader(name, value);
    x.upload.onprogress = (e) => e.lengthComputable && onpart(e.loaded / e.total);
    x.onload = () => {
      let told = {};
      try { told = JSON.parse(x.responseText); } catch { /* no words, only a status */ }
      if (x.status < 300) resolve(told);
      else reject(new Error(told.detail ?? `error ${x.status}`));
    };
    x.onerror = () => reject(new Error(T.lost));
    x.send(file);
  });
}
