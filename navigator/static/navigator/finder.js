// What fits a few words on this page, as in public/finder.py: services, and choices of a question.

function makeFinder(data, flow) {
  var MOST = 3, articles = {}, services = null, choices = {};

  // The services of the list as entries: what their cards say, and the words that those do not.
  function listed() {
    var national = {}, entries = [];
    Object.keys(data.local).forEach(function (slug) {
      data.local[slug].forEach(function (local) { national[local] = slug; });
    });
    each("#groups [data-service]", null, function (article) {
      var key = article.getAttribute("data-service"), own = data.services[key];
      var entry = articles[key] ? null : entryOf(key, "phrases" in own ? own : data.services[national[key]] || own, own);
      if (!entry) return;
      articles[key] = article;
      [".name", "h3", "[data-serves]"].forEach(function (selector, at) {
        var said = pick(selector, article);
        if (said) entry.texts[at] = (entry.texts[at] || "") + " " + said.textContent;
      });
      entry.numbers = [].map.call(article.querySelectorAll(".way"), dialled).filter(Boolean).map(function (number) {
        return number.replace("+1", "");
      });
      entries.push(entry);
    });
    return makeSearch(entries, data.stop, data.endings);
  }

  function entryOf(key, worded, own) {
    return {
      key: key,
      phrases: (worded.phrases || "").split(","),
      texts: (own.texts || "").split("|"),
      numbers: [],
      part: own.part || 1
    };
  }

  // Of two services that fit alike the one of those for most people comes first.
  function first(a, b) {
    return (data.main.indexOf(a) < 0) - (data.main.indexOf(b) < 0) || (a < b ? -1 : 1);
  }

  function fitting(typed, place) {
    services = services || listed();
    return services(typed, flow.at(place), first);
  }

  function fits(question, offered, typed) {
    var words = data.choices[question];
    choices[question] = choices[question] || makeSearch(Object.keys(words).map(function (key) {
      return entryOf(key, words[key], words[key]);
    }), data.stop, data.endings);
    return choices[question](typed, offered);
  }

  function copies(slugs) { return slugs.map(function (slug) { return articles[slug].cloneNode(true); }); }

  // On the question at hand: the choices, each to be picked in the question itself, and the services.
  function show(here) {
    var typed = pick("#few").value, part = copy("[data-finder]"), box = pick("#found"), said = pick("#said");
    var found = fits(here.at, flow.offeredAt(here.at, here.answers), typed).slice(0, MOST);
    var rows = copies(fitting(typed, "").slice(0, MOST));
    var none = pick("[data-none]", part), some = pick("[data-some]", part), straight = pick("[data-straight]", part);
    var words = pick(found.length ? "[data-fits]" : "[data-straight]", part);
    said.textContent = found.length + rows.length
      ? words.getAttribute((found.length || rows.length) === 1 ? "data-one" : "data-many")
        .replace("2", found.length || rows.length)
      : none.textContent;
    found.forEach(function (key) {
      var button = some.appendChild(document.createElement("button"));
      button.className = "choice";
      button.type = "button";
      button.value = key;
      button.setAttribute("data-pick", "");
      button.setAttribute("data-choice", key);
      button.appendChild(pick("#step [value='" + key + "'] + span").cloneNode(true));
    });
    rows.forEach(function (article) {
      drop(pick(".rest", article));
      pick(".rows", part).appendChild(article);
    });
    if (!found.length) [pick("[data-fits]", part), some].forEach(drop);
    if (!rows.length) [straight, pick(".rows", part)].forEach(drop);
    if (found.length + rows.length) drop(none);
    empty(box);
    box.appendChild(part);
  }

  function pickOne(key) {
    var input = pick("#step [name=c][value='" + key + "']");
    pick("#few").parentNode.parentNode.open = false;
    input.checked = true;
    input.focus();
    input.parentNode.scrollIntoView({ block: "center" });
  }

  return {
    services: function (typed, place) { return copies(fitting(typed, place).slice(0, 20)); },
    fitting: fitting, fits: fits, show: show, pick: pickOne
  };
}
