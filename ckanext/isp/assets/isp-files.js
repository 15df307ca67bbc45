/* Sends the files of a form one after the other, as they are: with progress, and again if need be. */
this.ckan.module('isp-files', function ($) {
  'use strict';

  return {
    initialize: function () {
      $.proxyAll(this, /_on/);
      this.words = this.options.words;
      this.list = this.el.find('.isp-sending');
      this.el.on('submit', this._onSubmit);
    },

    _onSubmit: function (event) {
      var files = Array.prototype.slice.call(this.el.find('[name=upload]')[0].files);
      // what is withheld is told in the form, which a browser without this script sends whole
      if (!files.length) { return; }
      event.preventDefault();
      this.el.find('button').prop('disabled', true);
      this.list.empty();
      this._each(files.map(this._onLine, this));
    },

    _onLine: function (file) {
      var line = $('<li>').appendTo(this.list);
      $('<strong>').text(file.name).appendTo(line);
      var bar = $('<progress max="100" value="0">').attr('aria-label', file.name).appendTo(line);
      var state = $('<span class="isp-meta">').text(this.words.waiting).appendTo(line);
      return {file: file, line: line, bar: bar, state: state, done: false};
    },

    /* One at a time: a weak line carries one file whole rather than five in part. */
    _each: function (rows) {
      var self = this;
      var next = rows.filter(function (row) { return !row.done && !row.failed; })[0];
      if (next) {
        this._send(next).then(function () { self._each(rows); });
        return;
      }
      if (rows.every(function (row) { return row.done; })) { window.location.reload(); return; }
      this.el.find('button').prop('disabled', false).first().text(this.words.again).trigger('focus');
      this.el.off('submit', this._onSubmit).one('submit', function (event) {
        event.preventDefault();
        self.el.on('submit', self._onSubmit).find('button').prop('disabled', true);
        rows.forEach(function (row) { row.failed = false; });
        self._each(rows);
      });
    },

    _send: function (row) {
      var words = this.words;
      var told = $.Deferred();
      var request = new XMLHttpRequest();
      var query = $.param({
        name: row.file.name,
        description: this.el.find('[name=description]').val(),
        name_withheld: this.el.find('[name=name_withheld]').prop('checked') || ''
      });
      request.open('POST', this.options.stream + '?' + query);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      request.setRequestHeader('X-CSRFToken', this.el.find('[name=_csrf_token]').val());
      request.upload.onprogress = function (event) {
        var share = event.total ? Math.floor(100 * event.loaded / event.total) : 100;
        row.bar.val(share);
        row.state.text(share < 100 ? share + ' %' : words.sending);
      };
      request.onload = function () {
        row.done = request.status === 200;
        row.failed = !row.done;
        row.state.text(row.done ? words.kept : said(request) || words.broken);
        row.line.toggleClass('isp-failed', row.failed);
        told.resolve();
      };
      request.onerror = function () {
        row.failed = true;
        row.state.text(words.broken);
        row.line.addClass('isp-failed');
        told.resolve();
      };
      request.send(row.file);
      return told;
    }
  };

  function said(request) {
    try {
      var errors = JSON.parse(request.responseText).errors;
      return Object.keys(errors).map(function (field) { return errors[field].join(' '); }).join(' ');
    } catch (error) {
      return '';
    }
  }
});
