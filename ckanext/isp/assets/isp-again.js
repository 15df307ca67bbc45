/* Looks again, every few seconds, how far something is that the worker does, and says how long it still takes. */
"use strict";

ckan.module("isp-again", function () {
  const SECONDS = 3;

  return {
    initialize: function () {
      this.began = this.bar() && { at: Date.now(), done: this.bar().value };
      if (!this.began) return;
      this.last = this.began.done;
      this.later();
    },

    bar: function () {
      return this.el.find("progress")[0];
    },

    later: function () {
      setTimeout(this.look.bind(this), SECONDS * 1000);
    },

    look: async function () {
      try {
        const answer = await fetch(window.location.href);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const now = answer.ok && page.getElementById(this.el[0].id);
        if (now) this.el[0].replaceChildren(...now.childNodes);
      } catch (error) {
        /* what was told stays; the next look may be answered */
      }
      if (!this.bar()) return;
      this.tell();
      this.later();
    },

    tell: function () {
      const bar = this.bar();
      /* something else gave the worker more to do */
      if (bar.value < this.last) this.began = { at: Date.now(), done: bar.value };
      this.last = bar.value;
      const done = bar.value - this.began.done;
      if (done <= 0) return;
      const minutes = ((Date.now() - this.began.at) / done) * (bar.max - bar.value) / 60000;
      const words = minutes < 1 ? this.options.soon : this.options.left.replace("{minutes}", Math.ceil(minutes));
      this.el.find(".isp-left").text(words);
    },
  };
});
