document.getElementById("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ token: document.getElementById("token").value });
  const answer = await fetch("/enter", { method: "POST", body, headers: { "x-affectory": "1", "content-type": "application/json" }, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.ok) location.href = "/";
  else document.getElementById("wrong").textContent = (await answer.json()).detail;
});
