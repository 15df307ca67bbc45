/* Advice while a dataset is classified: asks the portal what answers and level give, says it, and
 * offers only that below. Nothing that opens data is ever chosen here. Without it, the portal decides on
 * saving. */
this.ckan.module("isp-sensitivity", function () {
  "use strict";

  var QUIET = 200;

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, function (whole, name) {
      return name in values ? values[name] : whole;
    });
  }

  function inSentence(label) {
    return label.charAt(0).toLowerCase() + label.slice(1);
  }

  return {
    options: { url: null, dataset: "", holds: false, words: {} },

    initialize: function () {
      var root = this.el[0];
      this.levels = Array.from(root.querySelectorAll("input[name=sensitivity]"));
      this.exposures = Array.from(root.querySelectorAll("input[name=isp_exposure]"));
      this.advice = root.querySelector(".isp-advice");
      this.verdict = root.querySelector(".isp-verdict");
      this.second = root.querySelector(".isp-second");
      this.why = root.querySelector(".isp-why-level");
      this.questions = ckan.ispQuestions(root.querySelector(".isp-questions"), this.later.bind(this));
      this.ownChoice = this.exposures.some(function (input) { return input.checked; });
      this.waiting = null;
      this.asked = 0;
      this.levels.forEach(function (input) {
        input.addEventListener("change", this.later.bind(this));
      }, this);
      this.exposures.forEach(function (input) {
        input.addEventListener("change", function () { this.ownChoice = true; }.bind(this));
      }, this);
      this.ask(true);
    },

    /* What is still being told about earlier answers no longer counts. */
    later: function () {
      this.asked += 1;
      clearTimeout(this.waiting);
      this.waiting = setTimeout(this.ask.bind(this, false), QUIET);
    },

    ask: function (first) {
      var level = this.levels.find(function (input) { return input.checked; });
      var answers = this.questions.answers();
      var query = new URLSearchParams({
        sensitivity: level ? level.value : "",
        holds_resources: String(this.options.holds),
        answers: answers ? JSON.stringify(answers) : "",
        id: this.options.dataset,
        owner_org: (document.getElementById("field-organizations") || {}).value || "",
      });
      Array.from(query).forEach(function (pair) {
        if (!pair[1] && pair[0] !== "sensitivity") { query.delete(pair[0]); }
      });
      var turn = ++this.asked;
      fetch(this.options.url + "?" + query, { headers: { Accept: "application/json" } })
        .then(function (answer) {
          return answer.json().then(function (told) {
            if (!answer.ok) { throw new Error(told.errors.join(" ")); }
            return told;
          });
        })
        .then(function (answer) {
          if (turn === this.asked) { this.show(answer, first); }
        }.bind(this))
        .catch(function (error) {
          if (turn !== this.asked) { return; }
          this.offerAll();
          this.questions.next(null);
          if (answers) { this.advice.textContent = error.message; }
        }.bind(this));
    },

    show: function (verdict, first) {
      this.exposures.forEach(function (input) { this.offer(input, verdict, first); }, this);
      if (!first && !this.ownChoice) { this.preset(verdict); }
      if (!first || verdict.level) { this.advice.textContent = this.sentence(verdict); }
      this.compare(verdict, this.questions.answers() !== null);
    },

    /* What the answers give, marked among the levels; a second person where one is needed. */
    compare: function (verdict, answered) {
      var proposed = answered && verdict.proposed ? verdict.proposed.level : null;
      var below = answered && verdict.binding === "block";
      this.el[0].classList.toggle("isp-answered", answered);
      this.verdict.innerHTML = verdict.html;
      this.questions.next(answered ? verdict.open : null);
      this.el[0].querySelectorAll(".isp-proposed").forEach(function (mark) {
        mark.hidden = mark.dataset.level !== proposed;
      });
      this.second.hidden = !below;
      if (below) {
        this.second.querySelector("label").textContent = fill(this.options.words.second, {
          proposed: verdict.proposed.words, chosen: verdict.words,
        });
      } else {
        this.second.querySelector("input").checked = false;
      }
      this.why.hidden = !answered || verdict.compared === "same" || (proposed && !verdict.level);
    },

    offer: function (input, verdict, first) {
      var allowed = verdict.allowed.includes(input.value);
      var stays = first && input.checked;
      var why = document.getElementById(input.id + "-why");
      if (!allowed && !stays && input.checked) {
        input.checked = false;
        this.ownChoice = false;
      }
      input.disabled = !allowed && !stays;
      why.hidden = allowed;
      why.textContent = allowed ? "" : this.whyNot(input.value, verdict);
    },

    preset: function (verdict) {
      this.exposures.forEach(function (input) {
        input.checked = input.value === verdict.default && verdict.default !== "open";
      });
    },

    offerAll: function () {
      this.exposures.forEach(function (input) {
        input.disabled = false;
        document.getElementById(input.id + "-why").hidden = true;
      });
      this.advice.textContent = "";
    },

    whyNot: function (exposure, verdict) {
      if (!verdict.level && !verdict.proposed) { return this.options.words.first; }
      var against = verdict.reasons.filter(function (reason) {
        return !reason.allows.includes(exposure);
      });
      var citing = against.filter(function (reason) {
        return reason.protocol || reason.code !== "level";
      });
      var said = (citing.length ? citing : against).map(function (reason) { return reason.message; });
      return fill(this.options.words.why_not, { reason: said.join("; ") });
    },

    named: function (verdict) {
      var saved = verdict.proposed && (verdict.binding === "block" || !verdict.level);
      return saved ? verdict.proposed.words : verdict.words;
    },

    sentence: function (verdict) {
      var words = this.options.words;
      var labels = verdict.allowed.map(function (slug) { return inSentence(words.exposures[slug]); });
      var last = labels.pop();
      var listed = labels.length
        ? fill(words.either, { some: labels.join(", "), last: last })
        : last;
      var said = [fill(words.allowed, { level: this.named(verdict), exposures: listed })];
      if (labels.length && !this.ownChoice) {
        said.push(fill(verdict.default === "open" ? words.left : words.preset, {
          exposure: words.exposures[verdict.default],
        }));
      }
      return said.join(" ");
    },

    teardown: function () {
      clearTimeout(this.waiting);
    },
  };
});
