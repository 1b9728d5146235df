// Files on their way into the lake: dropped, sent, traced; and what of them could not be read.
import { ask, post, query, send } from "./api.js";
import { h, toast } from "./dom.js";
import { reading } from "./naming.js";
import { links } from "./tables.js";
import { T } from "./texts.js";

const MOST = 1000;
// they go on while other pages are looked at
export const uploads = h("ul", { class: "uploads", "aria-label": T.drop.lead });

const SOUND = /\.(wav|mp3|ogg|oga|opus|flac|m4a|aac|mp4|m4v|webm|ogv|mov)$/i;

const trace = (file, said) =>
  follow(file.name, (tell) => send(file, tell, "/uploads", said), file);

export function take(files) {
  for (const file of files) {
    if (!SOUND.test(file.name)) trace(file);
    else uploads.append(h("li", {}, h("b", {}, file.name), " ",
      h("span", { class: "failed" }, T.upload.sound)));
  }
}

// a file may fall anywhere on any page, and is not opened in place of it
export function anywhere() {
  const files = (e) => e.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (e) => {
    if (!files(e)) return;
    e.preventDefault();
    document.body.classList.add("over");
  });
  addEventListener("dragleave", (e) => {
    if (!e.relatedTarget) document.body.classList.remove("over");
  });
  addEventListener("drop", (e) => {
    document.body.classList.remove("over");
    if (!files(e)) return;
    e.preventDefault();
    if (!uploads.isConnected) location.hash = "#/";
    take(e.dataTransfer.files);
  });
}

export function dropzone() {
  const input = h("input", { type: "file", multiple: true, id: "file", class: "away",
    onchange: () => take(input.files) });
  return h("div", { class: "drop" }, h("b", {}, T.drop.lead), ` ${T.drop.more} `,
    h("label", { for: "file", htmlFor: "file" }, T.drop.pick), input);
}

// for who has no conversation at hand: one of ours
export const sample = () => follow(T.sampled, () => post("/sample"));

// a talk that is being traced: whoever put it into the lake is told when it is there
export const kept = (told) => follow(told.name, async () => told);

// rows that could not be read, of a trace or of a dropped file
export function rejected(path, count, open = false) {
  const list = h("ol"), more = h("p", { class: "saves" });
  const line = (row) => h("li", {}, h("b", {}, `${row.file.split("/").pop()}:${row.line} `),
    row.reason, row.raw ? h("code", {}, row.raw) : "");
  return h("details", { class: "rejected", open, ontoggle: async (e) => {
    if (!e.target.open || list.children.length) return;
    const rows = await ask(path);
    list.append(...rows.map(line));
    more.append(rows.length < count ? T.some(rows.length, count) : "", T.files,
      ...links(`${path}/file`, T.rejected(count)));
  } }, h("summary", {}, T.rejected(count)), list, more);
}

// `begun` gets a function to tell how much is sent, and returns how the trace began
async function follow(name, begun, file) {
  const words = h("span");
  const bar = h("progress", { max: 1, value: 0, "aria-label": name });
  const line = h("li", {}, h("b", {}, name), " ", words, bar);
  uploads.append(line);
  try {
    let told = await begun((part) => {
      bar.value = part;
      words.textContent = T.upload.sending(Math.round(100 * part));
    });
    bar.removeAttribute("value");
    let away = false;
    while (told.state === "waiting" || told.state === "running") {
      words.textContent = away ? T.lost : `${T.upload[told.state]}, ${T.upload.records(told.records)}`;
      await new Promise((done) => setTimeout(done, 250));
      const now = await ask(`/uploads/${told.id}`).catch((e) => {
        if (!(e instanceof TypeError)) throw e; // it is not there any more
        return null;
      });
      away = now === null;
      told = now ?? told;
    }
    bar.remove();
    words.textContent = told.state === "done"
      ? `${T.upload.done}, ${T.upload.records(told.records)}`
      : `${T.upload.failed}: ${told.error.replaceAll(`${name}: `, "")}`;
    words.className = told.state;
    line.append(reading(file, told.said, (said) => { line.remove(); trace(file, said); }));
    if (told.state === "failed") {
      const path = `/uploads/${told.id}/rejected`;
      const rows = await ask(`${path}${query({ most: MOST })}`);
      if (rows.length) words.after(rejected(path, rows.length < MOST ? rows.length : `${MOST}+`));
    }
    if (!uploads.isConnected) toast(`${name}: ${words.textContent}`); // nobody is taken from another page
    else if (told.state === "done") {
      if (location.hash === `#/t/${told.job}`) dispatchEvent(new Event("hashchange"));
      else location.hash = `#/t/${told.job}`;
    }
  } catch (error) {
    bar.remove();
    words.textContent = `${T.upload.failed}: ${error.message}`;
    words.className = "failed";
    if (!uploads.isConnected) toast(`${name}: ${words.textContent}`);
  }
}
