/* The inbox by keyboard. No key acts by itself: it leads to where Enter does. */
(function () {
  "use strict";

  var OFF = "rygbot-taster";
  var PLACE = "rygbot-plads";
  var help = document.getElementById("keys");
  var toggle = document.querySelector("[data-keys-off]");
  var opener = document.querySelector("[data-keys]");
  var byKey = false;

  function isOff() {
    return window.localStorage.getItem(OFF) === "fra";
  }

  function cards() {
    return Array.from(document.querySelectorAll("[data-card]"));
  }

  function current() {
    return document.activeElement && document.activeElement.closest("[data-card]");
  }

  function go(card) {
    if (card) {
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    }
  }

  function inView() {
    return cards().find(function (card) {
      return card.getBoundingClientRect().bottom > 0;
    });
  }

  function move(step) {
    var all = cards();
    var here = all.indexOf(current());
    go(here < 0 ? inView() : all[Math.min(Math.max(here + step, 0), all.length - 1)]);
  }

  function into(selector) {
    var card = current();
    if (!card) {
      go(inView());
      return;
    }
    var field = card.querySelector(selector);
    if (field) {
      field.focus();
    }
  }

  function open(event) {
    var link = document.activeElement.matches("[data-card]") && document.activeElement.querySelector("h2 a");
    if (link) {
      event.preventDefault();
      link.click();
    }
  }

  // The note first: Enter in it is »Kvittér«, with or without words.
  function take() {
    var card = current();
    if (!card || card.querySelector("button[id^=take-]")) {
      into("input[name=note]");
    }
  }

  var acts = {
    j: function () { move(1); },
    k: function () { move(-1); },
    a: take,
    r: function () { into("select[name=outcome]"); },
    "/": function () { document.querySelector("[data-search]").click(); },
    "?": function () { help.showModal(); }
  };

  function isTyping(target) {
    return target.closest("input, select, textarea, [contenteditable], dialog[open]") !== null;
  }

  document.addEventListener("keydown", function (event) {
    byKey = true;
    var card = current();
    if (event.key === "Escape" && card && isTyping(event.target)) {
      go(card);
      return;
    }
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) {
      return;
    }
    if (event.key === "Enter") {
      open(event);
    } else if (Object.hasOwn(acts, event.key)) {
      event.preventDefault();
      acts[event.key]();
    }
  });
  document.addEventListener("pointerdown", function () {
    byKey = false;
  });

  function showToggle() {
    toggle.textContent = isOff() ? "Slå tasterne til" : "Slå tasterne fra";
  }

  opener.hidden = false;
  opener.addEventListener("click", function () {
    help.showModal();
  });
  toggle.addEventListener("click", function () {
    window.localStorage.setItem(OFF, isOff() ? "til" : "fra");
    showToggle();
  });
  showToggle();

  // After an act by keyboard one goes on where one was: at the same card, or at the one that took its place.
  document.addEventListener("submit", function (event) {
    var card = event.target.closest("[data-card]");
    if (card && byKey) {
      window.sessionStorage.setItem(PLACE, String(cards().indexOf(card)));
    }
  });
  var place = window.sessionStorage.getItem(PLACE);
  window.sessionStorage.removeItem(PLACE);
  if (place !== null) {
    var same = /^#alarm-\d+$/.test(window.location.hash) && document.getElementById(window.location.hash.slice(1));
    go(same || cards()[Math.min(Number(place), cards().length - 1)]);
  }
})();
