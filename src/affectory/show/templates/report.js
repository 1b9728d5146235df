"use strict";
// Adds only: without this script every word and picture is there.

// A turn and its dot light up together.
const partner = (node) => {
  const [, section, kind, seq] = /^(s\d+)-([td])(\d+)$/.exec(node.id) || [];
  return section && document.getElementById(`${section}-${kind === "t" ? "d" : "t"}${seq}`);
};
for (const node of document.querySelectorAll(".turn, .dot")) {
  const light = (on) => () => {
    const other = partner(node);
    node.classList.toggle("lit", on);
    if (other) other.classList.toggle("lit", on);
  };
  node.addEventListener("mouseenter", light(true));
  node.addEventListener("mouseleave", light(false));
  node.addEventListener("focusin", light(true));
  node.addEventListener("focusout", light(false));
}

// A dot scrolls the transcript to its turn and leaves the page where it is.
const calm = matchMedia("(prefers-reduced-motion: reduce)");
for (const dot of document.querySelectorAll(".dot")) {
  dot.addEventListener("click", (event) => {
    const turn = partner(dot);
    const roll = turn && turn.closest(".roll");
    if (!roll) return;
    event.preventDefault();
    const fold = turn.closest("details");
    if (fold) fold.open = true;
    const top = turn.offsetTop - roll.offsetTop - 40;
    roll.scrollTo({ top, behavior: calm.matches ? "auto" : "smooth" });
    for (const lit of roll.querySelectorAll(".lit")) lit.classList.remove("lit");
    turn.classList.add("lit");
  });
}

// Tables sort by a click on a heading; what is undefined stays last.
const ahead = (a, b) => {
  const [x, y] = [Number(a), Number(b)];
  return a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y) ? x - y : a.localeCompare(b);
};
for (const table of document.querySelectorAll("table.sort")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].dataset.key ?? row.cells[column].textContent;
      const lost = (row) => ["", "nan"].includes(key(row));
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => lost(a) - lost(b) || (down ? -1 : 1) * ahead(key(a), key(b)));
      table.tBodies[0].append(...rows);
    });
  });
}

// On paper nothing can be unfolded, so transcripts are.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll(".roll details")) fold.open = true;
});
