/* Choosing a ready-made text puts it into the field, where it can be changed before it is sent. */
(function () {
  "use strict";

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-insert]");
    if (!button) {
      return;
    }
    event.preventDefault();
    var select = button.form.elements.ready;
    var field = button.form.elements.text;
    var chosen = select.options[select.selectedIndex].dataset.body;
    if (!chosen) {
      select.focus();
      return;
    }
    field.value = (field.value.trim() + " " + chosen).trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
