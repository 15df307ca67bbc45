/* Keys through a list of requests, and through one request. They can be turned off. */
this.ckan.module('isp-queue', function ($) {
  'use strict';

  var OFF = 'isp-keys-off';

  return {
    initialize: function () {
      $.proxyAll(this, /_on/);
      this.help = document.getElementById('isp-keys');
      if (!this.help || !this.help.showModal) { return; }
      this.opener = $('.isp-keys-open').prop('hidden', false);
      this.opener.find('button').on('click', this._onHelp);
      this.box = $('#isp-keys-on').prop('checked', !remembered()).on('change', this._onTurn);
      $(document).on('keydown', this._onKey);
    },

    teardown: function () { $(document).off('keydown', this._onKey); },

    _onHelp: function () { if (!this.help.open) { this.help.showModal(); } },

    _onTurn: function () {
      try { window.localStorage.setItem(OFF, this.box.prop('checked') ? '' : 'off'); } catch (error) { /* kept for this page only */ }
    },

    _onKey: function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
      if (this.help.open) {
        if (event.key === 'x' || event.key === '?') { this.help.close(); event.preventDefault(); }
        return;
      }
      if (!this.box.prop('checked')) { return; }
      var does = {j: 1, k: -1}[event.key];
      if (does && this._move(does)) { event.preventDefault(); }
      if (event.key === '?') { this._onHelp(); event.preventDefault(); }
      var link = this.el.find('[data-key="' + (/^[a-z]$/.test(event.key) ? event.key : '') + '"]')[0];
      if (link) { link.click(); event.preventDefault(); }
    },

    /* Focus is where one is: what Enter opens needs no rule of its own. */
    _move: function (step) {
      var links = this.el.find('a.isp-open');
      var row = $(document.activeElement).closest('tr');
      var now = row.length ? links.index(row.find('a.isp-open')) : -1;
      var next = links[Math.min(Math.max(now + step, 0), links.length - 1)];
      if (!next) { return false; }
      next.focus();
      next.scrollIntoView({block: 'nearest'});
      return true;
    }
  };

  function typing(target) {
    return $(target).is('textarea, select, input:not([type=checkbox]):not([type=radio]), [contenteditable]');
  }

  function remembered() {
    try { return window.localStorage.getItem(OFF) === 'off'; } catch (error) { return false; }
  }
});
