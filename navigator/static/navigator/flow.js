// What is asked next, and what is recommended: engine/flow.py once more, for a page without a server. Every path is
// held equal to it by tests/browser/test_pocket.py. Old phones run it: no syntax younger than ES5.
"use strict";

function makeFlow(data) {
  var SKIP = "skip";
  var many = data.questions.filter(function (question) { return question.many; })[0] || null;

  // AND between questions, OR within one, and any of the ticks for one of kind many.
  function holds(when, answers) {
    for (var question in when) {
      var answer = answers[question], choices = when[question];
      var met = Array.isArray(answer)
        ? answer.some(function (tick) { return choices.indexOf(tick) !== -1; })
        : choices.indexOf(answer) !== -1;
      if (!met) return false;
    }
    return true;
  }

  function offered(question, answers) {
    return question.choices
      .filter(function (choice) { return holds(choice.when, answers); })
      .map(function (choice) { return choice.key; });
  }

  // The answers that count (kept), and the same with every question that is still open skipped (whole).
  function replayed(answers) {
    var kept = {}, whole = {};
    data.questions.forEach(function (question) {
      var key = question.key, answer = answers[key];
      if (!holds(question.when, whole)) return;
      if (question.many) {
        var ticks = offered(question, whole).filter(function (tick) {
          return Array.isArray(answer) && answer.indexOf(tick) !== -1;
        });
        if (ticks.length) kept[key] = whole[key] = ticks;
      } else if (
        answer !== undefined && holds(question.when, kept) &&
        (answer === SKIP || offered(question, kept).indexOf(answer) !== -1)
      ) kept[key] = whole[key] = answer;
      else whole[key] = SKIP;
    });
    return { kept: kept, whole: whole };
  }

  function next(answers) {
    var valid = replayed(answers).kept, kept = {};
    for (var i = 0; i < data.questions.length; i += 1) {
      var question = data.questions[i];
      if (question.many || !holds(question.when, kept)) continue;
      if (!(question.key in valid)) return question.key;
      kept[question.key] = valid[question.key];
    }
    return null;
  }

  function offeredTicks(answers) {
    var given = replayed(answers).whole;
    return many && holds(many.when, given) ? offered(many, given) : [];
  }

  // The rules that hold, the best of each service; what stands first without a tick stays among those shown at once.
  function recommend(answers) {
    var best = {}, found = [], unticked = {}, ticked = false;
    data.rules.forEach(function (rule) {
      if (best[rule.service] || !holds(rule.when, answers)) return;
      best[rule.service] = rule;
      found.push(rule);
    });
    for (var key in answers) {
      if (Array.isArray(answers[key])) ticked = true;
      else unticked[key] = answers[key];
    }
    var first = ticked && data.rules.filter(function (rule) { return holds(rule.when, unticked); })[0];
    var at = first ? found.indexOf(best[first.service]) : -1;
    if (at >= data.shown) found.splice(data.shown - 1, 0, found.splice(at, 1)[0]);
    return found;
  }

  function within(place, areas) {
    return areas.some(function (area) { return area === place || area === data.states[place]; });
  }

  // Those of the services that help at a place, its own before those of its state.
  function nearest(services, place) {
    function own(each) { return data.services[each].areas.indexOf(place) !== -1; }
    var here = services.filter(function (each) { return within(place, data.services[each].areas); });
    return here.filter(own).concat(here.filter(function (each) { return !own(each); }));
  }

  // services/areas.py, `placed`: each rule with the services that it shows to people at a place.
  function placed(rules, place) {
    var seen = {}, found = [];
    function add(service, rule) {
      if (seen[service]) return;
      seen[service] = true;
      found.push({ service: service, rule: rule });
    }
    rules.forEach(function (rule) {
      var national = data.services[rule.service];
      if (national.areas && !within(place, national.areas)) return;
      var here = nearest(data.local[rule.service] || [], place);
      here.forEach(function (each) { if (data.services[each].before) add(each, rule); });
      if (!(here.length && national.finder)) add(rule.service, rule);
      here.forEach(function (each) { add(each, rule); });
    });
    return found;
  }

  // All services that people at a place are shown.
  function at(place) {
    var local = [];
    for (var national in data.local) local = local.concat(data.local[national]);
    var rules = Object.keys(data.services)
      .filter(function (service) { return local.indexOf(service) < 0; })
      .map(function (service) { return { service: service }; });
    return placed(rules, place).map(function (each) { return each.service; });
  }

  // Where these answers lead at a place: the services with the rule of each, and the guidance.
  function outcome(answers, place) {
    var given = replayed(answers).whole, you = holds(data.you, given);
    return {
      services: placed(recommend(given), place).map(function (each) {
        var reason = each.service === each.rule.service ? you && each.rule.reason_you || each.rule.reason : "";
        return { service: each.service, reason: reason };
      }),
      guidance: data.guidance.filter(function (text) { return holds(text.when, given); }),
      you: you,
      doubt: holds(data.doubt, given)
    };
  }

  // The questions that were answered one by one, in the order asked.
  function answered(answers) {
    return data.questions
      .filter(function (question) { return !question.many && question.key in answers; })
      .map(function (question) { return question.key; });
  }

  // What a person is offered at a question: by the answers before it.
  function offeredAt(key, answers) {
    var before = {};
    for (var i = 0; i < data.questions.length; i += 1) {
      var question = data.questions[i];
      if (question.key === key) return offered(question, before);
      if (question.key in answers) before[question.key] = answers[question.key];
    }
    return [];
  }

  return {
    many: many, holds: holds, at: at, replay: function (answers) { return replayed(answers).kept; }, next: next,
    offeredTicks: offeredTicks, offeredAt: offeredAt, answered: answered, outcome: outcome
  };
}
