/* The browser's own calendar beside a field for a day. The day is typed and read as 21-11-2026; the calendar is an aid. */
(function () {
  "use strict";

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  // What the field says, for the calendar to open on; nothing when it is written some other way.
  function chosen(text) {
    var found = /^\s*(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2})\s*$/.exec(text);
    return found ? (found[3].length === 2 ? "20" : "") + found[3] + "-" + two(+found[2]) + "-" + two(+found[1]) : "";
  }

  function calendar(button, field) {
    var native = document.createElement("input");
    native.type = "date";
    native.className = "day-native";
    native.tabIndex = -1;
    native.setAttribute("aria-hidden", "true");
    native.min = field.dataset.first || "";
    native.addEventListener("change", function (event) {
      event.stopPropagation();
      field.value = native.value.split("-").reverse().join("-");
      native.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      field.focus();
    });
    native.addEventListener("input", function (event) {
      event.stopPropagation();
    });
    button.after(native);
    return native;
  }

  function ready() {
    document.querySelectorAll(".day-pick[hidden]").forEach(function (button) {
      var field = button.previousElementSibling;
      if (!("showPicker" in HTMLInputElement.prototype)) {
        return;
      }
      var native = calendar(button, field);
      button.hidden = false;
      button.addEventListener("click", function () {
        native.value = chosen(field.value);
        native.showPicker();
      });
    });
  }
  ready();
  document.addEventListener("htmx:afterSettle", ready);
})();
