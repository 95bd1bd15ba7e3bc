/* What every page does beyond HTML: unfold what a link leads to, open the print window, put a notice away. */
(function () {
  "use strict";

  // A link may point into a part that is folded away: not every browser unfolds it by itself.
  function unfold() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var fold = target && target.closest("details:not([open])");
    while (fold) {
      fold.open = true;
      fold = fold.parentElement.closest("details:not([open])");
      target.scrollIntoView();
    }
    var inside = target && target.querySelector(":scope > .card-body > details:only-child");
    if (inside) {
      inside.open = true;
    }
  }
  unfold();
  window.addEventListener("hashchange", unfold);

  // Only a script can open the print window: without one, the page tells which keys do.
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });

  document.querySelectorAll("[data-dismiss]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      button.closest(".notice").remove();
    });
  });

  // What was told in front of the page has been read by whoever goes on to write.
  document.addEventListener("focusin", function (event) {
    if (event.target.matches("input, select, textarea")) {
      document.querySelectorAll("[data-passing]").forEach(function (notice) {
        notice.remove();
      });
    }
  });
})();
