document.getElementById("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target));
  const answer = await fetch("/enter", { method: "POST", body, headers: { "x-affectory": "1" }, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.ok) location.href = "/";
  else document.getElementById("wrong").textContent = (await answer.json()).detail;
});
