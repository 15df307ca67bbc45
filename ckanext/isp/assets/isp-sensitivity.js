/* Advice while a sensitivity is chosen: asks the portal what the level allows, says it, and offers
 * only that below. Nothing that opens data is ever chosen here. Without it, the portal decides on
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
    options: { url: null, holds: false, words: {} },

    initialize: function () {
      var root = this.el[0];
      this.levels = Array.from(root.querySelectorAll("input[name=sensitivity]"));
      this.exposures = Array.from(root.querySelectorAll("input[name=isp_exposure]"));
      this.advice = root.querySelector(".isp-advice");
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

    later: function () {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(this.ask.bind(this, false), QUIET);
    },

    ask: function (first) {
      var level = this.levels.find(function (input) { return input.checked; });
      var query = new URLSearchParams({
        sensitivity: level ? level.value : "",
        holds_resources: String(this.options.holds),
      });
      var turn = ++this.asked;
      fetch(this.options.url + "?" + query, { headers: { Accept: "application/json" } })
        .then(function (answer) {
          if (!answer.ok) { throw new Error(answer.statusText); }
          return answer.json();
        })
        .then(function (answer) {
          if (turn === this.asked) { this.show(answer.result, first); }
        }.bind(this))
        .catch(function () {
          if (turn === this.asked) { this.offerAll(); }
        }.bind(this));
    },

    show: function (verdict, first) {
      this.exposures.forEach(function (input) { this.offer(input, verdict, first); }, this);
      if (!first && !this.ownChoice) { this.preset(verdict); }
      if (!first || verdict.level) { this.advice.textContent = this.sentence(verdict); }
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
      if (!verdict.level) { return this.options.words.first; }
      var against = verdict.reasons.filter(function (reason) {
        return !reason.allows.includes(exposure);
      });
      var citing = against.filter(function (reason) {
        return reason.protocol || reason.code !== "level";
      });
      var said = (citing.length ? citing : against).map(function (reason) { return reason.message; });
      return fill(this.options.words.why_not, { reason: said.join("; ") });
    },

    sentence: function (verdict) {
      var words = this.options.words;
      var labels = verdict.allowed.map(function (slug) { return inSentence(words.exposures[slug]); });
      var last = labels.pop();
      var listed = labels.length
        ? fill(words.either, { some: labels.join(", "), last: last })
        : last;
      var said = [fill(words.allowed, { level: verdict.words, exposures: listed })];
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
