/* Search as you type over the options of a select: by name, synonym, abbreviation and example, in
 * any language. The select stays behind it, and is what is sent. ARIA 1.2 combobox with a list. */
this.ckan.ispCombobox = function (select) {
  "use strict";

  var MOST = 8;

  /* As documents/vocabulary.py folds: without accents, case and punctuation. */
  function fold(text) {
    return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^\p{L}\p{N}]/gu, " ");
  }

  function score(option, words, whole) {
    var told = option.dataset;
    if (!told.names) { return null; }
    var near = told.names + " " + told.also;
    var found = words.every(function (word) { return (near + " " + told.examples).includes(word); });
    if (!found) { return null; }
    if (told.exact.split("|").includes(whole)) { return 0; }
    return words.reduce(function (sum, word) { return sum + (near.includes(word) ? 1 : 3); }, 0);
  }

  function find(text) {
    var whole = fold(text), words = whole.split(" ").filter(Boolean);
    var ranked = Array.from(select.options).map(function (option, place) {
      return { option: option, place: place, score: score(option, words, whole) };
    }).filter(function (entry) { return entry.score !== null; });
    ranked.sort(function (a, b) { return a.score - b.score || a.place - b.place; });
    return ranked.map(function (entry) { return entry.option; });
  }

  var unlisted = select.options[select.options.length - 1];
  var input = document.createElement("input");
  var list = document.createElement("ul");
  var said = document.createElement("div");
  var active = -1;

  input.type = "text";
  input.className = "form-control";
  input.id = select.id;
  input.autocomplete = "off";
  select.id += "-select";
  list.id = input.id + "-list";
  list.className = "isp-listbox";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector('label[for="' + input.id + '"]').textContent);
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"],
    ["aria-controls", list.id], ["aria-describedby", select.getAttribute("aria-describedby")],
  ].forEach(function (pair) { input.setAttribute(pair[0], pair[1]); });
  select.hidden = true;
  select.before(input, list, said);

  function chosen() { return select.value ? select.selectedOptions[0].textContent.trim() : ""; }

  function close() {
    list.replaceChildren();
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function entry(option, number) {
    var item = document.createElement("li");
    var hint = document.createElement("span");
    item.id = list.id + "-" + number;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.textContent = option.textContent.trim();
    item.ispOption = option;
    if (option.dataset.hint) {
      hint.className = "isp-meta";
      hint.textContent = " " + option.dataset.hint;
      item.append(hint);
    }
    item.addEventListener("mousedown", function (event) {
      event.preventDefault();
      choose(option);
    });
    return item;
  }

  function open(text) {
    var found = find(text);
    close();
    found.slice(0, text ? MOST : found.length).concat([unlisted]).forEach(function (option, number) {
      list.append(entry(option, number));
    });
    input.setAttribute("aria-expanded", "true");
    said.textContent = found.length
      ? select.dataset.found.replace("{number}", found.length)
      : select.dataset.none;
    if (text && found.length) { point(0); }
  }

  function point(number) {
    var items = Array.from(list.children);
    if (!items.length) { return; }
    active = (number + items.length) % items.length;
    items.forEach(function (item, place) {
      item.setAttribute("aria-selected", String(place === active));
    });
    input.setAttribute("aria-activedescendant", items[active].id);
    items[active].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    select.value = option.value;
    input.value = chosen();
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function leave() {
    close();
    if (!input.value.trim() && select.value) {
      select.value = "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    input.value = chosen();
  }

  input.addEventListener("input", function () { open(input.value); });
  input.addEventListener("click", function () { if (!list.children.length) { open(""); } });
  input.addEventListener("blur", leave);
  input.addEventListener("keydown", function (event) {
    var opened = list.children.length > 0;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!opened) { open(""); }
      point(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && opened) {
      event.preventDefault();
      if (active >= 0) { choose(list.children[active].ispOption); }
    } else if (event.key === "Escape" && opened) {
      event.preventDefault();
      close();
      input.value = chosen();
    }
  });

  input.value = chosen();
  return { refresh: function () { input.value = chosen(); } };
};
