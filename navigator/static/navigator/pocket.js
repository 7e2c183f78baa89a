// The page of the pocket edition: shows the steps that flow.js decides. The answers are held here, in memory, and
// nowhere else: not in the address, the history, a field that the browser restores, or any storage.
(function () {
  var data = JSON.parse(document.getElementById("data").textContent);
  var flow = makeFlow(data), outcome = makeOutcome(data, flow);
  var kiosk = document.documentElement.hasAttribute("data-kiosk");
  var step = pick("#step"), all = pick("#all");
  var home = pick("#area").value;
  var here, settled = 0, seen = false, left = false;

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
    anew: start,
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

  // Show the step, or all numbers in its place.
  function look(view) {
    step.hidden = view !== "step";
    all.hidden = view !== "all";
    each("[data-view]", null, function (button) { button.hidden = button.getAttribute("data-view") === view; });
    var heading = pick("h1", view === "step" ? step : all), count = pick(".count", step);
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
    if (number === 1) {
      drop(pick("[data-back]", part));
      drop(pick("[data-later]", part));
    }
    return part;
  }

  // All numbers: what fits a few words, and the services of a state

  function bare(text) {
    text = text.toLowerCase();
    if (text.normalize) text = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
    return text.replace(/['’]/g, "").replace(/[^a-z0-9]+/g, " ").trim();
  }

  var index = null;
  function indexed() {
    if (index) return index;
    var seen = {};
    index = [];
    each("#groups [data-service]", null, function (article) {
      var slug = article.getAttribute("data-service"), name = "";
      if (seen[slug]) return;
      seen[slug] = true;
      each("h3, .name", article, function (part) { name += " " + part.textContent; });
      index.push({
        article: article,
        areas: data.services[slug].areas,
        part: data.services[slug].part || 1,
        words: [[3, bare(name)], [3, bare(data.services[slug].words || "")], [1, bare(article.textContent)]].map(
          function (weighed) { return [weighed[0], " " + weighed[1]]; }
        ),
        digits: article.textContent.replace(/\D+/g, "")
      });
    });
    return index;
  }

  function search(typed) {
    var words = bare(typed.slice(0, 100)).split(" ").filter(function (word) { return word.length > 1; });
    var telling = words.filter(function (word) { return data.stop.indexOf(word) < 0; });
    var number = typed.replace(/\D+/g, ""), place = pick("#area").value, found = [];
    var here = indexed().filter(function (entry) {
      return !entry.areas || entry.areas.indexOf(place) >= 0 || entry.areas.indexOf(data.states[place]) >= 0;
    });
    (telling.length ? telling : words).slice(0, 16).forEach(function (word) {
      var stem = word.length > 5 ? word.slice(0, -2) : word, hits = [];
      here.forEach(function (entry, place) {
        var best = 0;
        entry.words.forEach(function (weighed) {
          var whole = (weighed[1] + " ").indexOf(" " + word + " ") >= 0;
          if (whole || weighed[1].indexOf(" " + stem) >= 0) best = Math.max(best, weighed[0] * (whole ? 1 : 0.7));
        });
        if (best) hits.push([place, best]);
      });
      hits.forEach(function (hit) {
        var score = hit[1] * here[hit[0]].part * Math.log(1 + here.length / hits.length);
        found[hit[0]] = (found[hit[0]] || 0) + score;
      });
    });
    if (number.length > 2) here.forEach(function (entry, place) {
      if (entry.digits.indexOf(number) >= 0) found[place] = (found[place] || 0) + 100;
    });
    var most = Math.max.apply(null, [0].concat(found.filter(Boolean)));
    return here
      .map(function (entry, place) { return [found[place] || 0, place, entry.article]; })
      .filter(function (entry) { return most && entry[0] > most * 0.4; })
      .sort(function (a, b) { return b[0] - a[0] || a[1] - b[1]; })
      .slice(0, 20)
      .map(function (entry) { return entry[2].cloneNode(true); });
  }

  function showFound() {
    var typed = pick("#word").value, found = search(typed), box = pick("#found");
    var heading = pick("h2", box), rows = pick(".rows", box);
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
    each("#all details", null, function (details) { details.open = details.hasAttribute("data-state"); });
    start();
  }

  // Leaving: empty the page, then put a blank one in its place. In a kiosk, start over.
  function leave() {
    if (kiosk) return clear();
    left = true;
    here = null;
    empty(document.body);
    document.documentElement.style.background = "Canvas";
    location.replace("about:blank");
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
    } else if (target.closest("[data-skip-link]")) { // a jump within the page would be a line in the history
      event.preventDefault();
      pick("#main").focus();
    } else if (target.closest("[data-view]")) look(target.closest("[data-view]").getAttribute("data-view"));
    else if (target.closest(".choose")) openFit();
    else if (move && calm()) moves[move.getAttribute("data-move")]();
    else if (change && change.tagName === "BUTTON" && calm()) {
      if (flow.many && change.getAttribute("data-change") === flow.many.key) openFit();
      else at(change.getAttribute("data-change"));
    }
  });

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
    else if (event.target === step && calm()) moves[here.done ? "fit" : "next"]();
  });
  pick("#area").addEventListener("change", showState);

  // A kiosk starts over after two minutes without a touch, and says so 20 seconds before.
  function watch() {
    var warning = pick("#idle"), seconds = 0;
    function touched() {
      seconds = 0;
      warning.hidden = true;
    }
    ["touchstart", "mousedown", "keydown", "wheel", "scroll"].forEach(function (name) {
      document.addEventListener(name, touched, true);
    });
    setInterval(function () {
      seconds += 1;
      if (seconds === 100) {
        warning.hidden = false;
        pick("button", warning).focus();
      }
      if (seconds >= 120) {
        touched();
        clear();
      }
    }, 1000);
  }

  each("[data-script]", null, function (element) { element.hidden = false; });
  pick("#late").hidden = new Date() < new Date(pick("#late").getAttribute("data-until"));
  if (kiosk) watch();
  clear();
})();
