// How an outcome looks, as in templates/parts/outcome.html: copies of the cards of the list, put in order.

function pick(selector, within) { return (within || document).querySelector(selector); }
function each(selector, within, act) { [].forEach.call((within || document).querySelectorAll(selector), act); }
function drop(element) { if (element && element.parentNode) element.parentNode.removeChild(element); }
function empty(element) { while (element.firstChild) element.removeChild(element.firstChild); }
function after(element, other) { other.parentNode.insertBefore(element, other.nextSibling); }

// What a way to reach a service dials, as a link does; in a kiosk it is none.
function dialled(way) {
  var found = /^(?:tel|sms):(\+?\d+)/.exec(way.getAttribute("href") || way.getAttribute("data-to"));
  return found ? found[1] : "";
}

// The numbers of a service as people read them: those that its links dial, where it has no others.
function numbersOf(data, slug) {
  var ways = pick("#groups [data-service='" + slug + "']").querySelectorAll(".way");
  return data.services[slug].numbers || [].map.call(ways, dialled).filter(Boolean).map(function (number) {
    return number.replace(/^\+1(...)(...)(....)$/, "1-$1-$2-$3");
  });
}

// The content of a template; the one with words for the one who reads, where there is one and `you` holds.
function copy(selector, you) {
  var template = you && pick("template" + selector + "[data-you]") || pick("template" + selector);
  return template && document.importNode(template.content, true);
}

function makeOutcome(data, flow) {
  function outcome(here) {
    var part = copy("[data-outcome]"), found = flow.outcome(here.answers, here.place);
    var ticks = flow.many && here.answers[flow.many.key] || [];
    var prefer = here.prefer || (ticks.indexOf(data.deaf) < 0 ? "" : "d");
    var shown = found.services.map(function (each) { return card(each.service, each.reason, prefer); });
    var emergency = shown[0] && found.services[0].service === data.emergency, lead = pick(".outside", part);
    fit(part, found.you, ticks, here);
    added(pick(".added", part), found.services, here);
    each("[data-prefer]", part, function (hint) { if (hint.getAttribute("data-prefer") !== prefer) drop(hint); });
    var top = shown[0] && best(shown[0], found.services[0].service, prefer, emergency);
    if (top) part.insertBefore(top, emergency ? lead : lead.nextSibling);
    outside(part, found, prefer);
    if (emergency && shown[1]) {
      shown[1].className += " solid";
      pick(".way", shown[1]).className += " main";
      part.insertBefore(shown[1], pick("[data-urgent]", part));
    }
    fill(pick(".rows", part), shown.slice(emergency ? 2 : 1, data.shown), pick("[data-next]", part));
    folded(pick("[data-more]", part), shown.slice(data.shown));
    guidance(part, found, emergency);
    told(part, found.you, here.answers);
    wallet(pick(".wallet", part), found.services.slice(0, data.shown));
    return part;
  }

  // A service of the list, with its ways in the order that the person prefers, the way without "More" first.
  function card(slug, reason, prefer) {
    var article = pick("#groups [data-service='" + slug + "']").cloneNode(true);
    var order = (data.services[slug].orders || {})[prefer];
    if (order) {
      var ways = [].slice.call(article.querySelectorAll(".way"));
      var slots = ways.map(function (way) {
        var slot = document.createElement("i");
        way.parentNode.replaceChild(slot, way);
        return slot;
      });
      slots.forEach(function (slot, place) { slot.parentNode.replaceChild(ways[order[place]], slot); });
    }
    if (reason) {
      var said = document.createElement("p");
      said.className = "reason";
      said.textContent = reason;
      article.insertBefore(said, pick(".who, .way", article));
    }
    return article;
  }

  // The same as the service to start with: all its ways, and its first words, stand open.
  function best(article, slug, prefer, emergency) {
    var heading = document.createElement("h2"), name = pick("h3", article), service = data.services[slug];
    var way = pick(".way", article), more = pick(".rest", article), list = pick(".ways", more);
    var opening = pick(".opening", more), reason = pick(".reason", article), notes = copy("[data-notes]");
    var alert = pick(".alert", article);
    function put(part) { if (part) article.insertBefore(part, more); }
    heading.textContent = name.textContent;
    article.replaceChild(heading, name);
    article.className = "card best" + (emergency ? " emergency" : "");
    if (way.className === "way") {
      list = list || document.createElement("ul");
      list.className = "ways";
      article.insertBefore(list, way);
      list.insertBefore(document.createElement("li"), list.firstChild).appendChild(way);
      way.className += " main";
    }
    if (prefer === "d" && service.voice) put(pick("[data-relay]", notes));
    if (prefer && service.spoken) put(pick("[data-spoken]", notes));
    // Of 911 few words: the rest is folded, so that the next service stands in sight.
    if (!emergency) [reason, alert].forEach(put);
    put(opening);
    if (!emergency) put(pick(".bill", notes));
    else [alert, reason].forEach(function (part) { if (part) after(part, pick("summary", more)); });
    each("h4", more, function (old) {
      var made = document.createElement("h3");
      made.textContent = old.textContent;
      old.parentNode.replaceChild(made, old);
    });
    return article;
  }

  // Above the number of an immigration office that would come first: a service that is none of law enforcement.
  function outside(part, found, prefer) {
    var section = pick(".outside", part);
    function answers(who) { return function (each) { return data.services[each.service].answered === who; }; }
    var lead = found.services.filter(function (each) { return each.service !== data.emergency; })[0];
    var other = found.services.filter(answers("neither"))[0];
    if (!found.doubt || !other || !lead || !answers("immigration")(lead)) return drop(section);
    var article = card(other.service, "", prefer);
    section.insertBefore(pick(".name", article), pick(".choices", section));
    section.insertBefore(pick(".way", article), pick(".choices", section));
    var papers = pick("[data-choice='" + data.papers + "']", part);
    if (papers) pick(".choices", section).appendChild(papers.parentNode);
  }

  // What may be ticked, the way to reach out and the place, as they are chosen.
  function fit(part, you, ticks, here) {
    var offered = flow.offeredTicks(here.answers), about = copy("[data-ticks]", you);
    var prefers = pick("[data-prefers]", part);
    if (offered.length) prefers.parentNode.insertBefore(about, prefers);
    each("[type=checkbox]", part, function (box) {
      if (offered.indexOf(box.value) < 0) drop(box.parentNode);
      else box.checked = ticks.indexOf(box.value) >= 0;
    });
    each("[name=p]", part, function (input) {
      input.checked = input.value === here.prefer;
      // Where a tick says it, no preference says it again.
      if (input.value === "d" && here.prefer !== "d" && offered.indexOf(data.deaf) >= 0) drop(input.parentNode);
    });
    each("option", part, function (option) { option.selected = option.value === here.place; });
    var number = ticks.length + (here.prefer ? 1 : 0) + (here.place ? 1 : 0);
    pick("[data-chosen]", part).textContent = number ? "(" + number + ")" : "";
    if (here.place) drop(pick(".fit small", part));
  }

  // What the place has added, in one sentence.
  function added(said, services, here) {
    var number = services.filter(function (each) { return data.services[each.service].areas; }).length;
    var words = said.getAttribute(number > 1 ? "data-many" : number ? "data-one" : "data-none");
    if (!here.place) return drop(said);
    said.textContent = words.replace("2", number).replace("@", pick("#area option[value='" + here.place + "']").textContent);
  }

  function fill(rows, articles, heading) {
    articles.forEach(function (article) { rows.appendChild(article); });
    if (articles.length) return;
    drop(rows);
    drop(heading);
  }

  function folded(details, articles) {
    pick("summary span", details).textContent = "(" + articles.length + ")";
    if (!articles.length) return drop(details);
    articles.forEach(function (article) { (pick(".rows", details) || details).appendChild(article); });
  }

  function guidance(part, found, emergency) {
    var urgent = pick("[data-urgent]", part), rest = [];
    found.guidance.forEach(function (text) {
      var details = pick("details", copy("[data-guide='" + text.key + "']", found.you));
      if (!text.urgent) {
        details.className = "guide";
        return rest.push(details);
      }
      var heading = document.createElement("h2"), summary = pick("summary", details);
      heading.textContent = summary.textContent;
      empty(summary);
      summary.appendChild(heading);
      details.className = "urgent";
      details.open = !emergency;
      urgent.parentNode.insertBefore(details, urgent);
    });
    drop(urgent);
    folded(pick("[data-guidance]", part), rest);
  }

  // The answers as people read them, each with a way to change it.
  function told(part, you, answers) {
    var details = pick("[data-told]", part), list = pick("dl", details), count = 0;
    Object.keys(answers).forEach(function (key) {
      var ticks = flow.many && key === flow.many.key;
      var asked = copy(ticks ? "[data-ticks]" : "[data-question='" + key + "']", you);
      var labels = [].concat(answers[key]).map(function (choice) {
        var input = pick("[data-choice='" + choice + "']", asked);
        return input ? pick("span", input.parentNode).firstChild.textContent.trim() : list.getAttribute("data-skipped");
      });
      var row = list.appendChild(document.createElement("div")), title = row.appendChild(document.createElement("dt"));
      var said = row.appendChild(document.createElement("dd")), change = document.createElement("button");
      title.textContent = pick(ticks ? "legend" : "h1", asked).textContent;
      said.textContent = labels.join("; ") + " ";
      change.type = "button";
      change.setAttribute("data-change", key);
      change.textContent = list.getAttribute("data-change");
      var unseen = change.appendChild(document.createElement("span"));
      unseen.className = "unseen";
      unseen.textContent = ": " + title.textContent;
      said.appendChild(change);
      count += 1;
    });
    pick("summary span", details).textContent = "(" + count + ")";
    drop(count ? pick("[data-untold]", part) : details);
  }

  // On paper alone: the numbers to call and to text, and nothing else.
  function wallet(list, services) {
    var seen = [];
    services.forEach(function (each) {
      numbersOf(data, each.service).forEach(function (number) {
        if (seen.indexOf(number) >= 0) return;
        seen.push(number);
        list.appendChild(document.createElement("li")).textContent = number;
      });
    });
  }

  return outcome;
}
