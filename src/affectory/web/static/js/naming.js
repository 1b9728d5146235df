// Where guessing took the wrong columns of a table, a person names them, and it is read again.
import { h } from "./dom.js";
import { T } from "./texts.js";

const TABLES = /\.(csv|tsv|jsonl|ndjson|json|parquet|pq|arrow)$/i, LINES = /\.(csv|tsv)$/i;
const BEGINNING = 65536; // bytes in which the first line is looked for

// how it was read, in the words of the trace, and a form to say otherwise
export function reading(file, said, again) {
  const lines = said.map((line) => line.replace(/ \(--\w+ NAME\)/g, "").trim()).filter(Boolean);
  const told = h("ul", { class: "plain said-of" }, lines.slice(0, 6).map((line) => h("li", {}, line)));
  if (!file || !TABLES.test(file.name)) return told;
  const open = h("button", { type: "button", class: "get", onclick: async () => open.replaceWith(form(file, await heads(file), again)) }, T.upload.name);
  return h("div", {}, told, open);
}

function form(file, names, again) {
  const known = h("datalist", { id: `columns-${file.lastModified}-${file.size}` }, names.map((value) => h("option", { value })));
  const fields = Object.entries(T.upload.columns).map(([name, words]) => {
    const field = h("input", { name, maxLength: 200 });
    field.setAttribute("list", known.id);
    return h("label", {}, words, field);
  });
  return h("form", { class: "columns", onsubmit: (e) => {
    e.preventDefault();
    const told = Object.fromEntries([...new FormData(e.target)].filter(([, value]) => value));
    again({ "x-columns": encodeURIComponent(JSON.stringify(told)) });
  } }, known, fields, h("button", { type: "submit" }, T.upload.again));
}

// the names of the columns, where the first line holds them
async function heads(file) {
  if (!LINES.test(file.name)) return [];
  const [line] = (await file.slice(0, BEGINNING).text()).split(/\r?\n/);
  const sign = [";", "\t", "|", ","].find((one) => line.includes(one)) ?? ",";
  return line.replace(/^\ufeff/, "").split(sign).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
}
