/* A short sound when a new red alert comes, for those who want it: made here, no file. Remembered in this browser. */
(function () {
  "use strict";

  var STORED = "rygbot-lyd";
  var button = document.querySelector("[data-sound]");
  var told = document.querySelector("[data-sound-told]");
  var Context = window.AudioContext || window.webkitAudioContext;
  var context = null;

  function isOn() {
    return window.localStorage.getItem(STORED) === "til";
  }

  function tone(frequency, start) {
    var oscillator = context.createOscillator();
    var volume = context.createGain();
    oscillator.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.3, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.3);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.32);
  }

  function play() {
    tone(880, context.currentTime);
    tone(660, context.currentTime + 0.25);
    button.dataset.played = String(Number(button.dataset.played || 0) + 1);
  }

  function show(text) {
    button.textContent = isOn() ? "Slå lyd fra" : "Slå lyd til";
    button.setAttribute("aria-pressed", String(isOn()));
    told.textContent = text;
  }

  // A browser may keep a page silent until somebody has touched it; then that is said, and tried again at the touch.
  function ready(then) {
    if (!Context) {
      show("Denne browser kan ikke spille lyd.");
      return;
    }
    context = context || new Context();
    var waited = window.setTimeout(function () {
      show("Browseren spærrer for lyden. Klik et sted på siden, så virker den.");
    }, 400);
    context.resume().then(function () {
      window.clearTimeout(waited);
      show("");
      then();
    }, function () {
      window.clearTimeout(waited);
      show("Browseren spærrer for lyden. Tillad lyd for denne side i browserens indstillinger.");
    });
  }

  function nothing() {}

  button.hidden = false;
  button.addEventListener("click", function () {
    window.localStorage.setItem(STORED, isOn() ? "fra" : "til");
    if (isOn()) {
      ready(play);
    } else {
      show("");
    }
  });
  ["pointerdown", "keydown"].forEach(function (name) {
    document.addEventListener(name, function () {
      if (isOn() && context && context.state === "suspended") {
        ready(nothing);
      }
    });
  });
  document.addEventListener("rygbot:red", function () {
    if (isOn()) {
      ready(play);
    }
  });
  show("");
  if (isOn()) {
    ready(nothing);
  }
})();
