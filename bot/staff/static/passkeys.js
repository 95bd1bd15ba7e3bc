/* Passkeys: asks the server for a challenge, the person's device for the answer, and sends the form with it. */
(function () {
  "use strict";

  var forms = document.querySelectorAll("form[data-passkey]");
  if (!window.PublicKeyCredential || !navigator.credentials) {
    document.querySelectorAll("[data-no-passkey]").forEach(function (told) {
      told.hidden = false;
    });
    return;
  }

  function toBytes(text) {
    var plain = window.atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (character) {
      return character.charCodeAt(0);
    });
  }

  function toText(buffer) {
    var plain = "";
    new Uint8Array(buffer).forEach(function (byte) {
      plain += String.fromCharCode(byte);
    });
    return window.btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function known(list) {
    return (list || []).map(function (item) {
      return { type: item.type, id: toBytes(item.id) };
    });
  }

  function ask(kind, options) {
    options.challenge = toBytes(options.challenge);
    if (kind === "create") {
      options.user.id = toBytes(options.user.id);
      options.excludeCredentials = known(options.excludeCredentials);
      return navigator.credentials.create({ publicKey: options });
    }
    options.allowCredentials = known(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }

  function written(credential) {
    var answer = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (part) {
      if (credential.response[part]) {
        answer[part] = toText(credential.response[part]);
      }
    });
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: answer,
    });
  }

  function options(form) {
    return fetch(form.dataset.start, { method: "POST", body: new FormData(form) }).then(function (response) {
      return response.json().then(function (answer) {
        if (!response.ok) {
          throw new Error(answer.error || "");
        }
        return answer;
      });
    });
  }

  forms.forEach(function (form) {
    var fault = form.querySelector("[data-passkey-error]");
    var usual = fault.textContent;
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      fault.parentElement.hidden = true;
      options(form)
        .then(function (asked) {
          return ask(form.dataset.passkey, asked).catch(function () {
            throw new Error("");
          });
        })
        .then(function (credential) {
          form.elements.credential.value = written(credential);
          form.submit();
        })
        .catch(function (error) {
          var isOurs = error instanceof Error && error.name === "Error" && error.message;
          fault.textContent = isOurs ? error.message : usual;
          fault.parentElement.hidden = false;
        });
    });
  });
})();
