/* While a part of the page renews itself: what is being typed, what is unfolded and where one looks stay as they are. */
(function () {
  "use strict";

  var kept = null;

  function isChanged(field) {
    if (field.type === "hidden") {
      return false;
    }
    if (field.type === "checkbox" || field.type === "radio") {
      return field.checked !== field.defaultChecked;
    }
    if (field.tagName === "SELECT") {
      return Array.from(field.options).some(function (option) {
        return option.selected !== option.defaultSelected;
      }) && field.value !== "";
    }
    return field.value !== field.defaultValue;
  }

  // Unfolded parts have no ids of their own: the nearest element that has one, and which of its parts.
  function foldsOf(root) {
    var found = {};
    var counts = {};
    root.querySelectorAll("details").forEach(function (fold) {
      var near = fold.id ? fold : fold.parentElement.closest("[id]");
      var key = near.id;
      counts[key] = (counts[key] || 0) + 1;
      found[key + " " + counts[key]] = fold;
    });
    return found;
  }

  function anchorOf(root) {
    if (window.scrollY === 0) {
      return null;
    }
    return Array.from(root.querySelectorAll("[id]")).map(function (element) {
      return { id: element.id, top: element.getBoundingClientRect().top };
    }).find(function (place) {
      return place.top >= 0;
    }) || null;
  }

  function focusedIn(root) {
    var element = document.activeElement;
    if (!element || !element.id || !root.contains(element)) {
      return null;
    }
    return { id: element.id, start: element.selectionStart, end: element.selectionEnd };
  }

  // A field in a folded part cannot be focused before the part is unfolded again.
  function focusAgain(place) {
    var element = place && document.getElementById(place.id);
    if (element && document.activeElement !== element) {
      element.focus({ preventScroll: true });
      if (typeof place.start === "number" && element.setSelectionRange) {
        element.setSelectionRange(place.start, place.end);
      }
    }
  }

  function remember(root) {
    var folds = foldsOf(root);
    return {
      fields: Array.from(root.querySelectorAll("input[id], select[id], textarea[id]")).filter(isChanged),
      folds: Object.keys(folds).filter(function (key) {
        return folds[key].open;
      }),
      focused: focusedIn(root),
      anchor: anchorOf(root)
    };
  }

  function putBack(root) {
    kept.fields.forEach(function (old) {
      var field = document.getElementById(old.id);
      if (!field || field === old) {
        return;
      }
      if (old.type === "checkbox" || old.type === "radio") {
        field.checked = old.checked;
      } else {
        field.value = old.value;
      }
    });
    var folds = foldsOf(root);
    kept.folds.forEach(function (key) {
      if (folds[key]) {
        folds[key].open = true;
      }
    });
    focusAgain(kept.focused);
    var place = kept.anchor && document.getElementById(kept.anchor.id);
    if (place) {
      window.scrollBy({ top: place.getBoundingClientRect().top - kept.anchor.top, behavior: "instant" });
    }
  }

  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.target.matches("[data-live]")) {
      kept = remember(event.detail.target);
    }
  });
  document.addEventListener("htmx:afterSwap", function () {
    var live = document.querySelector("[data-live]");
    if (kept && live) {
      putBack(live);
    }
    kept = null;
  });
})();
