/* The text of a protocol with its lines: numbers run along, and a problem leads to its line. */
"use strict";

ckan.module("isp-lines", function () {
  return {
    initialize: function () {
      this.text = this.el.find("textarea")[0];
      this.gutter = this.el.find("ol")[0];
      this.el[0].classList.add("isp-lines-live");
      this.text.addEventListener("input", this.number.bind(this));
      this.text.addEventListener("scroll", this.follow.bind(this));
      document.addEventListener("click", this.go.bind(this));
      this.number();
    },

    number: function () {
      const wanted = this.text.value.split("\n").length;
      const numbers = this.gutter.children;
      while (numbers.length < wanted) {
        const item = document.createElement("li");
        item.id = "line-" + (numbers.length + 1);
        item.textContent = numbers.length + 1;
        this.gutter.append(item);
      }
      while (numbers.length > Math.max(wanted, 1)) this.gutter.lastChild.remove();
      this.follow();
    },

    follow: function () {
      this.gutter.scrollTop = this.text.scrollTop;
    },

    go: function (event) {
      const link = event.target.closest("a[data-line]");
      if (!link) return;
      event.preventDefault();
      const lines = this.text.value.split("\n");
      const line = Math.min(Number(link.dataset.line), lines.length);
      const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      this.text.focus({ preventScroll: true });
      this.text.setSelectionRange(start, start + lines[line - 1].length);
      const height = this.gutter.children[0].getBoundingClientRect().height;
      this.text.scrollTop = Math.max(0, (line - 5) * height);
      this.text.scrollLeft = 0;
      this.el[0].scrollIntoView({ block: "nearest" });
    },
  };
});
