// The server draws every page; this fetches it again when it says that something changed, and
// replaces what differs. Without it the pages are the same, and are loaded again by hand.
const connection = document.getElementById("connection");
let shown = Number(document.body.dataset.number), asked = shown, isFetching = false;

function tell(words) {
  connection.textContent = words;
  connection.hidden = !words;
}

function replaced(before, after) {
  if (before.outerHTML === after.outerHTML) return;
  const open = [...before.querySelectorAll("details[open][id]")].map((one) => one.id);
  const ticked = [...before.querySelectorAll("input[type=checkbox]:not(:checked)")].map((one) => one.id);
  const text = before.querySelector("#find")?.value;
  const focus = before.contains(document.activeElement) ? document.activeElement.id : "";
  for (const id of open) after.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  for (const id of ticked) {
    const box = after.querySelector(`#${CSS.escape(id)}`);
    if (box) box.checked = false;
  }
  before.replaceWith(after);
  if (text !== undefined && after.querySelector("#find")) {
    after.querySelector("#find").value = text;
    search();
  }
  if (focus) document.getElementById(focus)?.focus();
}

function relisted(before, after) {
  const old = [...before.children], fresh = [...after.children];
  const isSame = old.length === fresh.length && old.every((one, at) => one.id === fresh[at].id);
  if (isSame) return old.forEach((one, at) => replaced(one, fresh[at]));
  const known = new Map(old.map((one) => [one.id, one]));
  const focus = before.contains(document.activeElement) ? document.activeElement.closest("tr")?.id : "";
  before.replaceChildren(...fresh.map((one) => {
    const kept = known.get(one.id);
    return kept && kept.outerHTML === one.outerHTML ? kept : one;
  }));
  if (focus) document.getElementById(focus)?.querySelector("a")?.focus();
}

async function refresh() {
  if (isFetching) return;
  isFetching = true;
  try {
    while (shown < asked) {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.redirected || answer.status === 401) return location.assign("/login");
      if (!answer.ok) return tell(`The board answers ${answer.status}; load the page again.`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      shown = Number(page.body.dataset.number);
      const clusters = (of) => [...of.querySelectorAll("section[id^='c-']")].map((one) => one.id).join(" ");
      if (clusters(document) !== clusters(page)) {
        document.querySelector(".clusters")?.replaceWith(page.querySelector(".clusters"));
      }
      for (const after of page.querySelectorAll("[data-live], [data-list]")) {
        const before = document.getElementById(after.id);
        if (!before) continue;
        if ("list" in after.dataset) relisted(before, after);
        else replaced(before, after);
      }
      search();
    }
  } catch {
    // The stream of events says that the board does not answer.
  } finally {
    isFetching = false;
  }
}

function search() {
  const find = document.getElementById("find");
  if (!find) return;
  find.parentElement.hidden = false;
  const text = find.value.trim().toLowerCase();
  for (const row of document.querySelectorAll("[data-name]"))
    row.classList.toggle("miss", !row.dataset.name.toLowerCase().includes(text));
}

document.addEventListener("input", (event) => { if (event.target.id === "find") search(); });
search();

const events = new EventSource("/events");
events.addEventListener("open", () => tell(""));
events.addEventListener("error", () =>
  tell(events.readyState === EventSource.CLOSED
    ? "The board takes no more pages, or the log-in has ended: load the page again."
    : "The board does not answer; trying again."));
events.addEventListener("message", (event) => {
  const told = JSON.parse(event.data);
  for (const id of ["phase", "facts"]) {
    const line = document.getElementById(id);
    if (line && line.textContent !== told[id]) line.textContent = told[id];
  }
  asked = Math.max(asked, told.number);
  refresh();
});
