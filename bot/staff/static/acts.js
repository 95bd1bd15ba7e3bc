/* An act that may not be what was meant, or that cannot arrive, is not sent: and it is said. */
(function () {
  "use strict";

  var SHIFT_MS = 500;
  var TOLD_MS = 8000;
  var SHIFTED = "Listen flyttede sig, lige da du trykkede. Der er ikke gemt noget. Tryk igen.";
  var OFFLINE = "Der er ingen forbindelse, så der er ikke gemt noget. Det, du har skrevet, står her stadig.";
  var told = document.getElementById("not-done");
  var stood = [];
  var shiftedAt = 0;
  var hiding = 0;

  function tell(words) {
    told.querySelector("div").textContent = words;
    told.hidden = false;
    window.clearTimeout(hiding);
    hiding = window.setTimeout(function () {
      told.hidden = true;
    }, TOLD_MS);
  }

  function actOf(button) {
    return button.getAttribute("formaction") || button.form.getAttribute("action");
  }

  function places() {
    return Array.from(document.querySelectorAll("[data-live] .act button"), function (button) {
      return { box: button.getBoundingClientRect(), act: actOf(button) };
    });
  }

  function isMeant(button, x, y) {
    return stood.some(function (place) {
      var box = place.box;
      return place.act === actOf(button) && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    });
  }

  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.shouldSwap && event.detail.target.matches("[data-live]")) {
      stood = places();
      shiftedAt = Date.now();
    }
  });

  // A button that came in the very moment of a click must not be taken for the one that stood there.
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-live] .act button");
    var isSoon = event.detail > 0 && Date.now() - shiftedAt < SHIFT_MS;
    if (button && isSoon && !isMeant(button, event.clientX, event.clientY)) {
      event.preventDefault();
      tell(SHIFTED);
    }
  }, true);

  // Without a network a browser would put its own page in this one's place, and what was typed with it. The banner must
  // say so too: a server on this very machine answers without one.
  document.addEventListener("submit", function (event) {
    var lost = document.getElementById("connection-lost");
    var isLost = document.querySelector("[data-live]") && lost && !lost.hidden && !navigator.onLine;
    if (isLost && event.target.method === "post") {
      event.preventDefault();
      tell(OFFLINE);
    }
  });
})();
