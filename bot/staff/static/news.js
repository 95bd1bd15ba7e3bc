/* What is new in the inbox: told to screen readers, marked until it has been looked at, and passed on to the sound. */
(function () {
  "use strict";

  var LOOKED_AT = "rygbot-set";
  var TOLD = "rygbot-meldt";
  var LOOK_SECONDS = 3;
  var seconds = {};

  function inbox() {
    return document.getElementById("alarmer");
  }

  function ids(name) {
    return inbox().dataset[name].split(" ").filter(Boolean);
  }

  // Kept for as long as the tab lives; what is no longer open is forgotten, so that a reopened alert is new again.
  function read(name) {
    var stored = window.sessionStorage.getItem(name);
    var open = ids("openIds");
    return stored === null ? open : stored.split(" ").filter(function (id) {
      return open.indexOf(id) > -1;
    });
  }

  function write(name, list) {
    window.sessionStorage.setItem(name, list.join(" "));
  }

  function without(list, others) {
    return list.filter(function (id) {
      return others.indexOf(id) < 0;
    });
  }

  function cardOf(id) {
    return document.getElementById("alarm-" + id);
  }

  function wordsFor(id) {
    var card = cardOf(id);
    return card ? "Ny alarm, " + card.dataset.word + ": " + card.querySelector("h2").textContent : "Ny alarm i indbakken";
  }

  function tell(list, reds) {
    var urgent = list.filter(function (id) {
      return reds.indexOf(id) > -1;
    });
    var calm = without(list, urgent);
    document.getElementById("news-red").textContent = urgent.map(wordsFor).join(". ");
    document.getElementById("news").textContent = calm.map(wordsFor).join(". ");
    if (urgent.length) {
      document.dispatchEvent(new CustomEvent("rygbot:red"));
    }
  }

  function mark() {
    var looked = read(LOOKED_AT);
    document.querySelectorAll("[data-card]").forEach(function (card) {
      card.querySelector("[data-new]").hidden = looked.indexOf(card.dataset.card) > -1;
    });
    write(LOOKED_AT, looked);
  }

  function look() {
    var told = read(TOLD);
    var fresh = without(ids("openIds"), told);
    if (fresh.length) {
      tell(fresh, ids("redIds"));
    }
    write(TOLD, told.concat(fresh));
    mark();
  }

  function lookedAt(id) {
    write(LOOKED_AT, read(LOOKED_AT).concat(id));
    mark();
  }

  // Looked at: its head has stood on a screen that somebody works at for some seconds, or somebody has used it.
  function watch() {
    if (!document.hasFocus() || document.visibilityState !== "visible") {
      return;
    }
    document.querySelectorAll("[data-card] [data-new]:not([hidden])").forEach(function (badge) {
      var id = badge.closest("[data-card]").dataset.card;
      var box = badge.getBoundingClientRect();
      seconds[id] = box.top >= 0 && box.bottom <= window.innerHeight ? (seconds[id] || 0) + 1 : 0;
      if (seconds[id] >= LOOK_SECONDS) {
        lookedAt(id);
      }
    });
  }

  ["focusin", "click"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var card = event.target.closest("[data-card]");
      if (card && !card.querySelector("[data-new]").hidden) {
        lookedAt(card.dataset.card);
      }
    });
  });
  document.addEventListener("htmx:afterSettle", look);
  window.setInterval(watch, 1000);
  look();
})();
