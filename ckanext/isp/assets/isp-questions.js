/* Questions about a dataset, one after another: those that are answered, and the next one that is
 * open. Nothing is ever answered here for somebody. */
this.ckan.ispQuestions = function (root, changed) {
  "use strict";

  var PLACE = "place";
  var questions = Array.from(root.querySelectorAll(".isp-question"));
  var open = questions.filter(function (question) {
    return question.dataset.open === "true";
  }).map(function (question) { return question.dataset.fact; });
  var atFirst = open;
  var comboboxes = Array.from(root.querySelectorAll(".isp-question-type select:not([multiple])"))
    .map(ckan.ispCombobox);

  function boxes(question) {
    return Array.from(question.querySelectorAll("input[type=radio], input[type=checkbox]"));
  }

  function other(question) { return question.querySelector("input[list]"); }

  function given(question) {
    var select = question.querySelector("select");
    if (select) {
      return Array.from(select.selectedOptions).map(function (option) { return option.value; })
        .filter(Boolean);
    }
    var values = boxes(question).filter(function (box) { return box.checked && box.value; })
      .map(function (box) { return box.value; });
    return values.concat(other(question) ? places(other(question)) : []);
  }

  /* Countries by name, as the list offers them, or by code. */
  function places(input) {
    return input.value.split(/[,;]/).flatMap(function (part) {
      var name = part.trim().toLowerCase();
      var known = Array.from(input.list.options).find(function (option) {
        return option.label.toLowerCase() === name;
      });
      return known ? [known.value] : part.toUpperCase().split(/\s+/).filter(Boolean);
    });
  }

  function passed(question) {
    return boxes(question).some(function (box) { return box.checked && !box.value; });
  }

  /* Nobody loses the question where she is, and none comes before the portal has said which is
   * next: one that came and went would be clicked by mistake. */
  function show(waiting) {
    var next = !waiting, here = document.activeElement;
    questions.forEach(function (question) {
      var done = given(question).length || passed(question);
      var isOpen = open.includes(question.dataset.fact);
      var stays = question.contains(here) || (waiting && !question.hidden);
      question.hidden = !done && !(isOpen && next) && !stays;
      if (isOpen && !done) { next = false; }
    });
  }

  /* "None of these" and "I do not know" go with nothing else. */
  function alone(box) {
    if (box.type !== "checkbox" || !box.checked) { return; }
    var lonely = box.value === "none" || !box.value;
    boxes(box.closest(".isp-question")).forEach(function (one) {
      if (one !== box && (lonely || one.value === "none" || !one.value)) { one.checked = false; }
    });
  }

  function answers() {
    var all = {};
    questions.forEach(function (question) {
      var values = given(question);
      if (values.length) { all[question.dataset.fact] = values; }
    });
    return all;
  }

  function fill(told) {
    questions.forEach(function (question) {
      var values = told[question.dataset.fact];
      if (!values) { return; }
      values = values.length ? values : ["none"];
      var select = question.querySelector("select");
      if (select) { select.value = values[0]; }
      var known = boxes(question).map(function (box) {
        box.checked = values.includes(box.value);
        return box.value;
      });
      if (other(question)) {
        other(question).value = values.filter(function (one) { return !known.includes(one); }).join(", ");
      }
    });
    comboboxes.forEach(function (box) { box.refresh(); });
    show(true);
    changed();
  }

  root.addEventListener("change", function (event) {
    alone(event.target);
    show(true);
    changed();
  });
  root.querySelectorAll("a[data-answers]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      fill(JSON.parse(link.dataset.answers));
      link.closest("details").open = false;
    });
  });
  show();

  return {
    /* What was answered; nothing where only the place is known, which the form filled in itself. */
    answers: function () {
      var all = answers();
      return Object.keys(all).some(function (fact) { return fact !== PLACE; }) ? all : null;
    },
    next: function (facts) {
      open = facts || atFirst;
      show();
    },
  };
};

/* Questions in a form of their own, which is sent as it is: asks only what comes next. */
this.ckan.module("isp-questions", function () {
  "use strict";

  var QUIET = 200;

  return {
    options: { url: null, dataset: null },

    initialize: function () {
      var waiting = null, turn = 0;
      var ask = function () {
        var answers = questions.answers(), mine = turn;
        if (!answers) { questions.next(null); return; }
        var query = new URLSearchParams({ id: this.options.dataset, answers: JSON.stringify(answers) });
        fetch(this.options.url + "?" + query)
          .then(function (answer) { return answer.ok ? answer.json() : {}; })
          .catch(function () { return {}; })
          .then(function (told) { if (mine === turn) { questions.next(told.open); } });
      }.bind(this);
      var questions = ckan.ispQuestions(this.el[0].querySelector(".isp-questions"), function () {
        turn += 1;
        clearTimeout(waiting);
        waiting = setTimeout(ask, QUIET);
      });
    },
  };
});
