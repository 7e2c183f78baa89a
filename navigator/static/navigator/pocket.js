// The page of the pocket edition: shows the steps that flow.js decides. The answers are held here, in memory, and
// nowhere else: not in the address, the history, a field that the browser restores, or any storage.
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var flow = makeFlow(data), outcome = makeOutcome(data, flow), finder = makeFinder(data, flow);
  var kiosk = document.documentElement.hasAttribute("data-kiosk");
  var step = pick("#step"), views = { step: step, all: pick("#all"), safety: pick("#safety") };
  var home = pick("#area").value;
  var here, settled = 0, seen = false, left = false, turning = false;

  // Steps, as in public/steps.py

  function start() {
    here = { answers: {}, at: "", done: false, prefer: "", place: home };
    at();
  }

  function at(key) {
    here.answers = flow.replay(here.answers);
    var asked = key in here.answers ? key : flow.next(here.answers);
    here.done = !asked;
    if (asked) here.at = asked;
    show();
  }

  function end() {
    here.answers = flow.replay(here.answers);
    here.done = true;
    show();
  }

  var moves = {
    next: function () { here.answers[here.at] = chosen() || "skip"; at(); },
    skip: function () { here.answers[here.at] = "skip"; at(); },
    results: function () { if (chosen()) here.answers[here.at] = chosen(); end(); },
    anew: clear,
    print: function () { window.print(); },
    back: function () {
      var asked = flow.answered(here.answers), place = asked.indexOf(here.at);
      if (!here.done) return at(asked[(place < 0 ? asked.length : place) - 1] || here.at);
      at(place >= 0 || flow.next(here.answers) || !asked.length ? here.at : asked[asked.length - 1]);
    },
    fit: function () {
      var ticks = [];
      each("[type=checkbox]:checked", step, function (box) { ticks.push(box.value); });
      if (flow.many) here.answers[flow.many.key] = ticks;
      here.prefer = pick("[name=p]:checked", step).value;
      here.place = pick("#place").value;
      end();
    }
  };

  // The browser's Back: one guard entry of the same address, made in the tap that goes on (safety-rules.md C2, C3).
  function guarded() { return history.state === "guard"; }
  function guard() { if (!guarded()) history.pushState("guard", ""); }

  window.addEventListener("popstate", function () {
    if (left || turning || guarded()) return;
    if (!step.hidden && !pick("[data-back]", step)) return;
    guard();
    if (step.hidden) look("step");
    else moves.back();
  });

  function chosen() {
    var input = pick("[name=c]:checked", step);
    return input ? input.value : "";
  }

  function show() {
    empty(step);
    step.appendChild(here.done ? outcome(here) : question());
    settled = Date.now();
    look("step");
  }

  // Show the step, or all numbers or what keeps one safer in its place.
  function look(view) {
    for (var name in views) views[name].hidden = name !== view;
    each("[data-view]", null, function (button) { button.hidden = button.getAttribute("data-view") === view; });
    var heading = pick("h1", views[view]), count = pick(".count", step);
    pick("#said").textContent = view === "step" && count ? count.textContent : "";
    if (seen) heading.focus();
    seen = true;
    window.scrollTo(0, 0);
  }

  function question() {
    var you = flow.holds(data.you, here.answers), part = copy("[data-question='" + here.at + "']", you);
    var asked = flow.answered(here.answers), place = asked.indexOf(here.at);
    var offered = flow.offeredAt(here.at, here.answers);
    var count = pick(".count", part), number = (place < 0 ? asked.length : place) + 1;
    count.textContent = count.getAttribute("data-words").replace("#", number);
    each("[data-choice]", part, function (input) {
      if (offered.indexOf(input.value) < 0) drop(input.parentNode);
      else input.checked = here.answers[here.at] === input.value;
    });
    if (number === 1) drop(pick("[data-back]", part));
    each("[data-script]", part, function (element) { element.hidden = false; });
    return part;
  }

  // All numbers: what fits a few words, and the services of a state

  function showFound() {
    var typed = pick("#word").value, found = finder.services(typed, pick("#area").value);
    var box = pick("#matches"), heading = pick("h2", box), rows = pick(".rows", box);
    box.hidden = !bare(typed);
    pick("#groups").hidden = !box.hidden && found.length > 0;
    heading.textContent = heading.getAttribute(found.length ? "data-many" : "data-none").replace("#", found.length);
    pick(".hint", box).hidden = found.length > 0;
    empty(rows);
    found.forEach(function (article) { rows.appendChild(article); });
    pick("#said").textContent = box.hidden ? "" : heading.textContent;
  }

  function showState() {
    var state = data.states[pick("#area").value] || "";
    each("[data-state]", null, function (group) {
      group.hidden = group.getAttribute("data-state") !== state;
      group.open = true;
    });
    pick("[data-states]").hidden = !state;
    if (bare(pick("#word").value)) showFound();
  }

  function clear() {
    pick("#search").reset();
    pick("#area").value = home;
    showFound();
    showState();
    each("#all details, #safety details", null, function (details) { details.open = details.hasAttribute("data-state"); });
    start();
  }

  // Leaving: empty the page, then put a blank one in its place. In a kiosk, start over.
  function leave() {
    if (kiosk) return clear();
    empty(document.body);
    document.documentElement.style.background = "Canvas";
    left = true;
    here = null;
    give("about:blank");
  }

  // Put another page in the place of this one and of the guard.
  function give(address) {
    function gone() { location.replace(address); }
    if (!guarded()) return gone();
    turning = true;
    setTimeout(function () { turning = false; }, 2000); // where the other page does not come, all goes on here
    history.replaceState("left", ""); // what Forward leads to stays empty: LEFT in public/pocket.py
    window.addEventListener("popstate", gone, { once: true });
    history.back();
    setTimeout(gone, 300);
  }

  // Shift three times, each within five seconds of the last (docs/safety-rules.md A8, A9).
  var presses = 0, alone = false, late;
  function shift(words) {
    clearTimeout(late);
    var box = pick("#leaving");
    box.textContent = words;
    box.hidden = !presses;
    pick("#said").textContent = words;
  }
  document.addEventListener("keydown", function (event) {
    alone = event.key === "Shift" && !event.repeat;
    if (left || event.key === "Shift" || !presses) return;
    presses = 0;
    shift("");
  });
  document.addEventListener("keyup", function (event) {
    if (event.key !== "Shift" || !alone || left) return;
    var box = pick("#leaving");
    presses += 1;
    if (presses === 3) {
      presses = 0;
      shift("");
      return leave();
    }
    shift(presses === 2 ? box.getAttribute("data-once") : box.getAttribute("data-press").replace("%s", 3 - presses));
    late = setTimeout(function () {
      presses = 0;
      shift(box.getAttribute("data-late"));
    }, 5000);
  });

  window.addEventListener("pagehide", function (event) {
    if (event.persisted) empty(document.body);
  });
  window.addEventListener("pageshow", function (event) {
    if (event.persisted && !left) location.reload();
  });

  document.addEventListener("click", function (event) {
    var target = event.target, change = target.closest("[data-change]");
    var move = target.closest("[data-move]:not([type=submit])");
    if (target.closest("[data-leave]")) {
      event.preventDefault();
      leave();
    } else if (target.closest(".languages a")) {
      event.preventDefault();
      give(target.closest("a").href);
    } else if (target.closest("[data-skip-link]")) { // a jump within the page would be a line in the history
      event.preventDefault();
      pick("#main").focus();
    } else if (target.closest("[data-view]")) {
      guard();
      look(target.closest("[data-view]").getAttribute("data-view"));
    } else if (target.closest("[data-pick]")) finder.pick(target.closest("[data-pick]").value);
    else if (target.closest(".choose")) openFit();
    else if (move && calm()) go(move.getAttribute("data-move"));
    else if (change && change.tagName === "BUTTON" && calm()) {
      if (flow.many && change.getAttribute("data-change") === flow.many.key) openFit();
      else at(change.getAttribute("data-change"));
    }
  });

  function go(move) {
    guard();
    moves[move]();
  }

  function openFit() {
    var panel = pick("[data-fit-panel]");
    panel.open = true;
    panel.scrollIntoView();
    pick("summary", panel).focus();
  }

  // A second tap that lands on the next step must not answer it.
  function calm() { return Date.now() - settled > 400; }

  document.addEventListener("submit", function (event) {
    event.preventDefault();
    if (event.target.id === "search") showFound();
    else if (event.target.id === "find") finder.show(here);
    else if (event.target === step && calm()) go(here.done ? "fit" : "next");
  });
  pick("#area").addEventListener("change", showState);

  // A kiosk starts over after two minutes without a touch, and says so 20 seconds before.
  function watch() {
    var warning = pick("#idle"), seconds = 0, last;
    function touched() {
      seconds = 0;
      last = Date.now();
      warning.hidden = true;
    }
    ["touchstart", "mousedown", "keydown", "wheel", "scroll"].forEach(function (name) {
      document.addEventListener(name, touched, true);
    });
    touched();
    setInterval(function () {
      seconds = Math.max(seconds + 1, (Date.now() - last) / 1000); // while it sleeps nothing counts but the clock
      if (seconds >= 120) {
        touched();
        clear();
      } else if (seconds >= 100 && warning.hidden) {
        warning.hidden = false;
        pick("button", warning).focus();
      }
    }, 1000);
  }

  each("[data-script]", null, function (element) { element.hidden = false; });
  each("article .unseen", null, function (more) {
    more.textContent = ": " + pick(".name", more.parentNode.parentNode.parentNode).textContent;
  });
  pick("#late").hidden = new Date() < new Date(pick("#late").getAttribute("data-until"));
  if (kiosk) watch();
  clear();
})();
