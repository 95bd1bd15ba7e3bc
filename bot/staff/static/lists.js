/* A list that is looked through: choose all rows or none, and say on the button how many are chosen. */
(function () {
  "use strict";

  var rows = Array.prototype.slice.call(document.querySelectorAll("input[name=row]"));
  var toggle = document.querySelector("[data-toggle-rows]");
  var count = document.querySelector("[data-row-count]");

  function chosen() {
    return rows.filter(function (row) { return row.checked; }).length;
  }

  function show() {
    if (count) {
      count.textContent = " (" + chosen() + ")";
    }
  }

  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", function () {
      var all = chosen() < rows.length;
      rows.forEach(function (row) { row.checked = all; });
      show();
    });
  }
  rows.forEach(function (row) { row.addEventListener("change", show); });
  show();
})();
