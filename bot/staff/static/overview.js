/* On paper a folded table is lost: all are opened while the page is printed, and folded again as they were. */
(function () {
  "use strict";

  var opened = [];

  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll(".sheet-card details"), function (part) {
      return !part.open;
    });
    opened.forEach(function (part) {
      part.open = true;
    });
  });

  window.addEventListener("afterprint", function () {
    opened.forEach(function (part) {
      part.open = false;
    });
    opened = [];
  });
})();
