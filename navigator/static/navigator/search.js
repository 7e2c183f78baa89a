// What fits a few words: public/search.py once more, word by word, held equal to it by tests/browser/test_pocket.py.

// A text as it is compared: small letters and digits, without accents.
function bare(text) {
  text = text.toLowerCase();
  if (text.normalize) text = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return text.replace(/['’]/g, "").replace(/[\u0000-\u002f:-@[-^`{-©«-±´-¸»-¿×÷\u2000-\u206f\u3000-\u303f\ud800-\udfff]+/g, " ").trim();
}

// Finds among entries, each with its key, phrases, texts (those of a name, of a hint, and others), numbers and part.
function makeSearch(entries, stop, endings) {
  var terms = {}, order, stems = {}, byKey = {}, silent = {}, NEAR = 0.4;
  stop.forEach(function (word) { silent["=" + word] = true; });

  function hold(entry, weight, text) {
    bare(text).split(" ").forEach(function (word) {
      if (!word || silent["=" + word]) return;
      var held = terms["=" + word] || (terms["=" + word] = {});
      held[entry.key] = Math.max(held[entry.key] || 0, weight * entry.part);
    });
  }

  entries.forEach(function (entry) {
    byKey[entry.key] = entry;
    entry.phrases.forEach(function (phrase) { hold(entry, 3, phrase); });
    entry.texts.forEach(function (text, at) { hold(entry, 3 - at, text); });
  });
  order = Object.keys(terms).map(function (key) { return key.slice(1); }).sort();
  order.forEach(function (term) { (stems["=" + stem(term)] = stems["=" + stem(term)] || []).push(term); });

  // A word without its ending, if four letters or more are left.
  function stem(word) {
    for (var i = 0; i < endings.length; i += 1) {
      var kept = word.length - endings[i].length;
      if (kept > 3 && word.slice(kept) === endings[i]) return word.slice(0, kept);
    }
    return word;
  }

  // Slips of the finger between two words, neighbours swapped being one; more than `most` is not counted out.
  function slips(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    var before = [], last = [], least = 0, lastLeast, row, i, j;
    for (j = 0; j <= b.length; j += 1) last.push(j);
    for (i = 1; i <= a.length; i += 1) {
      row = [i];
      lastLeast = least;
      least = i;
      for (j = 1; j <= b.length; j += 1) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
        least = Math.min(least, row[j]);
      }
      if (least > most && lastLeast > most) return least; // two rows without a way out: no swap leads back either
      before = last;
      last = row;
    }
    return last[b.length];
  }

  // The words like a word: the same, one that begins with it or has another ending, a slip of the finger.
  function like(word) {
    var found = {}, near = [], most;
    function add(term, likeness) { if (!("=" + term in found)) found["=" + term] = likeness; }
    if ("=" + word in terms) add(word, 1);
    if (word.length > 3) {
      most = "=" + word in terms ? 0 : word.length > 7 ? 2 : 1;
      order.forEach(function (term) {
        if (term.slice(0, word.length) === word) add(term, 0.7);
      });
      [word.slice(0, -1), word.slice(0, -2)].forEach(function (part) {
        if (part.length > 3 && "=" + part in terms) add(part, 0.7);
      });
      (stems["=" + stem(word)] || []).forEach(function (term) { add(term, 0.7); });
      if (most) order.forEach(function (term, at) {
        var many = slips(word, term, most);
        if (many <= most) near.push([many, at]);
      });
      near.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
      near.slice(0, 20).forEach(function (each) {
        if (order[each[1]].length > 3) add(order[each[1]], 0.7 - 0.15 * each[0]);
      });
    }
    return found;
  }

  function inside(part, whole) { return (" " + whole + " ").indexOf(" " + part + " ") >= 0; }

  // How many words of a phrase were said one after the other; a whole one counts for more, all that was said most.
  function fits(phrase, said) {
    var size = phrase.split(" ").length, text = said.join(" ");
    if (!phrase) return 0;
    if (phrase === text) return size + 2;
    if (size > 1 && inside(phrase, text)) return size;
    return said.length > 1 && inside(text, phrase) ? said.length / 2 : 0;
  }

  // The keys of those of `here` that fit, the best first. With `first`, which says what comes first of two that fit
  // alike, no more than come near the best.
  return function (typed, here, first) {
    var text = bare(bare(typed.slice(0, 200)).slice(0, 100)), scores = {}, most = 0;
    var said = text.split(" ").slice(0, 16), words = said.filter(function (word) { return word.length > 1; });
    var telling = words.filter(function (word) { return !silent["=" + word]; });
    var number = text.replace(/\D/g, "").replace(/^1/, "");
    if (!text) return [];
    here.forEach(function (key) { scores[key] = 0; });
    (telling.length ? telling : words).forEach(function (word) {
      var best = {}, likes = like(word);
      Object.keys(likes).forEach(function (term) {
        var held = Object.keys(terms[term]).filter(function (key) { return key in scores; });
        var rarity = Math.log(1 + here.length / Math.max(1, held.length));
        held.forEach(function (key) { best[key] = Math.max(best[key] || 0, terms[term][key] * likes[term] * rarity); });
      });
      for (var key in best) scores[key] += best[key];
    });
    here.forEach(function (key) {
      var entry = byKey[key], best = 0;
      entry.phrases.forEach(function (phrase, at) {
        best = Math.max(best, fits(phrase, said) * (1 - 0.1 * at / entry.phrases.length));
      });
      scores[key] += 3 * entry.part * best;
      if (number.length > 2 && entry.numbers.some(function (each) {
        return number === each || number.length > 5 && each.indexOf(number) === 0;
      })) scores[key] += 100;
      most = Math.max(most, scores[key]);
    });
    return here
      .map(function (key, at) { return { key: key, at: at, score: scores[key] }; })
      .filter(function (each) { return each.score > (first ? most * NEAR : 0); })
      .sort(function (a, b) { return b.score - a.score || (first ? first(a.key, b.key) : a.at - b.at); })
      .map(function (each) { return each.key; });
  };
}
