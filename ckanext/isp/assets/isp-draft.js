/* Keeps what somebody types, every few seconds, and says so; what could not be kept is tried again. */
this.ckan.module('isp-draft', function ($) {
  'use strict';

  var QUIET = 2000;
  var SOON = 5000;
  var SELDOM = 60000;

  return {
    initialize: function () {
      $.proxyAll(this, /_on/);
      this.words = this.options.words;
      this.status = this.el.find('.isp-kept');
      this.form = this.el[0];
      this.typed = this.kept = 0;
      this.el.on('input change', this._onTyped);
      this.el.on('submit', this._onSubmit);
      window.addEventListener('pagehide', this._onLeave);
      window.addEventListener('beforeunload', this._onUnload);
    },

    _onTyped: function () {
      this.typed += 1;
      this.wrong = this.left = false;
      if (!this.next) { this._in(QUIET); }
    },

    _in: function (milliseconds) {
      window.clearTimeout(this.next);
      this.next = window.setTimeout(this._onTime, milliseconds);
    },

    _onTime: function () {
      this.next = null;
      if (this.sending || this.wrong || this.kept === this.typed) { return; }
      this.sending = this._send().finally(function () {
        this.sending = null;
        if (this.kept !== this.typed && !this.wrong && !this.next) { this._in(QUIET); }
      }.bind(this));
    },

    _send: function () {
      var typed = this.typed;
      return fetch(this.options.keep, {
        method: 'POST',
        body: new FormData(this.form),
        headers: {'X-CSRFToken': this.form.elements._csrf_token.value},
        credentials: 'same-origin',
        redirect: 'error'
      }).then(function (answer) {
        if (answer.ok) { this._kept(typed); return null; }
        if (answer.status === 400 && !this.renewed) {
          this.renewed = true;
          return this._renew().then(this._onRenewed);
        }
        if (answer.status === 401) { return this._onFailed(this.words.out); }
        if (answer.status >= 500 || answer.status === 400) { return this._onFailed(); }
        return answer.json().then(this._onRefused);
      }.bind(this)).catch(this._onFailed);
    },

    _kept: function (typed) {
      this.kept = typed;
      this.renewed = false;
      this.wait = SOON;
      var hour = {hour: '2-digit', minute: '2-digit'};
      var now = new Date().toLocaleTimeString(document.documentElement.lang || [], hour);
      this._say(this.words.kept.replace('{time}', now));
    },

    /* A token lasts for an hour, and what somebody writes can take longer. */
    _renew: function () {
      var form = this.form;
      return fetch(window.location.href, {credentials: 'same-origin'}).then(function (answer) {
        return answer.text();
      }).then(function (text) {
        var page = new DOMParser().parseFromString(text, 'text/html');
        var token = page.querySelector('meta[name=_csrf_token]');
        if (token) { form.elements._csrf_token.value = token.content; }
      });
    },

    _onRenewed: function () { return this._send(); },

    _onFailed: function (words) {
      this._say(typeof words === 'string' ? words : this.words.failed, true);
      this.wait = Math.min(2 * (this.wait || SOON / 2), SELDOM);
      this._in(this.wait);
    },

    _onRefused: function (answer) {
      var errors = answer.errors || {};
      var why = Object.keys(errors).map(function (field) { return errors[field].join(' '); });
      this.wrong = true;
      this._say(this.words.wrong.replace('{why}', why.join(' ')), true);
    },

    _say: function (words, failed) {
      if (this.status.text() !== words) { this.status.text(words); }
      this.status.toggleClass('isp-late', Boolean(failed));
    },

    /* What is being kept is older than what is sent: it goes first. */
    _onSubmit: function (event) {
      window.clearTimeout(this.next);
      this.next = null;
      this.left = true;
      if (!this.sending) { return; }
      var button = event.originalEvent.submitter;
      var form = this.form;
      event.preventDefault();
      this.sending.finally(function () { form.requestSubmit(button); });
    },

    _onLeave: function () {
      if (this.left || this.kept === this.typed) { return; }
      navigator.sendBeacon(this.options.keep, new FormData(this.form));
    },

    _onUnload: function (event) {
      if (!this.left && this.kept !== this.typed && this.status.hasClass('isp-late')) {
        event.preventDefault();
      }
    }
  };
});
