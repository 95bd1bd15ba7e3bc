/* A button that puts the text of a field on the clipboard, and says whether it did. */
(function () {
  "use strict";

  function told(button, words) {
    button.parentElement.querySelector("[data-copied]").textContent = words;
  }

  // Browsers keep the clipboard from pages without https: there the text is selected, and the keys do the rest.
  function copy(button) {
    var field = document.getElementById(button.dataset.copy);
    field.focus();
    field.select();
    if (!navigator.clipboard) {
      told(button, document.execCommand("copy") ? "Kopieret." : "Teksten er valgt. Tryk Ctrl-C.");
      return;
    }
    navigator.clipboard.writeText(field.value).then(function () {
      told(button, "Kopieret.");
    }, function () {
      told(button, "Teksten er valgt. Tryk Ctrl-C.");
    });
  }

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      copy(button);
    });
  });
})();
