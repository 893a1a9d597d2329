// The server draws every page; this fetches it again when it says that something changed, and
// changes what differs. Without it the pages are the same, and are loaded again by hand.
const AGAIN_MS = 10000;
const OWN = new Set(["open", "hidden"]); // set by the reader or here, never by a new page
const TOLD = new Set(["connection", "phase", "facts"]); // what the stream of events tells
const connection = document.getElementById("connection");
let shown = Number(document.body.dataset.number), asked = shown, isFetching = false, steps = {};

function tell(words) {
  if (connection.textContent !== words) connection.textContent = words;
  connection.hidden = !words;
}

// Make `before` the same as `after`. Elements that stay are kept, by their ids where they have one:
// so are the focus, what was typed, unticked and unfolded, and the place that was scrolled to.
function change(before, after) {
  if (TOLD.has(before.id) || before.isEqualNode(after)) return;
  if (before.nodeType !== Node.ELEMENT_NODE) {
    before.data = after.data;
    return;
  }
  for (const { name, value } of after.attributes)
    if (!OWN.has(name) && before.getAttribute(name) !== value) before.setAttribute(name, value);
  for (const { name } of [...before.attributes])
    if (!OWN.has(name) && !after.hasAttribute(name)) before.removeAttribute(name);
  const coming = new Set([...after.children].map((one) => one.id));
  for (const one of [...before.children]) if (one.id && !coming.has(one.id)) one.remove();
  const known = new Map([...before.children].filter((one) => one.id).map((one) => [one.id, one]));
  let next = before.firstChild;
  for (const fresh of [...after.childNodes]) {
    let old = fresh.id ? known.get(fresh.id) : next && !next.id ? next : null;
    if (old?.nodeName !== fresh.nodeName) old = null;
    known.delete(fresh.id);
    while (old?.id && next?.nodeType === Node.TEXT_NODE) {
      next = next.nextSibling;
      (next?.previousSibling ?? before.lastChild).remove();
    }
    if (old && old === next) next = next.nextSibling;
    else before.insertBefore(old ?? fresh, next);
    if (old) change(old, fresh);
  }
  while (next) {
    const over = next;
    next = next.nextSibling;
    over.remove();
  }
}

async function refresh() {
  if (isFetching) return;
  isFetching = true;
  try {
    while (shown < asked) {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.redirected || answer.status === 401)
        return tell("The log-in has ended: load the page again.");
      if (answer.status === 404) return tell("This is no longer in the plan.");
      if (!answer.ok) return tell(`The board answers ${answer.status}; load the page again.`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      shown = Number(page.body.dataset.number);
      const focus = document.activeElement;
      change(document.body, page.body);
      if (focus !== document.activeElement) focus.focus({ preventScroll: true }); // it was moved
      search();
      mark();
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

// Say in their rows what is done for which services right now.
function mark() {
  for (const one of document.querySelectorAll("[data-step]")) {
    const words = steps[one.dataset.step] ?? "";
    if (one.textContent !== words) one.textContent = words;
  }
}

function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => tell(""));
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED)
      return tell("The board does not answer; trying again.");
    tell("The board takes no more pages, or the log-in has ended: load the page again.");
    setTimeout(listen, AGAIN_MS);
  });
  events.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    for (const id of ["phase", "facts"]) {
      const line = document.getElementById(id);
      if (line && line.textContent !== told[id]) line.textContent = told[id];
    }
    steps = told.steps;
    mark();
    asked = Math.max(asked, told.number);
    refresh();
  });
}

document.addEventListener("input", (event) => { if (event.target.id === "find") search(); });
search();
listen();
