/* Approve waits until what the server would ask for is ticked, and says in its words what is not. */
this.ckan.module('isp-decide', function ($) {
  'use strict';

  return {
    initialize: function () {
      $.proxyAll(this, /_on/);
      this.button = this.el.find('[type=submit]');
      this.told = this.el.find('.isp-missing');
      this.el.on('change input', this._onChange);
      $('.isp-again').on('change', this._onAgain);
      this._onChange();
    },

    _onChange: function () {
      var missing = this.el.find('[data-needed]:not(:checked)').map(function () {
        return {words: this.getAttribute('data-needed'), id: this.id};
      }).get();
      var files = this.el.find('[name=files]');
      if (files.length && !files.filter(':checked').length) {
        missing.unshift({words: this.options.file, id: files[0].id});
      }
      if (this.el.find('[value=anonymisation]').prop('checked') && !this.el.find('[name=treatment]').val().trim()) {
        missing.push({words: this.options.how, id: 'field-agree-treatment'});
      }
      this.button.prop('disabled', missing.length > 0);
      var list = $('<ul>');
      missing.forEach(function (one) {
        $('<li>').append($('<a>').attr('href', '#' + one.id).text(one.words)).appendTo(list);
      });
      var waits = $('<summary>').text(this.options.waits.replace('{number}', missing.length));
      var open = this.told.find('details').prop('open');
      this.told.empty();
      if (missing.length) { $('<details>').prop('open', open).append(waits, list).appendTo(this.told); }
    },

    /* What was written before, to be changed before it is used again. */
    _onAgain: function (event) {
      var field = $(event.target).closest('form').find('[name=note]');
      if (event.target.value) { field.val(event.target.value).trigger('focus'); }
    }
  };
});
