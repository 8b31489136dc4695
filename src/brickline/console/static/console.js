// Live regions, confirmations, uploads. Every page is whole without this.
"use strict";

(() => {
  const EVERY = 300; // milliseconds between two looks at the page, at least
  let source = null;
  let isBusy = false;
  let isWanted = false;

  const keep = {
    // What the reader has opened, typed or chosen stays.
    beforeAttributeUpdated: (name, node) =>
      !(name === "open" && node.tagName === "DETAILS") && !(["value", "checked", "selected"].includes(name)),
    beforeNodeMorphed: (old, fresh) => !(old.isEqualNode?.(fresh)),
  };

  function replace(page) {
    for (const region of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(region.id);
      if (!fresh) continue;
      const follower = region.querySelector("[data-follow]");
      const isAtEnd = follower && follower.scrollHeight - follower.scrollTop - follower.clientHeight < 40;
      Idiomorph.morph(region, fresh, { callbacks: keep });
      if (isAtEnd) follower.scrollTop = follower.scrollHeight;
    }
  }

  async function look() {
    if (isBusy) {
      isWanted = true;
      return;
    }
    isBusy = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1", Accept: "text/html" }, cache: "no-store" });
      if (answer.redirected) location.reload();
      else if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The server is away; the stream says when it is back.
    }
    setTimeout(() => {
      isBusy = false;
      if (isWanted) {
        isWanted = false;
        look();
      }
    }, EVERY);
  }

  function sayConnected(isConnected) {
    document.documentElement.toggleAttribute("data-offline", !isConnected);
  }

  function listen() {
    source = new EventSource("/console/live?seen=" + document.documentElement.dataset.seen);
    source.onopen = () => sayConnected(true);
    source.onerror = () => sayConnected(false);
    source.onmessage = look;
  }

  function followPage() {
    // A hidden page is not followed: browsers allow six connections to a host, over all its tabs.
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      listen();
      look();
    }
  }

  if (document.querySelector("[data-live]")) {
    listen();
    document.addEventListener("visibilitychange", followPage);
    addEventListener("pagehide", () => source?.close());
  }
  for (const follower of document.querySelectorAll("[data-follow]")) follower.scrollTop = follower.scrollHeight;

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    if (event.target.matches("input[type=file][data-upload]")) upload(event.target);
  });

  async function upload(input) {
    const told = document.getElementById(input.dataset.told);
    for (const file of input.files) {
      told.textContent = file.name + " …";
      const address = input.dataset.upload + encodeURIComponent(file.name);
      const answer = await fetch(address, { method: "PUT", body: file, headers: { "X-CSRF": input.dataset.csrf } });
      if (!answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        told.textContent = page.querySelector("main")?.textContent.trim() || answer.statusText;
        return;
      }
    }
    location.reload();
  }

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select");
    if (event.key === "/" && !isTyping) {
      const box = document.querySelector("input[type=search]");
      if (box) {
        event.preventDefault();
        box.focus();
      }
    }
  });
})();
