// Improves pages that work without it: leaving, the browser's Back, failures, focus. Keeps nothing.
"use strict";

const find = (selector) => document.querySelector(selector);
let left = false;

// Leave: empty the page, step off the guard, put a blank page in our place. Nothing on the network
// comes before that (docs/safety-rules.md A3, A6).
function leave(href) {
  if (left) return;
  left = true;
  const words = find("#leaving")?.dataset.words || "";
  document.title = words;
  document.body.replaceChildren();
  document.documentElement.style.background = "Canvas";
  const said = document.body.appendChild(document.createElement("p"));
  said.setAttribute("role", "alert");
  said.textContent = words;
  // Without a network the browser would show an error that names this site: the empty page stays.
  if (!navigator.onLine) return;
  const go = () => location.replace(href);
  if (guarded()) {
    addEventListener("popstate", go, { once: true });
    history.back();
    setTimeout(go, 300);
  } else go();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-leave]");
  if (!link) return;
  event.preventDefault();
  leave(link.href);
});

// A page restored from memory after leaving stays empty, or starts fresh (A7).
addEventListener("pageshow", (event) => {
  if (event.persisted && !left) location.reload();
});
addEventListener("pagehide", (event) => {
  if (event.persisted) document.body.replaceChildren();
});

// Shift three times, left and right alike, each within five seconds of the last (A8, A9).
let presses = 0;
let late = 0;
let alone = false;
document.addEventListener("keydown", (event) => { alone = event.key === "Shift" && !event.repeat; });
document.addEventListener("keyup", (event) => {
  if (event.key !== "Shift" || !alone || left) return;
  alone = false;
  clearTimeout(late);
  presses += 1;
  if (presses === 3) return leave(find("[data-leave]").href);
  const box = find("#leaving");
  const words = presses === 2 ? box.dataset.once : box.dataset.press.replace("%s", 3 - presses);
  box.textContent = words;
  box.hidden = false;
  say(words);
  late = setTimeout(() => {
    presses = 0;
    box.hidden = true;
    say(box.dataset.late);
  }, 5000);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift" && presses) { presses = 0; clearTimeout(late); find("#leaving").hidden = true; }
});

function say(words) {
  const said = find("#said");
  if (said) said.textContent = words;
}

// The browser's Back: one guard entry of the same address, made in the tap that sends the first
// answer, since WebKit skips entries made much later than a tap (C2, C3).
const guarded = () => history.state === "guard";

function guard() {
  if (!guarded()) history.pushState("guard", "");
}

addEventListener("popstate", () => {
  if (left || guarded()) return;
  const back = find("#step [data-back]");
  if (!aside && !back) return;
  guard();
  if (aside) rejoin();
  else {
    settled = -Infinity; // Back is no second tap, however soon it comes
    back.form.requestSubmit(back);
  }
});

// In the middle of the questions, another page of ours is shown in place of the step: the address
// stays the same, the step stays as it was, and leaving still leaves nothing of it behind.
let aside = null;
let turn = 0;

async function turnAside(href) {
  guard();
  const mine = ++turn;
  const stale = () => mine !== turn || left;
  try {
    const filler = "0".repeat(Math.max(0, 40 - new URL(href).pathname.length));
    const answer = await fetch(href, { signal: AbortSignal.timeout(8000), referrer: "/", headers: { Filler: filler } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (stale()) return;
    page.querySelector("#return").remove();
    rejoin();
    aside = document.createElement("div");
    aside.className = "within";
    aside.append(...page.querySelector("main").childNodes);
    find("#step").hidden = true;
    find("main").append(aside);
    find("#return").hidden = false;
    reveal(aside);
    htmx.process(aside);
    focusHeading(aside);
  } catch {
    if (!stale()) trouble();
  }
}

function rejoin() {
  turn += 1;
  if (!aside) return;
  aside.remove();
  aside = null;
  find("#return").hidden = true;
  find("#step").hidden = false;
  focusHeading(find("#step"));
}

function focusHeading(part) {
  const heading = part.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("#return")) return rejoin();
  const link = event.target.closest?.("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // A jump within the page would be a line in the history, and a step back (B9).
  if (link.matches("[data-skip-link]")) {
    event.preventDefault();
    find("main").focus();
    return;
  }
  const ours = link.origin === location.origin && !link.matches("[data-leave], [data-anew], [data-hx-post], .languages a");
  if (!ours || !find("#step")) return;
  event.preventDefault();
  if (link.pathname !== find("#step").getAttribute("action")) turnAside(link.href);
  else {
    rejoin();
    const anew = { source: "#step", target: "#step", swap: "outerHTML", values: { g: "a" } };
    htmx.ajax("POST", link.getAttribute("href"), anew);
  }
});

// Enter presses the first button of a form, and that is the one of the language, in the head of the page.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("#step [name=c]")) return;
  event.preventDefault();
  find("[data-continue]").click();
});

// A second tap that lands on the next step must not answer it.
let settled = -Infinity;
document.addEventListener("submit", (event) => {
  // What is searched for never goes out as a plain form, which a browser would keep (B5).
  if (event.target.matches(".filter, #find") && !window.htmx) event.preventDefault();
  if (event.target.id !== "step") return;
  if (performance.now() - settled < 400) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  guard();
}, true);

// Who watches the encrypted line counts bytes: every request has one size, whatever is sent and from which page. What
// htmx says beside it of where one tapped goes; the site reads none of it.
const SIZE = 2048;
document.addEventListener("htmx:before:request", (event) => {
  const { request } = event.detail.ctx;
  for (const name of ["HX-Source", "HX-Target", "HX-Current-URL"]) delete request.headers[name];
  request.referrer = "/";
  request.action = event.detail.ctx.sourceEvent?.submitter?.getAttribute("formaction") || request.action;
  // Of what is typed no more is read, whatever was pasted.
  const said = request.body.get("w");
  if (said) request.body.set("w", said.slice(0, 100));
  const taken = `${request.action}${request.headers["HX-Request-Type"]}${request.body}&f=`.length;
  request.body.append("f", "0".repeat(Math.max(0, SIZE - taken)));
});

document.addEventListener("htmx:after:swap", (event) => {
  if (left) return;
  const { target } = event.detail.ctx;
  if (target?.id === "found") return;
  reveal(document);
  find("#trouble").hidden = true;
  if (target?.id === "groups") return; // it says itself what it shows, and may stand beside a step
  settled = performance.now();
  const step = find("#step");
  if (!step) return;
  document.title = step.dataset.title;
  document.documentElement.lang = step.dataset.lang;
  document.documentElement.dir = step.dataset.dir;
  if (location.pathname !== step.getAttribute("action")) history.replaceState(history.state, "", step.getAttribute("action"));
  say(find(".count, #step .added")?.textContent || "");
  const open = step.querySelector("[data-fit-panel][open]");
  if (open) open.scrollIntoView();
  else scrollTo(0, 0);
});

// A request that failed or took too long: say so, with markup that is on the page already (E8). An
// answer that is no step of ours, such as a hotel's log-in page, counts as a failure.
function trouble() {
  if (left) return;
  const box = find("#trouble");
  box.hidden = false;
  box.scrollIntoView({ block: "center" });
}
document.addEventListener("htmx:error", trouble);
document.addEventListener("htmx:response:error", trouble);
document.addEventListener("htmx:before:swap", (event) => {
  if (left) return event.preventDefault();
  const { target, text } = event.detail.ctx;
  const ours = { step: 'id="step"', found: "data-found" }[target?.id];
  if (!ours || text.includes(ours)) return;
  event.preventDefault();
  trouble();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
  const pick = event.target.closest?.("[data-pick]");
  if (!pick) return;
  // What was found is picked in the question itself, which then shows it, with Continue below.
  const choice = find(`#step [name=c][value="${pick.value}"]`);
  pick.closest("details").open = false;
  choice.checked = true;
  choice.focus({ preventScroll: true });
  choice.closest("label").scrollIntoView({ block: "center" });
});

// What only works with script is shown by script.
function reveal(part) {
  for (const element of part.querySelectorAll("[data-script]")) element.hidden = false;
}
reveal(document);
