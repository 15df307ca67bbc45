/* Names, sizes and checksums of files, read where they lie: nothing of them is sent. */
this.ckan.module('isp-manifest', function ($) {
  'use strict';

  return {
    initialize: function () {
      // browsers compute checksums on pages only that came over a safe line
      if (!window.crypto || !window.crypto.subtle) { return; }
      var words = this.options.words;
      var rows = this.el.find('.isp-manifest');
      var told = $('<p class="isp-hint" aria-live="polite">').text(words.here);
      var input = $('<input class="form-control" type="file" multiple>');
      var label = $('<label class="isp-choose">').text(words.choose + ' ').append(input);
      rows.find('legend').after(label, told);
      input.on('change', function () {
        Array.prototype.slice.call(input[0].files).reduce(function (before, file) {
          return before.then(function () {
            told.text(words.reading.replace('{name}', file.name));
            return digest(file).then(function (sum) { put(rows, file, sum); });
          });
        }, Promise.resolve()).finally(function () { told.text(words.here); });
      });
    }
  };

  function digest(file) {
    return file.arrayBuffer().then(function (data) {
      return window.crypto.subtle.digest('SHA-256', data);
    }).then(function (sum) {
      return Array.from(new Uint8Array(sum)).map(function (byte) {
        return byte.toString(16).padStart(2, '0');
      }).join('');
    }, function () { return ''; });
  }

  /* In the first line that is empty; there is always one more. */
  function put(rows, file, sum) {
    var lines = rows.find('.isp-manifest-row');
    var empty = lines.filter(function () { return !$(this).find('[name=file_name]').val(); });
    var line = empty.first();
    if (empty.length < 2) {
      var more = lines.last().clone();
      more.find('input').val('');
      rows.append(more);
    }
    line.find('[name=file_name]').val(file.name);
    line.find('[name=file_sha256]').val(sum);
    line.find('[name=file_size]').val(file.size);
  }
});
