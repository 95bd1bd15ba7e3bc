/* What the pages do beyond HTML: say at once when the connection is gone, and keep the title's count. */
(function () {
  "use strict";

  var banner = document.getElementById("connection-lost");
  var lastSeen = document.getElementById("connection-last-seen");
  var lastContact = new Date();

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  function showLost() {
    if (!banner || !banner.hidden) {
      return;
    }
    lastSeen.textContent = "kl. " + two(lastContact.getHours()) + "." + two(lastContact.getMinutes());
    banner.hidden = false;
  }

  function showFound() {
    lastContact = new Date();
    if (banner) {
      banner.hidden = true;
    }
  }

  function countInTitle() {
    var live = document.querySelector("[data-open-count]");
    if (!live) {
      return;
    }
    var count = Number(live.dataset.openCount);
    var bare = document.title.replace(/^\(\d+\) /, "");
    document.title = count > 0 ? "(" + count + ") " + bare : bare;
    document.querySelectorAll(".nav-count").forEach(function (badge) {
      badge.textContent = count > 0 ? String(count) : "";
      badge.hidden = count === 0;
    });
  }

  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (name) {
    document.addEventListener(name, showLost);
  });
  window.addEventListener("offline", showLost);
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (event.detail.xhr.status < 400) {
      showFound();
    }
  });
  document.addEventListener("htmx:afterSettle", countInTitle);

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
})();
