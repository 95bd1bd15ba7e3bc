/* The part of a page that renews itself ([data-live]): say at once when it does not, and keep the title's count. */
(function () {
  "use strict";

  var STALE_MS = 30000;
  var HIDDEN_STALE_MS = 90000; // browsers let a hidden page's clock tick once a minute
  var banner = document.getElementById("connection-lost");
  var lastSeen = document.getElementById("connection-last-seen");
  var lastContact = Date.now();

  function region() {
    return document.querySelector("[data-live]");
  }

  function two(number) {
    return (number < 10 ? "0" : "") + number;
  }

  function showLost() {
    if (!banner || !banner.hidden) {
      return;
    }
    var at = new Date(lastContact);
    lastSeen.textContent = "kl. " + two(at.getHours()) + "." + two(at.getMinutes());
    banner.hidden = false;
  }

  function showFound() {
    lastContact = Date.now();
    if (banner) {
      banner.hidden = true;
    }
  }

  function bareTitle() {
    return document.title.replace(/^\((\d+|\?)\) /, "");
  }

  function countInTitle() {
    var live = region();
    if (!live || live.dataset.openCount === undefined) {
      return;
    }
    var count = Number(live.dataset.openCount);
    document.title = count > 0 ? "(" + count + ") " + bareTitle() : bareTitle();
    document.querySelectorAll(".nav-count").forEach(function (badge) {
      badge.textContent = count > 0 ? String(count) : "";
      badge.hidden = count === 0;
    });
    var silent = document.getElementById("sending-lost");
    if (silent && live.dataset.sending) {
      silent.hidden = live.dataset.sending === "ja";
    }
  }

  function limit() {
    return Math.max(STALE_MS, Number(region().dataset.pollSeconds) * 2000);
  }

  function check() {
    var age = Date.now() - lastContact;
    if (!region() || age < limit()) {
      return;
    }
    if (!document.hidden) {
      showLost();
    } else if (age > HIDDEN_STALE_MS) {
      document.title = "(?) " + bareTitle();
    }
  }

  // A page that has been hidden, asleep or offline asks at once; while the answer is under way nothing is claimed.
  function catchUp() {
    if (region() && !document.hidden) {
      window.htmx.trigger(region(), "refresh");
      window.setTimeout(check, 1500);
    }
  }

  // What answers in the server's place (a portal, a proxy) must not take the inbox's place on the screen.
  function isOurs(event) {
    var live = region();
    var xhr = event.detail.xhr;
    return !live || event.detail.elt !== live || xhr.status !== 200 || xhr.responseText.indexOf('id="' + live.id + '"') > -1;
  }

  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(function (name) {
    document.addEventListener(name, showLost);
  });
  document.addEventListener("htmx:beforeOnLoad", function (event) {
    if (!isOurs(event)) {
      event.preventDefault();
      showLost();
    } else if (event.detail.xhr.status < 400) {
      showFound();
      countInTitle();
    }
  });
  document.addEventListener("htmx:afterSettle", countInTitle);
  document.addEventListener("visibilitychange", catchUp);
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      catchUp();
    }
  });
  window.addEventListener("online", function () {
    if (region()) {
      catchUp();
    } else {
      showFound(); // nothing here renews itself, so nothing would ever tell that the network is back
    }
  });
  window.addEventListener("offline", showLost);
  window.setInterval(check, 5000);
})();
